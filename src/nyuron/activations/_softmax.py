"""From scores to probabilities."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from nyuron.activations._inputs import floating
from nyuron.core import Array, register


@register
def softmax(x: Any, axis: int | tuple[int, ...] = -1) -> Array:
    """``φ(x)ᵢ = e^{xᵢ} / Σⱼ e^{xⱼ}``: positive, and 1 in sum along `axis`.

    Shapes: x (…) -> (…).
    Source: keras.activations.softmax.
    Example:
        >>> softmax(jnp.array([1.0, 1.0])).tolist()
        [0.5, 0.5]
    """
    return jax.nn.softmax(floating(x), axis)


@register
def log_softmax(x: Any, axis: int | tuple[int, ...] = -1) -> Array:
    """``φ(x)ᵢ = xᵢ − log Σⱼ e^{xⱼ}``.

    Shapes: x (…) -> (…).
    Source: keras.activations.log_softmax.
    Example:
        >>> [round(v, 4) for v in log_softmax(jnp.array([1.0, 1.0])).tolist()]
        [-0.6931, -0.6931]
    """
    return jax.nn.log_softmax(floating(x), axis)


@register
def sparsemax(x: Any, axis: int = -1) -> Array:
    """The point of the probability simplex nearest to x: ``max(xᵢ − τ(x), 0)``, many entries exactly 0.

    Shapes: x (…) -> (…).
    Source: Martins & Astudillo 2016; keras.activations.sparsemax.
    Differs from Keras: the result sums to 1; Keras 3.15 adds up cumulative sums for τ, and its result does not.
    Example:
        >>> sparsemax(jnp.array([3.0, 1.0])).tolist()
        [1.0, 0.0]
    """
    x = floating(x)
    axis = axis % x.ndim
    # The result does not change when x is shifted, and the sums below stay exact for large x.
    x = x - jax.lax.stop_gradient(jnp.max(x, axis, keepdims=True))
    falling = jnp.sort(x, axis, descending=True)
    sums = jnp.cumsum(falling, axis)
    count = jnp.arange(1, x.shape[axis] + 1, dtype=x.dtype).reshape(-1, *(1,) * (x.ndim - 1 - axis))
    is_supported = 1 + count * falling > sums
    size = jnp.sum(is_supported, axis, keepdims=True).astype(x.dtype)
    τ = (jnp.sum(jnp.where(is_supported, falling, 0), axis, keepdims=True) - 1) / size
    return jnp.maximum(x - τ, 0)
