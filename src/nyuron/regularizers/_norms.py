"""Penalties on the size of weights."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from nyuron.core import Array, module
from nyuron.regularizers._regularizer import Regularizer, check_strength


def _absolute(strength: Any, x: Array) -> Array:
    return jnp.asarray(strength, x.dtype) * jnp.sum(jnp.abs(x))


def _squares(strength: Any, x: Array) -> Array:
    return jnp.asarray(strength, x.dtype) * jnp.sum(jnp.square(x))


@module
class L1(Regularizer):
    """Sum of absolute values, ``l1 · Σ |w|``: drives weights to exactly zero.

    Shapes: x (…) -> ().
    Source: keras.regularizers.L1.
    Example:
        >>> round(float(L1(0.1)(jnp.array([1.0, -2.0]))), 4)
        0.3
    """

    l1: Any = 0.01

    def __post_init__(self) -> None:
        if self.l1 is None:
            object.__setattr__(self, "l1", 0.01)

    def __call__(self, x: Any) -> Array:
        return _absolute(self.l1, jnp.asarray(x))

    def check(self) -> None:
        check_strength(self, "l1", self.l1)


@module
class L2(Regularizer):
    """Sum of squares, ``l2 · Σ w²`` (no ½): keeps weights small.

    Shapes: x (…) -> ().
    Source: keras.regularizers.L2.
    Example:
        >>> round(float(L2(0.1)(jnp.array([1.0, -2.0]))), 4)
        0.5
    """

    l2: Any = 0.01

    def __post_init__(self) -> None:
        if self.l2 is None:
            object.__setattr__(self, "l2", 0.01)

    def __call__(self, x: Any) -> Array:
        return _squares(self.l2, jnp.asarray(x))

    def check(self) -> None:
        check_strength(self, "l2", self.l2)


@module
class L1L2(Regularizer):
    """Both, ``l1 · Σ |w| + l2 · Σ w²``.

    Shapes: x (…) -> ().
    Source: keras.regularizers.L1L2; Zou & Hastie 2005 (elastic net).
    Example:
        >>> round(float(L1L2(0.1, 0.1)(jnp.array([1.0, -2.0]))), 4)
        0.8
    """

    l1: Any = 0.0
    l2: Any = 0.0

    def __post_init__(self) -> None:
        for name in ("l1", "l2"):
            if getattr(self, name) is None:
                object.__setattr__(self, name, 0.0)

    def __call__(self, x: Any) -> Array:
        x = jnp.asarray(x)
        return _absolute(self.l1, x) + _squares(self.l2, x)

    def check(self) -> None:
        check_strength(self, "l1", self.l1)
        check_strength(self, "l2", self.l2)


l1, l2, l1_l2 = L1, L2, L1L2
