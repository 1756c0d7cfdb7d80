"""Losses of the margin."""

from __future__ import annotations

import jax.numpy as jnp

from nyuron.core import Array, module
from nyuron.losses._loss import Elementwise


def signed(y_true: Array) -> Array:
    """Labels 0 and 1 as −1 and 1; labels that already have a sign unchanged."""
    is_binary = jnp.all((y_true == 0) | (y_true == 1))
    return jnp.where(is_binary, 2.0 * y_true - 1.0, y_true)


@module
class Hinge(Elementwise):
    """``mean(max(1 − y ŷ, 0))`` for labels −1 and 1; labels 0 and 1 are taken for them.

    Shapes: y and ŷ (batch, …, d) -> (batch, …).
    Source: keras.losses.Hinge.
    Example:
        >>> float(Hinge()(np.array([[1.0, -1.0]]), np.array([[0.5, -2.0]])))
        0.25
    """

    def per_example(self, y_true: Array, y_pred: Array) -> Array:
        return jnp.mean(jnp.maximum(1.0 - signed(y_true) * y_pred, 0.0), axis=-1)


@module
class SquaredHinge(Elementwise):
    """``mean(max(1 − y ŷ, 0)²)`` for labels −1 and 1; labels 0 and 1 are taken for them.

    Shapes: y and ŷ (batch, …, d) -> (batch, …).
    Source: keras.losses.SquaredHinge.
    Example:
        >>> float(SquaredHinge()(np.array([[1.0, -1.0]]), np.array([[0.5, -2.0]])))
        0.125
    """

    def per_example(self, y_true: Array, y_pred: Array) -> Array:
        return jnp.mean(jnp.square(jnp.maximum(1.0 - signed(y_true) * y_pred, 0.0)), axis=-1)


@module
class CategoricalHinge(Elementwise):
    """``max(1 + max((1−y) ŷ) − Σ y ŷ, 0)`` for one-hot targets.

    Shapes: y and ŷ (batch, …, classes) -> (batch, …).
    Source: keras.losses.CategoricalHinge.
    Example:
        >>> float(CategoricalHinge()(np.array([[1.0, 0.0]]), np.array([[0.5, 0.25]])))
        0.75
    """

    def per_example(self, y_true: Array, y_pred: Array) -> Array:
        right = jnp.sum(y_true * y_pred, axis=-1)
        wrong = jnp.max((1.0 - y_true) * y_pred, axis=-1)
        return jnp.maximum(wrong - right + 1.0, 0.0)
