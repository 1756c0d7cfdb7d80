"""Losses of the margin."""

from __future__ import annotations

import jax.numpy as jnp

from nyuron.core import Array, module
from nyuron.losses._loss import Loss


def signed(y_true: Array) -> Array:
    """Labels 0 and 1 as −1 and 1; labels that already have a sign unchanged."""
    is_binary = jnp.all((y_true == 0) | (y_true == 1))
    return jnp.where(is_binary, 2.0 * y_true - 1.0, y_true)


@module
class Hinge(Loss):
    """``mean(max(1 − y ŷ, 0))`` for labels −1 and 1.

    Source: keras.losses.Hinge.
    """

    def per_example(self, y_true: Array, y_pred: Array) -> Array:
        return jnp.mean(jnp.maximum(1.0 - signed(y_true) * y_pred, 0.0), axis=-1)


@module
class SquaredHinge(Loss):
    """``mean(max(1 − y ŷ, 0)²)`` for labels −1 and 1.

    Source: keras.losses.SquaredHinge.
    """

    def per_example(self, y_true: Array, y_pred: Array) -> Array:
        return jnp.mean(jnp.square(jnp.maximum(1.0 - signed(y_true) * y_pred, 0.0)), axis=-1)


@module
class CategoricalHinge(Loss):
    """``max(1 + max((1−y) ŷ) − Σ y ŷ, 0)`` for one-hot targets.

    Source: keras.losses.CategoricalHinge.
    """

    def per_example(self, y_true: Array, y_pred: Array) -> Array:
        right = jnp.sum(y_true * y_pred, axis=-1)
        wrong = jnp.max((1.0 - y_true) * y_pred, axis=-1)
        return jnp.maximum(wrong - right + 1.0, 0.0)
