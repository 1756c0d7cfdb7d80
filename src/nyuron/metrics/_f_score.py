"""F scores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import jax.numpy as jnp

from nyuron.core import ArgumentError, Array, Scalar, State, module, replace, static
from nyuron.core._errors import suggestion
from nyuron.metrics._metric import Metric, matched


@module
class _FScore(Metric):
    """What F scores share: sums of true and false positives and negatives of each class."""

    average: str | None = static(None)
    classes: int | None = static(None, kw_only=True)
    """The number of classes; None: as many as the predictions have columns."""

    beta: ClassVar[Any] = 1.0
    threshold: ClassVar[Any] = None

    def sized(self, y_shape: Sequence[int | None], pred_shape: Sequence[int | None]) -> Any:
        known = (None, "micro", "macro", "weighted")
        if self.average not in known:
            raise ArgumentError(
                "unknown average",
                who=type(self).__name__,
                expected=f"among {known}",
                got=self.average,
                fix=suggestion("average", self.average, known),
            )
        return replace(self, classes=pred_shape[-1] or 1) if self.classes is None else self

    def init(self) -> State:
        return {name: jnp.zeros(self.classes or 1, jnp.float32) for name in ("tp", "fp", "fn", "support")}

    def update(self, state: State, y_true: Array, y_pred: Array, weight: Array | None = None) -> State:
        y, p = matched(y_true, y_pred)
        columns = p.shape[-1] if p.ndim > 1 else 1
        y, p = y.reshape(-1, columns).astype(jnp.float32), p.reshape(-1, columns).astype(jnp.float32)
        if self.threshold is None:
            said = (p >= jnp.max(p, axis=-1, keepdims=True)) & (jnp.abs(p) > 1e-9)
        else:
            said = p > jnp.asarray(self.threshold, jnp.float32)
        said = said.astype(jnp.float32)
        w = jnp.ones((y.shape[0], 1), jnp.float32) if weight is None else weight.reshape(-1, 1).astype(jnp.float32)
        return {
            "tp": state["tp"] + jnp.sum(w * y * said, axis=0),
            "fp": state["fp"] + jnp.sum(w * (1.0 - y) * said, axis=0),
            "fn": state["fn"] + jnp.sum(w * y * (1.0 - said), axis=0),
            "support": state["support"] + jnp.sum(w * y, axis=0),
        }

    def compute(self, state: State) -> Any:
        tp, fp, fn = state["tp"], state["fp"], state["fn"]
        if self.average == "micro":
            tp, fp, fn = jnp.sum(tp), jnp.sum(fp), jnp.sum(fn)
        precision, recall = tp / (tp + fp + 1e-7), tp / (tp + fn + 1e-7)
        square = jnp.asarray(self.beta, jnp.float32) ** 2
        score = (1.0 + square) * precision * recall / (precision * square + recall + 1e-7)
        if self.average == "weighted":
            return jnp.sum(score * state["support"]) / (jnp.sum(state["support"]) + 1e-7)
        return jnp.mean(score) if self.average == "macro" else score


@module
class FBetaScore(_FScore):
    """``(1+β²) P R / (β² P + R)`` per class; averaged 'micro', 'macro', 'weighted' by support, or kept (None).

    Without a `threshold` the most probable class is the prediction; with one, every class that is above it.

    Shapes: y and ŷ (*batch, classes).
    Raises: ArgumentError in compile, or with the first batch, for an unknown `average`.
    Source: keras.metrics.FBetaScore.
    Example:
        >>> FBetaScore("macro", beta=2.0)([[0, 1], [1, 0]], [[0.2, 0.8], [0.4, 0.6]])
        Array(0.4166..., dtype=float32)
    """

    beta: Scalar = 1.0
    threshold: Scalar | None = None
    default_name: ClassVar[str | None] = "fbeta_score"


@module
class F1Score(_FScore):
    """``2 P R / (P + R)``: `FBetaScore` with β = 1.

    Source: keras.metrics.F1Score.
    Example:
        >>> F1Score("micro", threshold=0.5)([[0, 1], [1, 0]], [[0.2, 0.8], [0.4, 0.6]])
        Array(0.5, dtype=float32)
    """

    threshold: Scalar | None = None
