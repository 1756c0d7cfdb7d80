"""Losses of the overlap of two regions, for segmentation."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from nyuron.core import Array, Scalar, module, static
from nyuron.losses._loss import Elementwise
from nyuron.losses._reduce import EPSILON

Axes = int | tuple[int, ...] | None


class _OverAxes(Elementwise):
    axis: Any

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.axis, list):
            object.__setattr__(self, "axis", tuple(self.axis))


@module
class Tversky(_OverAxes):
    """``1 − Σyŷ / (Σyŷ + α Σy(1−ŷ) + β Σŷ(1−y) + ε)`` over `axis`; None: over everything, the batch too.

    Shapes: y and ŷ (batch, …) -> their shape without `axis`.
    Source: keras.losses.Tversky; Salehi et al. 2017.
    Example:
        >>> round(float(Tversky()(np.array([[1.0, 0.0]]), np.array([[1.0, 1.0]]))), 4)
        0.3333
    """

    alpha: Scalar = 0.5
    beta: Scalar = 0.5
    axis: Axes = static(None, kw_only=True)

    def per_example(self, y_true: Array, y_pred: Array) -> Array:
        both = jnp.sum(y_true * y_pred, axis=self.axis)
        missed = jnp.sum(y_true * (1.0 - y_pred), axis=self.axis)
        invented = jnp.sum(y_pred * (1.0 - y_true), axis=self.axis)
        alpha, beta = jnp.asarray(self.alpha, y_pred.dtype), jnp.asarray(self.beta, y_pred.dtype)
        return 1.0 - both / (both + alpha * missed + beta * invented + EPSILON)


@module
class Dice(_OverAxes):
    """``1 − 2 Σyŷ / (Σy + Σŷ + ε)`` over `axis`; None: over everything, the batch too.

    Shapes: y and ŷ (batch, …) -> their shape without `axis`.
    Source: keras.losses.Dice; Milletari et al. 2016.
    Example:
        >>> round(float(Dice()(np.array([[1.0, 0.0]]), np.array([[1.0, 1.0]]))), 4)
        0.3333
    """

    axis: Axes = static(None, kw_only=True)

    def per_example(self, y_true: Array, y_pred: Array) -> Array:
        both = jnp.sum(y_true * y_pred, axis=self.axis)
        return 1.0 - 2.0 * both / (jnp.sum(y_true, axis=self.axis) + jnp.sum(y_pred, axis=self.axis) + EPSILON)
