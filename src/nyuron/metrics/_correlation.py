"""How predictions go along with targets: R² and correlations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import jax.numpy as jnp

from nyuron import losses
from nyuron.core import ArgumentError, Array, Scalar, State, module, replace, static
from nyuron.core._errors import suggestion
from nyuron.metrics._counts import ratio
from nyuron.metrics._metric import MeanOfValues, Metric, matched


@module
class R2Score(Metric):
    """``1 − Σ(y−ŷ)²/Σ(y−ȳ)²`` of each column; 'uniform_average', 'variance_weighted_average', or all of them (None).

    `num_regressors` p > 0 gives the adjusted ``1 − (1−R²)(n−1)/(n−p−1)`` for n values, if n > p + 1. Sums are taken
    about the first batch's mean, so that large targets lose no digits.

    Differs from Keras: a column whose targets are all equal counts 0, where Keras may give NaN.
    Raises: ArgumentError in compile, or with the first batch, for an unknown `class_aggregation`.
    Source: keras.metrics.R2Score.
    Example:
        >>> R2Score()([[1.0], [4.0], [3.0]], [[2.0], [4.0], [4.0]])
        Array(0.5714, dtype=float32)
    """

    class_aggregation: str | None = static("uniform_average")
    num_regressors: Scalar = 0
    columns: int | None = static(None, kw_only=True)
    """The number of columns; None: as many as the predictions have."""

    default_name: ClassVar[str | None] = "r2_score"

    def sized(self, y_shape: Sequence[int | None], pred_shape: Sequence[int | None]) -> R2Score:
        known = (None, "uniform_average", "variance_weighted_average")
        if self.class_aggregation not in known:
            raise ArgumentError(
                "unknown class_aggregation",
                who="R2Score",
                expected=f"among {known}",
                got=self.class_aggregation,
                fix=suggestion("class_aggregation", self.class_aggregation, known),
            )
        columns = (pred_shape[-1] or 1) if len(pred_shape) > 1 else 1
        return replace(self, columns=columns) if self.columns is None else self

    def init(self) -> State:
        zero = jnp.zeros(self.columns or 1, jnp.float32)
        return {"count": zero, "origin": zero, "total": zero, "squares": zero, "residuals": zero, "values": zero[0]}

    def update(self, state: State, y_true: Array, y_pred: Array, weight: Array | None = None) -> State:
        y, p = (a.astype(jnp.float32) for a in matched(y_true, y_pred))
        w = jnp.ones_like(y) if weight is None else jnp.broadcast_to(losses.weights_like(y, weight), y.shape)
        columns = y.shape[-1] if y.ndim > 1 else 1
        y, p, w = (a.reshape(-1, columns) for a in (y, p, w))
        first = jnp.sum(w * y, axis=0) / jnp.maximum(jnp.sum(w, axis=0), 1e-30)
        origin = jnp.where(state["count"] == 0, first, state["origin"])
        centred = y - origin
        return {
            "count": state["count"] + jnp.sum(w, axis=0),
            "origin": origin,
            "total": state["total"] + jnp.sum(w * centred, axis=0),
            "squares": state["squares"] + jnp.sum(w * centred**2, axis=0),
            "residuals": state["residuals"] + jnp.sum(w * jnp.square(y - p), axis=0),
            "values": state["values"] + jnp.asarray(y.size, jnp.float32),
        }

    def compute(self, state: State) -> Any:
        spread = jnp.maximum(state["squares"] - ratio(state["total"] ** 2, state["count"]), 0.0)
        scores = jnp.where(spread > 0, 1.0 - ratio(state["residuals"], spread), 0.0)
        if self.class_aggregation == "uniform_average":
            scores = jnp.mean(scores)
        elif self.class_aggregation == "variance_weighted_average":
            scores = ratio(jnp.sum(spread * scores), jnp.sum(spread))
        n, regressors = state["values"], jnp.asarray(self.num_regressors, jnp.float32)
        free = n - regressors - 1.0
        adjusted = 1.0 - (1.0 - scores) * (n - 1.0) / jnp.where(free > 0, free, 1.0)
        return jnp.where((free > 0) & (regressors > 0), adjusted, scores)


def _centred(a: Array, axis: int) -> Array:
    return a - jnp.mean(a, axis=axis, keepdims=True)


@module
class PearsonCorrelation(MeanOfValues):
    """``cov(y, ŷ) / (σ_y σ_ŷ)`` along `axis`, averaged over the examples; 0 where one of them is constant.

    Source: keras.metrics.PearsonCorrelation.
    Example:
        >>> PearsonCorrelation()([[0, 1, 0.5]], [[0.1, 0.9, 0.5]])
        Array(1., dtype=float32)
    """

    axis: int = static(-1)

    def values(self, y_true: Array, y_pred: Array) -> Array:
        y, p = (_centred(a, self.axis) for a in matched(y_true, y_pred))
        spread = jnp.sqrt(jnp.mean(jnp.square(y), axis=self.axis) * jnp.mean(jnp.square(p), axis=self.axis))
        return ratio(jnp.mean(y * p, axis=self.axis), spread)


@module
class ConcordanceCorrelation(MeanOfValues):
    """``2 cov(y, ŷ) / (σ²_y + σ²_ŷ + (ȳ − mean ŷ)²)`` along `axis`, averaged: 1 only if both are equal.

    Source: keras.metrics.ConcordanceCorrelation; Lin 1989.
    Example:
        >>> ConcordanceCorrelation()([[0, 1, 0.5]], [[0.1, 0.9, 0.5]])
        Array(0.9756, dtype=float32)
    """

    axis: int = static(-1)

    def values(self, y_true: Array, y_pred: Array) -> Array:
        y_true, y_pred = matched(y_true, y_pred)
        y, p = _centred(y_true, self.axis), _centred(y_pred, self.axis)
        apart = jnp.square(jnp.mean(y_true, axis=self.axis) - jnp.mean(y_pred, axis=self.axis))
        spread = jnp.mean(jnp.square(y), axis=self.axis) + jnp.mean(jnp.square(p), axis=self.axis)
        return ratio(2.0 * jnp.mean(y * p, axis=self.axis), spread + apart)
