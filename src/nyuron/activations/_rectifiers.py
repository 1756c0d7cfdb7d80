"""Rectifiers: the identity where x > 0, something small elsewhere."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from nyuron.activations._inputs import floating, is_number, like
from nyuron.core import Array, register


@register
def relu(x: Any, negative_slope: Any = 0.0, max_value: Any = None, threshold: Any = 0.0) -> Array:
    """Rectified linear unit: ``φ(x) = max(x, 0)``, ``φ′(0) = 0``.

    In general ``min(x, max_value)`` above `threshold`, ``negative_slope · (x − threshold)`` below it.

    Shapes: x (…) -> (…).
    Source: keras.activations.relu.
    Example:
        >>> relu(jnp.array([-1.0, 2.0])).tolist()
        [0.0, 2.0]
    """
    x = floating(x)
    starts_at_zero, is_flat_below = is_number(threshold, 0), is_number(negative_slope, 0)
    if starts_at_zero and max_value is None:
        return jax.nn.relu(x) if is_flat_below else jax.nn.leaky_relu(x, like(x, negative_slope))
    y = jax.nn.relu(x) if starts_at_zero else jnp.where(x <= like(x, threshold), 0, x)
    y = y if max_value is None else jnp.clip(y, 0, like(x, max_value))
    return y if is_flat_below else y - like(x, negative_slope) * jax.nn.relu(like(x, threshold) - x)


@register
def leaky_relu(x: Any, negative_slope: Any = 0.2) -> Array:
    """Leaky rectifier: ``φ(x) = x if x ≥ 0 else a x`` with ``a = negative_slope``.

    Shapes: x (…) -> (…).
    Source: Maas et al. 2013; keras.activations.leaky_relu.
    Example:
        >>> leaky_relu(jnp.array([-1.0, 2.0]), 0.5).tolist()
        [-0.5, 2.0]
    """
    x = floating(x)
    return jax.nn.leaky_relu(x, like(x, negative_slope))


@register
def relu6(x: Any) -> Array:
    """Rectifier with a ceiling: ``φ(x) = min(max(x, 0), 6)``.

    Shapes: x (…) -> (…).
    Source: keras.activations.relu6.
    Example:
        >>> relu6(jnp.array([-1.0, 2.0, 9.0])).tolist()
        [0.0, 2.0, 6.0]
    """
    return jax.nn.relu6(floating(x))


@register
def elu(x: Any, alpha: Any = 1.0) -> Array:
    """Exponential linear unit: ``φ(x) = x if x > 0 else α (eˣ − 1)``.

    Shapes: x (…) -> (…).
    Source: Clevert et al. 2016; keras.activations.elu.
    Example:
        >>> elu(jnp.array([-100.0, 2.0])).tolist()
        [-1.0, 2.0]
    """
    x = floating(x)
    return jax.nn.elu(x, like(x, alpha))


@register
def celu(x: Any, alpha: Any = 1.0) -> Array:
    """Continuously differentiable ELU: ``φ(x) = max(x, 0) + min(α (e^{x/α} − 1), 0)``.

    Shapes: x (…) -> (…).
    Source: Barron 2017; keras.activations.celu.
    Example:
        >>> celu(jnp.array([-100.0, 2.0]), 2.0).tolist()
        [-2.0, 2.0]
    """
    x = floating(x)
    return jax.nn.celu(x, like(x, alpha))


@register
def selu(x: Any) -> Array:
    """Self-normalising ELU: ``φ(x) = λ x if x > 0 else λ α (eˣ − 1)``, λ ≈ 1.0507, α ≈ 1.6733.

    Shapes: x (…) -> (…).
    Source: Klambauer et al. 2017; keras.activations.selu.
    Example:
        >>> round(float(selu(1.0)), 4)
        1.0507
    """
    return jax.nn.selu(floating(x))
