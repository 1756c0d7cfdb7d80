"""The merging layers as functions of a list of tensors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nyuron.layers._concatenate import Concatenate
from nyuron.layers._dot import Dot
from nyuron.layers._merge import Add, Average, Maximum, Minimum, Multiply, Subtract


def add(inputs: Sequence[Any], **options: Any) -> Any:
    """`Add` of several tensors. Source: keras.layers.add."""
    return Add(**options)(*inputs)


def subtract(inputs: Sequence[Any], **options: Any) -> Any:
    """`Subtract` of two tensors. Source: keras.layers.subtract."""
    return Subtract(**options)(*inputs)


def multiply(inputs: Sequence[Any], **options: Any) -> Any:
    """`Multiply` of several tensors. Source: keras.layers.multiply."""
    return Multiply(**options)(*inputs)


def average(inputs: Sequence[Any], **options: Any) -> Any:
    """`Average` of several tensors. Source: keras.layers.average."""
    return Average(**options)(*inputs)


def maximum(inputs: Sequence[Any], **options: Any) -> Any:
    """`Maximum` of several tensors. Source: keras.layers.maximum."""
    return Maximum(**options)(*inputs)


def minimum(inputs: Sequence[Any], **options: Any) -> Any:
    """`Minimum` of several tensors. Source: keras.layers.minimum."""
    return Minimum(**options)(*inputs)


def concatenate(inputs: Sequence[Any], axis: int = -1, **options: Any) -> Any:
    """`Concatenate` of several tensors. Source: keras.layers.concatenate."""
    return Concatenate(axis, **options)(*inputs)


def dot(inputs: Sequence[Any], axes: Any = -1, **options: Any) -> Any:
    """`Dot` of two tensors. Source: keras.layers.dot."""
    return Dot(axes, **options)(*inputs)
