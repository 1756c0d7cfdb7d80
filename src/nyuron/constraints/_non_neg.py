"""Weights that are not negative."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from nyuron.constraints._constraint import Constraint
from nyuron.core import Array, module


@module
class NonNeg(Constraint):
    """``w ← max(w, 0)``.

    Shapes: w (…) -> (…).
    Source: keras.constraints.NonNeg.
    Example:
        >>> NonNeg()(jnp.array([1.0, -3.0])).tolist()
        [1.0, 0.0]
    """

    def __call__(self, w: Any) -> Array:
        return jnp.maximum(jnp.asarray(w), 0)


non_neg = NonNeg
