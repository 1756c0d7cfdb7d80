"""Losses between numbers."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from nyuron.core import Array, Scalar, module, static
from nyuron.losses._loss import Loss
from nyuron.losses._reduce import EPSILON


@module
class MeanSquaredError(Loss):
    """``mean((y − ŷ)²)`` over the last axis.

    Source: keras.losses.MeanSquaredError.
    """

    def per_example(self, y_true: Array, y_pred: Array) -> Array:
        return jnp.mean(jnp.square(y_pred - y_true), axis=-1)

    def residuals(self, y_true: Array, y_pred: Array) -> Array:
        """``ŷ − y``: what least-squares methods make small."""
        y_true = y_true.reshape(y_pred.shape).astype(y_pred.dtype)
        return y_pred - y_true


@module
class MeanAbsoluteError(Loss):
    """``mean(|y − ŷ|)`` over the last axis.

    Source: keras.losses.MeanAbsoluteError.
    """

    def per_example(self, y_true: Array, y_pred: Array) -> Array:
        return jnp.mean(jnp.abs(y_true - y_pred), axis=-1)


@module
class MeanAbsolutePercentageError(Loss):
    """``100 · mean(|y − ŷ| / max(|y|, ε))``.

    Source: keras.losses.MeanAbsolutePercentageError.
    """

    def per_example(self, y_true: Array, y_pred: Array) -> Array:
        return 100.0 * jnp.mean(jnp.abs((y_true - y_pred) / jnp.maximum(jnp.abs(y_true), EPSILON)), axis=-1)


@module
class MeanSquaredLogarithmicError(Loss):
    """``mean((ln(1+y) − ln(1+ŷ))²)``, both clipped to at least ε.

    Source: keras.losses.MeanSquaredLogarithmicError.
    """

    def per_example(self, y_true: Array, y_pred: Array) -> Array:
        logs = jnp.log(jnp.maximum(y_pred, EPSILON) + 1.0) - jnp.log(jnp.maximum(y_true, EPSILON) + 1.0)
        return jnp.mean(jnp.square(logs), axis=-1)


@module
class Huber(Loss):
    """``½e²`` for ``|e| ≤ δ``, else ``δ|e| − ½δ²``; averaged over the last axis.

    Source: keras.losses.Huber.
    """

    delta: Scalar = 1.0

    def per_example(self, y_true: Array, y_pred: Array) -> Array:
        error = jnp.abs(y_pred - y_true)
        delta = jnp.asarray(self.delta, error.dtype)
        return jnp.mean(jnp.where(error <= delta, 0.5 * error**2, delta * error - 0.5 * delta**2), axis=-1)


@module
class LogCosh(Loss):
    """``mean(ln cosh(ŷ − y))``, computed so that it does not overflow.

    Source: keras.losses.LogCosh.
    """

    def per_example(self, y_true: Array, y_pred: Array) -> Array:
        error = y_pred - y_true
        return jnp.mean(error + jax.nn.softplus(-2.0 * error) - jnp.log(jnp.asarray(2.0, error.dtype)), axis=-1)


@module
class Poisson(Loss):
    """``mean(ŷ − y ln ŷ)``.

    Source: keras.losses.Poisson.
    """

    def per_example(self, y_true: Array, y_pred: Array) -> Array:
        return jnp.mean(y_pred - y_true * jnp.log(y_pred + EPSILON), axis=-1)


@module
class KLDivergence(Loss):
    """``Σ y ln(y / ŷ)`` over the last axis, both clipped to [ε, 1].

    Source: keras.losses.KLDivergence.
    """

    def per_example(self, y_true: Array, y_pred: Array) -> Array:
        y, p = jnp.clip(y_true, EPSILON, 1.0), jnp.clip(y_pred, EPSILON, 1.0)
        return jnp.sum(y * jnp.log(y / p), axis=-1)


def unit(x: Array, axis: int) -> Array:
    """x / max(‖x‖₂, ε) along an axis."""
    squares = jnp.sum(jnp.square(x), axis=axis, keepdims=True)
    return x * jax.lax.rsqrt(jnp.maximum(squares, EPSILON**2))


@module
class CosineSimilarity(Loss):
    """``−Σ y/‖y‖ · ŷ/‖ŷ‖`` along `axis`: −1 for equal directions.

    Source: keras.losses.CosineSimilarity.
    """

    axis: int = static(-1)

    def per_example(self, y_true: Array, y_pred: Array) -> Array:
        return -jnp.sum(unit(y_true, self.axis) * unit(y_pred, self.axis), axis=self.axis)
