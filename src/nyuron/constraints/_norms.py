"""Bounds on the length of each unit's incoming weights."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from nyuron.constraints._constraint import Constraint
from nyuron.core import Array, module, static

_EPSILON = 1e-7


def _norms(w: Array, axis: int | tuple[int, ...]) -> Array:
    return jnp.sqrt(jnp.sum(jnp.square(w), axis=axis, keepdims=True))


class _AlongAxis:
    """Lists of axes become tuples, so that they can be hashed."""

    def __post_init__(self: Any) -> None:
        if isinstance(self.axis, list):
            object.__setattr__(self, "axis", tuple(self.axis))


@module
class MaxNorm(_AlongAxis, Constraint):
    """Lengths of at most `max_value`: ``w ← w · min(‖w‖, c) / (‖w‖ + 10⁻⁷)``, norms taken along `axis`.

    Shapes: w (…) -> (…).
    Source: keras.constraints.MaxNorm.
    Example:
        >>> [round(v, 4) for v in MaxNorm(1.0)(jnp.array([3.0, 4.0])).tolist()]
        [0.6, 0.8]
    """

    max_value: Any = 2
    axis: Any = static(default=0)

    def __call__(self, w: Any) -> Array:
        w = jnp.asarray(w)
        norms = _norms(w, self.axis)
        return w * (jnp.clip(norms, 0, jnp.asarray(self.max_value, w.dtype)) / (_EPSILON + norms))


@module
class UnitNorm(_AlongAxis, Constraint):
    """Lengths of 1: ``w ← w / (‖w‖ + 10⁻⁷)``, norms taken along `axis`.

    Shapes: w (…) -> (…).
    Source: keras.constraints.UnitNorm.
    Example:
        >>> [round(v, 4) for v in UnitNorm()(jnp.array([3.0, 4.0])).tolist()]
        [0.6, 0.8]
    """

    axis: Any = static(default=0)

    def __call__(self, w: Any) -> Array:
        w = jnp.asarray(w)
        return w / (_EPSILON + _norms(w, self.axis))


@module
class MinMaxNorm(_AlongAxis, Constraint):
    """Lengths drawn into [min_value, max_value]: ``w ← w · (r · clip(‖w‖) + (1−r) ‖w‖) / (‖w‖ + 10⁻⁷)``.

    `rate` r = 1 enforces the bounds at once, a smaller one moves the weights towards them at every step.

    Shapes: w (…) -> (…).
    Source: keras.constraints.MinMaxNorm.
    Example:
        >>> [round(v, 4) for v in MinMaxNorm(0.5, 1.0)(jnp.array([3.0, 4.0])).tolist()]
        [0.6, 0.8]
    """

    min_value: Any = 0.0
    max_value: Any = 1.0
    rate: Any = 1.0
    axis: Any = static(default=0)

    def __call__(self, w: Any) -> Array:
        w = jnp.asarray(w)
        low, high, rate = (jnp.asarray(v, w.dtype) for v in (self.min_value, self.max_value, self.rate))
        norms = _norms(w, self.axis)
        desired = rate * jnp.clip(norms, low, high) + (1 - rate) * norms
        return w * (desired / (_EPSILON + norms))


max_norm, unit_norm, min_max_norm = MaxNorm, UnitNorm, MinMaxNorm
