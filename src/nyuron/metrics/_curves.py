"""Figures of the curves that a moving threshold draws."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from nyuron.core import ArgumentError, Array, Scalar, State, module, replace, static
from nyuron.core._errors import suggestion
from nyuron.metrics._counts import Counting, counts, ratio


@module
class _Curve(Counting):
    """Counts at thresholds that part [0, 1] evenly, and one beyond each end."""

    thresholds: Any = static(None, kw_only=True)
    num_thresholds: ClassVar[Any] = 200

    def cuts(self) -> tuple[float, ...]:
        if self.thresholds is not None:
            inner = tuple(sorted(self.thresholds if isinstance(self.thresholds, tuple) else (self.thresholds,)))
        else:
            inner = tuple((i + 1) / (self.num_thresholds - 1) for i in range(self.num_thresholds - 2))
        return (-1e-7, *inner, 1.0 + 1e-7)


_HEIGHTS = {
    "interpolation": lambda left, right: (left + right) / 2.0,
    "minoring": jnp.minimum,
    "majoring": jnp.maximum,
}


@module
class AUC(_Curve):
    """The area under the ROC curve, the precision-recall curve ('PR') or its gains ('PRGAIN'), from counts at thresholds.

    `multi_label` takes each column for a label: the result is the mean of their areas, or Σ w·area / Σ w by
    `label_weights`, which without it weigh the columns' values.

    Raises: ArgumentError in compile, or with the first batch, for an unknown `curve` or `summation_method`.
    Source: keras.metrics.AUC; for PR with interpolation Davis & Goadrich 2006, for gains Flach & Kull 2015.
    Example:
        >>> AUC(num_thresholds=3)([0, 0, 1, 1], [0, 0.5, 0.3, 0.9])
        Array(0.75, dtype=float32)
    """

    num_thresholds: int = static(200)
    curve: str = static("ROC")
    summation_method: str = static("interpolation")
    multi_label: bool = static(False, kw_only=True)
    num_labels: int | None = static(None, kw_only=True)
    label_weights: tuple[float, ...] | None = static(None, kw_only=True)
    from_logits: bool = static(False, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.label_weights is not None:
            object.__setattr__(self, "label_weights", tuple(float(w) for w in self.label_weights))

    def sized(self, y_shape: Sequence[int | None], pred_shape: Sequence[int | None]) -> AUC:
        for name, known in (("curve", ("PR", "PRGAIN", "ROC")), ("summation_method", tuple(_HEIGHTS))):
            if getattr(self, name) not in known:
                raise ArgumentError(
                    f"unknown {name}",
                    who="AUC",
                    expected=f"among {known}",
                    got=getattr(self, name),
                    fix=suggestion(name, getattr(self, name), known),
                )
        return replace(self, num_labels=pred_shape[-1]) if self.multi_label and self.num_labels is None else self

    def init(self) -> State:
        shape = (len(self.cuts()), self.num_labels or 1) if self.multi_label else (len(self.cuts()),)
        return {name: jnp.zeros(shape, jnp.float32) for name in ("tp", "fp", "tn", "fn")}

    def update(self, state: State, y_true: Array, y_pred: Array, weight: Array | None = None) -> State:
        y_pred = jax.nn.sigmoid(y_pred) if self.from_logits else y_pred
        cuts = jnp.asarray(self.cuts(), jnp.float32)
        of_values = None if self.multi_label else self.label_weights
        new = counts(y_true, y_pred, cuts, weight, of_values, per_label=self.multi_label)
        return {name: state[name] + new[name] for name in state}

    def compute(self, state: State) -> Any:
        tp, fp, tn, fn = (state[name] for name in ("tp", "fp", "tn", "fn"))
        if self.curve == "PR" and self.summation_method == "interpolation":
            areas = self._interpolated(tp, fp, fn)
        else:
            x, y = self._points(tp, fp, tn, fn)
            areas = jnp.sum((x[:-1] - x[1:]) * _HEIGHTS[self.summation_method](y[:-1], y[1:]), axis=0)
        if not self.multi_label or self.label_weights is None:
            return jnp.mean(areas)
        weights = jnp.asarray(self.label_weights, jnp.float32)
        return ratio(jnp.sum(areas * weights), jnp.sum(weights))

    def _points(self, tp: Array, fp: Array, tn: Array, fn: Array) -> tuple[Array, Array]:
        if self.curve == "ROC":
            return ratio(fp, fp + tn), ratio(tp, tp + fn)
        if self.curve == "PR":
            return ratio(tp, tp + fn), ratio(tp, tp + fp)
        scale = ratio(tp + fn, tn + fp)
        recall = jnp.where(tp == 0, 0.0, 1.0 - scale * ratio(fn, tp))
        return jnp.maximum(recall, 0.0), jnp.where(tp == 0, 1.0, 1.0 - scale * ratio(fp, tp))

    def _interpolated(self, tp: Array, fp: Array, fn: Array) -> Array:
        gained, p = tp[:-1] - tp[1:], tp + fp
        slope = ratio(gained, jnp.maximum(p[:-1] - p[1:], 0.0))
        intercept = tp[1:] - slope * p[1:]
        safe = jnp.where((p[:-1] > 0) & (p[1:] > 0), ratio(p[:-1], jnp.maximum(p[1:], 0.0)), 1.0)
        parts = ratio(slope * (gained + intercept * jnp.log(safe)), jnp.maximum(tp[1:] + fn[1:], 0.0))
        return jnp.sum(parts, axis=0)


def _sensitivity(s: State) -> Array:
    return ratio(s["tp"], s["tp"] + s["fn"])


def _specificity(s: State) -> Array:
    return ratio(s["tn"], s["tn"] + s["fp"])


def _precision(s: State) -> Array:
    return ratio(s["tp"], s["tp"] + s["fp"])


@module
class _At(_Curve):
    """The best of one figure among the thresholds at which another reaches a value."""

    wanted: ClassVar[str] = ""
    class_id: ClassVar[Any] = None

    def prepared(self, y_true: Array, y_pred: Array) -> tuple[Array, Array]:
        return (y_true, y_pred) if self.class_id is None else (y_true[..., self.class_id], y_pred[..., self.class_id])

    def pair(self, state: State) -> tuple[Array, Array]:
        """(the figure that is reported, the figure that must reach the value)."""
        raise NotImplementedError

    def compute(self, state: State) -> Any:
        reported, limited = self.pair(state)
        enough = limited >= jnp.asarray(getattr(self, self.wanted), jnp.float32)
        return jnp.max(jnp.where(enough, reported, 0.0))


@module
class PrecisionAtRecall(_At):
    """The best precision where recall is at least `recall`. Source: keras.metrics.PrecisionAtRecall."""

    recall: Scalar = 0.5
    num_thresholds: int = static(200)
    class_id: int | None = static(None)
    wanted = "recall"

    def pair(self, state: State) -> tuple[Array, Array]:
        return _precision(state), _sensitivity(state)


@module
class RecallAtPrecision(_At):
    """The best recall where precision is at least `precision`. Source: keras.metrics.RecallAtPrecision."""

    precision: Scalar = 0.5
    num_thresholds: int = static(200)
    class_id: int | None = static(None)
    wanted = "precision"

    def pair(self, state: State) -> tuple[Array, Array]:
        return _sensitivity(state), _precision(state)


@module
class SensitivityAtSpecificity(_At):
    """The best sensitivity where specificity is at least `specificity`. Source: keras.metrics.SensitivityAtSpecificity."""

    specificity: Scalar = 0.5
    num_thresholds: int = static(200)
    class_id: int | None = static(None)
    wanted = "specificity"

    def pair(self, state: State) -> tuple[Array, Array]:
        return _sensitivity(state), _specificity(state)


@module
class SpecificityAtSensitivity(_At):
    """The best specificity where sensitivity is at least `sensitivity`. Source: keras.metrics.SpecificityAtSensitivity."""

    sensitivity: Scalar = 0.5
    num_thresholds: int = static(200)
    class_id: int | None = static(None)
    wanted = "sensitivity"

    def pair(self, state: State) -> tuple[Array, Array]:
        return _specificity(state), _sensitivity(state)
