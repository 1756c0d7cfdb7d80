"""The threshold of the first artificial neurons."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from nyuron.activations._inputs import floating
from nyuron.core import Array, register


@register
def step(x: Any) -> Array:
    """Heaviside's step: ``φ(x) = 1 if x ≥ 0 else 0``, ``φ′ = 0`` everywhere.

    The derivative is zero, so no gradient passes: it serves the perceptron rule, not back-propagation.

    Shapes: x (…) -> (…).
    Source: Rosenblatt 1958, The perceptron; Keras has none.
    Example:
        >>> step(jnp.array([-2.0, 0.0, 3.0])).tolist()
        [0.0, 1.0, 1.0]
    """
    x = floating(x)
    return jnp.heaviside(x, jnp.ones((), x.dtype))


heaviside = step
