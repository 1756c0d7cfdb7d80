"""Functions that send small inputs to zero."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from nyuron.activations._inputs import floating, like
from nyuron.core import Array, register


@register
def tanh_shrink(x: Any) -> Array:
    """``φ(x) = x − tanh(x)``.

    Shapes: x (…) -> (…).
    Source: keras.activations.tanh_shrink.
    Example:
        >>> round(float(tanh_shrink(1.0)), 4)
        0.2384
    """
    x = floating(x)
    return x - jnp.tanh(x)


@register
def soft_shrink(x: Any, threshold: Any = 0.5) -> Array:
    """``φ(x) = sign(x) · max(|x| − threshold, 0)``.

    Shapes: x (…) -> (…).
    Source: keras.activations.soft_shrink.
    Example:
        >>> soft_shrink(jnp.array([-2.0, 0.2, 2.0])).tolist()
        [-1.5, 0.0, 1.5]
    """
    x = floating(x)
    t = like(x, threshold)
    return jnp.where(jnp.abs(x) <= t, 0, jnp.where(x > 0, x - t, x + t))


@register
def hard_shrink(x: Any, threshold: Any = 0.5) -> Array:
    """``φ(x) = x if |x| > threshold else 0``.

    Shapes: x (…) -> (…).
    Source: keras.activations.hard_shrink.
    Example:
        >>> hard_shrink(jnp.array([-2.0, 0.2, 2.0])).tolist()
        [-2.0, 0.0, 2.0]
    """
    x = floating(x)
    return jnp.where(jnp.abs(x) <= like(x, threshold), 0, x)


@register
def threshold(x: Any, threshold: Any, default_value: Any) -> Array:
    """``φ(x) = x if x > threshold else default_value``.

    Shapes: x (…) -> (…).
    Source: keras.activations.threshold.
    Example:
        >>> threshold(jnp.array([-2.0, 2.0]), 1.0, 0.5).tolist()
        [0.5, 2.0]
    """
    x = floating(x)
    return jnp.where(x <= like(x, threshold), like(x, default_value), x)
