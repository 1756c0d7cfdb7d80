"""Indices as vectors: one-hot, which are present, how often."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from nyuron.core import Array, Shape

MODES = ("int", "one_hot", "multi_hot", "count", "tf_idf")


def as_mode(mode: str) -> str:
    """The mode under its present name."""
    return {"binary": "multi_hot", "tf-idf": "tf_idf"}.get(mode, mode)


def encode(indices: Array, mode: str, depth: int, dtype: Any, weights: Any = None) -> Array:
    """Vectors of length `depth`; an index outside 0 … depth − 1 adds nothing.

    Shapes: 'one_hot': (…, 1) -> (…, depth), else (…) -> (…, depth); 'multi_hot' and 'count': (n) -> (depth),
        (batch, n, …) -> (batch, …, depth).
    """
    if mode == "one_hot":
        if indices.ndim > 1 and indices.shape[-1] == 1:
            indices = indices[..., 0]
        return jax.nn.one_hot(indices, depth, dtype=dtype)
    vectors = jax.nn.one_hot(indices, depth, dtype=dtype)
    axis = 1 if indices.ndim > 1 else 0
    if mode == "multi_hot":
        return jnp.max(vectors, axis)
    if weights is not None:
        vectors = vectors * jnp.asarray(weights, dtype)[..., None]
    return jnp.sum(vectors, axis)


def encoded_shape(shape: Shape, mode: str, depth: int) -> Shape:
    """The shape of what `encode` gives."""
    if mode == "int":
        return shape
    if mode == "one_hot":
        return (*(shape[:-1] if len(shape) > 1 and shape[-1] == 1 else shape), depth)
    return (*shape[:1], *shape[2:], depth) if len(shape) > 1 else (depth,)
