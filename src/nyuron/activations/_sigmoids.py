"""Squashing functions: between two bounds, steepest in the middle."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from nyuron.activations._inputs import floating
from nyuron.core import Array, register


@register
def sigmoid(x: Any) -> Array:
    """Logistic function: ``φ(x) = 1 / (1 + e⁻ˣ)``, ``φ′ = φ (1 − φ)``.

    Shapes: x (…) -> (…).
    Source: keras.activations.sigmoid.
    Example:
        >>> float(sigmoid(0.0))
        0.5
    """
    return jax.nn.sigmoid(floating(x))


@register
def tanh(x: Any) -> Array:
    """Hyperbolic tangent: ``φ(x) = (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)``, ``φ′ = 1 − φ²``.

    Shapes: x (…) -> (…).
    Source: keras.activations.tanh.
    Example:
        >>> float(tanh(0.0))
        0.0
    """
    return jnp.tanh(floating(x))


@register
def softsign(x: Any) -> Array:
    """A tanh with slower ends: ``φ(x) = x / (1 + |x|)``.

    Shapes: x (…) -> (…).
    Source: keras.activations.softsign.
    Example:
        >>> float(softsign(1.0))
        0.5
    """
    return jax.nn.soft_sign(floating(x))


@register
def hard_sigmoid(x: Any) -> Array:
    """Sigmoid in three straight pieces: ``φ(x) = clip(x/6 + ½, 0, 1)``.

    Shapes: x (…) -> (…).
    Source: keras.activations.hard_sigmoid.
    Example:
        >>> hard_sigmoid(jnp.array([-4.0, 0.0, 4.0])).tolist()
        [0.0, 0.5, 1.0]
    """
    return jax.nn.hard_sigmoid(floating(x))


@register
def hard_tanh(x: Any) -> Array:
    """Tanh in three straight pieces: ``φ(x) = clip(x, −1, 1)``.

    Shapes: x (…) -> (…).
    Source: keras.activations.hard_tanh.
    Example:
        >>> hard_tanh(jnp.array([-4.0, 0.5, 4.0])).tolist()
        [-1.0, 0.5, 1.0]
    """
    return jax.nn.hard_tanh(floating(x))


@register
def log_sigmoid(x: Any) -> Array:
    """Logarithm of the sigmoid: ``φ(x) = −log(1 + e⁻ˣ)``.

    Shapes: x (…) -> (…).
    Source: keras.activations.log_sigmoid.
    Example:
        >>> round(float(log_sigmoid(0.0)), 4)
        -0.6931
    """
    return jax.nn.log_sigmoid(floating(x))


@register
def sparse_sigmoid(x: Any) -> Array:
    """Sigmoid that reaches its bounds: ``φ(x) = clip((x + 1)/2, 0, 1)``.

    Shapes: x (…) -> (…).
    Source: Blondel et al. 2019; keras.activations.sparse_sigmoid.
    Example:
        >>> sparse_sigmoid(jnp.array([-2.0, 0.0, 2.0])).tolist()
        [0.0, 0.5, 1.0]
    """
    return jax.nn.sparse_sigmoid(floating(x))
