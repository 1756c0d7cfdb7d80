"""Losses between numbers."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from nyuron.core import Array, Scalar, module, static
from nyuron.losses._loss import Elementwise
from nyuron.losses._reduce import EPSILON


@module
class MeanSquaredError(Elementwise):
    """``mean((y − ŷ)²)`` over the last axis.

    Shapes: y and ŷ (batch, …, d) -> (batch, …).
    Source: keras.losses.MeanSquaredError.
    Example:
        >>> float(MeanSquaredError()(np.zeros((2, 1)), np.full((2, 1), 3.0)))
        9.0
    """

    def per_example(self, y_true: Array, y_pred: Array) -> Array:
        return jnp.mean(jnp.square(y_pred - y_true), axis=-1)

    def residuals(self, y_true: Array, y_pred: Array) -> Array:
        """``ŷ − y``: what least-squares methods make small; the loss is the mean of their squares."""
        y_true, y_pred = self.prepared(y_true, y_pred)
        return y_pred - y_true


@module
class MeanAbsoluteError(Elementwise):
    """``mean(|y − ŷ|)`` over the last axis.

    Shapes: y and ŷ (batch, …, d) -> (batch, …).
    Source: keras.losses.MeanAbsoluteError.
    Example:
        >>> float(MeanAbsoluteError()(np.zeros((2, 1)), np.full((2, 1), 3.0)))
        3.0
    """

    def per_example(self, y_true: Array, y_pred: Array) -> Array:
        return jnp.mean(jnp.abs(y_true - y_pred), axis=-1)


@module
class MeanAbsolutePercentageError(Elementwise):
    """``100 · mean(|y − ŷ| / max(|y|, ε))``, ε = 1e-7.

    Shapes: y and ŷ (batch, …, d) -> (batch, …).
    Source: keras.losses.MeanAbsolutePercentageError.
    Example:
        >>> float(MeanAbsolutePercentageError()(np.full((2, 1), 4.0), np.full((2, 1), 3.0)))
        25.0
    """

    def per_example(self, y_true: Array, y_pred: Array) -> Array:
        return 100.0 * jnp.mean(jnp.abs((y_true - y_pred) / jnp.maximum(jnp.abs(y_true), EPSILON)), axis=-1)


@module
class MeanSquaredLogarithmicError(Elementwise):
    """``mean((ln(1+y) − ln(1+ŷ))²)``, both at least ε = 1e-7.

    Shapes: y and ŷ (batch, …, d) -> (batch, …).
    Source: keras.losses.MeanSquaredLogarithmicError.
    Example:
        >>> round(float(MeanSquaredLogarithmicError()(np.full((2, 1), np.e - 1), np.zeros((2, 1)))), 4)
        1.0
    """

    def per_example(self, y_true: Array, y_pred: Array) -> Array:
        return jnp.mean(jnp.square(self._log(y_true) - self._log(y_pred)), axis=-1)

    def residuals(self, y_true: Array, y_pred: Array) -> Array:
        """``ln(1+ŷ) − ln(1+y)``: the loss is the mean of their squares."""
        y_true, y_pred = self.prepared(y_true, y_pred)
        return self._log(y_pred) - self._log(y_true)

    @staticmethod
    def _log(x: Array) -> Array:
        return jnp.log(jnp.maximum(x, EPSILON) + 1.0)


@module
class Huber(Elementwise):
    """``½e²`` for ``|e| ≤ δ``, else ``δ|e| − ½δ²``; averaged over the last axis.

    Shapes: y and ŷ (batch, …, d) -> (batch, …).
    Source: keras.losses.Huber; Huber 1964.
    Example:
        >>> float(Huber(delta=1.0)(np.zeros((1, 2)), np.array([[1.0, 3.0]])))
        1.5
    """

    delta: Scalar = 1.0
    default_name = "huber_loss"

    def per_example(self, y_true: Array, y_pred: Array) -> Array:
        error = jnp.abs(y_pred - y_true)
        delta = jnp.asarray(self.delta, error.dtype)
        return jnp.mean(jnp.where(error <= delta, 0.5 * error**2, delta * error - 0.5 * delta**2), axis=-1)


@module
class LogCosh(Elementwise):
    """``mean(ln cosh(ŷ − y))``, computed so that it does not overflow.

    Shapes: y and ŷ (batch, …, d) -> (batch, …).
    Source: keras.losses.LogCosh.
    Example:
        >>> round(float(LogCosh()(np.zeros((1, 1)), np.full((1, 1), 100.0))), 4)
        99.3069
    """

    def per_example(self, y_true: Array, y_pred: Array) -> Array:
        error = y_pred - y_true
        return jnp.mean(error + jax.nn.softplus(-2.0 * error) - jnp.log(jnp.asarray(2.0, error.dtype)), axis=-1)


@module
class Poisson(Elementwise):
    """``mean(ŷ − y ln ŷ)``.

    Shapes: y and ŷ (batch, …, d) -> (batch, …).
    Source: keras.losses.Poisson.
    Example:
        >>> float(Poisson()(np.ones((1, 1)), np.ones((1, 1))))
        1.0
    """

    def per_example(self, y_true: Array, y_pred: Array) -> Array:
        return jnp.mean(y_pred - y_true * jnp.log(y_pred + EPSILON), axis=-1)


@module
class KLDivergence(Elementwise):
    """``Σ y ln(y / ŷ)`` over the last axis, both clipped to [ε, 1], ε = 1e-7.

    Shapes: y and ŷ (batch, …, classes) -> (batch, …).
    Source: keras.losses.KLDivergence.
    Example:
        >>> round(float(KLDivergence()(np.array([[1.0, 0.0]]), np.array([[0.5, 0.5]]))), 4)
        0.6931
    """

    default_name = "kl_divergence"

    def per_example(self, y_true: Array, y_pred: Array) -> Array:
        y, p = jnp.clip(y_true, EPSILON, 1.0), jnp.clip(y_pred, EPSILON, 1.0)
        return jnp.sum(y * jnp.log(y / p), axis=-1)


def unit(x: Array, axis: int) -> Array:
    """x / max(‖x‖₂, ε) along an axis."""
    squares = jnp.sum(jnp.square(x), axis=axis, keepdims=True)
    return x * jax.lax.rsqrt(jnp.maximum(squares, EPSILON**2))


@module
class CosineSimilarity(Elementwise):
    """``−Σ y/‖y‖ · ŷ/‖ŷ‖`` along `axis`: −1 for equal directions, 0 where one of the two is zero.

    Shapes: y and ŷ (batch, …) -> their shape without `axis`.
    Source: keras.losses.CosineSimilarity.
    Example:
        >>> round(float(CosineSimilarity()(np.array([[1.0, 0.0]]), np.array([[1.0, 1.0]]))), 4)
        -0.7071
    """

    axis: int = static(-1)

    def per_example(self, y_true: Array, y_pred: Array) -> Array:
        return -jnp.sum(unit(y_true, self.axis) * unit(y_pred, self.axis), axis=self.axis)
