"""Figures from counts of true and false positives and negatives."""

from __future__ import annotations

from typing import Any, ClassVar

import jax.numpy as jnp
import numpy as np

from nyuron.core import ArgumentError, Array, Scalar, State, module, static
from nyuron.losses import weights_like
from nyuron.metrics._accuracy import one_hot
from nyuron.metrics._metric import Metric, matched


def counts(y_true: Array, y_pred: Array, thresholds: Array, weight: Array | None) -> dict[str, Array]:
    """Σ w of tp, fp, tn, fn at each threshold, over all values."""
    y, p = matched(y_true, y_pred)
    y, p = y.astype(jnp.float32), p.astype(jnp.float32)
    w = jnp.ones_like(p) if weight is None else jnp.broadcast_to(weights_like(p, weight), p.shape)
    said = p.ravel()[None, :] > thresholds[:, None]
    positive, w = (y.ravel() > 0)[None, :], w.ravel()[None, :]
    sums = {
        "tp": said & positive,
        "fp": said & ~positive,
        "tn": ~said & ~positive,
        "fn": ~said & positive,
    }
    return {name: jnp.sum(jnp.where(which, w, 0.0), axis=1) for name, which in sums.items()}


@module
class Counting(Metric):
    """What figures over thresholds share: four counts at each."""

    thresholds: Any = static(None)

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.thresholds, list | np.ndarray):
            object.__setattr__(self, "thresholds", tuple(float(t) for t in self.thresholds))

    def cuts(self) -> tuple[float, ...]:
        """The thresholds."""
        if self.thresholds is None:
            return (0.5,)
        return self.thresholds if isinstance(self.thresholds, tuple) else (self.thresholds,)

    def init(self) -> State:
        return {name: jnp.zeros(len(self.cuts()), jnp.float32) for name in ("tp", "fp", "tn", "fn")}

    def prepared(self, y_true: Array, y_pred: Array) -> tuple[Array, Array]:
        """Targets and predictions as they are counted."""
        return y_true, y_pred

    def update(self, state: State, y_true: Array, y_pred: Array, weight: Array | None = None) -> State:
        y_true, y_pred = self.prepared(y_true, y_pred)
        new = counts(y_true, y_pred, jnp.asarray(self.cuts(), jnp.float32), weight)
        return {name: state[name] + new[name] for name in state}

    def figure(self, state: State) -> Array:
        """The figure at each threshold."""
        raise NotImplementedError

    def compute(self, state: State) -> Any:
        value = self.figure(state)
        return value[0] if len(self.cuts()) == 1 else value


def _ratio(a: Array, b: Array) -> Array:
    return jnp.where(b == 0, 0.0, a / jnp.where(b == 0, 1.0, b))


def _count(name: str, which: str) -> type[Counting]:
    words = {"tp": "true positives", "fp": "false positives", "tn": "true negatives", "fn": "false negatives"}[which]
    made = type(
        name,
        (Counting,),
        {
            "__doc__": f"The (weighted) number of {words} at each threshold.\n\n    Source: keras.metrics.{name}.\n    ",
            "__module__": __name__,
            "figure": lambda self, state: state[which],
        },
    )
    return module(made)


TruePositives, FalsePositives = _count("TruePositives", "tp"), _count("FalsePositives", "fp")
TrueNegatives, FalseNegatives = _count("TrueNegatives", "tn"), _count("FalseNegatives", "fn")


@module
class _OfClass(Counting):
    top_k: int | None = static(None)
    class_id: int | None = static(None)

    def cuts(self) -> tuple[float, ...]:
        if self.thresholds is None and self.top_k is not None:
            return (-1e30,)
        return Counting.cuts(self)

    def prepared(self, y_true: Array, y_pred: Array) -> tuple[Array, Array]:
        if self.top_k is not None:
            best = jnp.sort(y_pred, axis=-1)[..., -self.top_k][..., None]
            y_pred = jnp.where(y_pred >= best, y_pred, -jnp.inf)
        if self.class_id is not None:
            y_true, y_pred = y_true[..., self.class_id], y_pred[..., self.class_id]
        return y_true, y_pred


@module
class Precision(_OfClass):
    """``tp / (tp + fp)``.

    Source: keras.metrics.Precision.
    """

    def figure(self, state: State) -> Array:
        return _ratio(state["tp"], state["tp"] + state["fp"])


@module
class Recall(_OfClass):
    """``tp / (tp + fn)``.

    Source: keras.metrics.Recall.
    """

    def figure(self, state: State) -> Array:
        return _ratio(state["tp"], state["tp"] + state["fn"])


@module
class _Curve(Counting):
    num_thresholds: int = static(200)

    def cuts(self) -> tuple[float, ...]:
        if self.thresholds is not None:
            inner = self.thresholds if isinstance(self.thresholds, tuple) else (self.thresholds,)
        else:
            inner = tuple((i + 1) / (self.num_thresholds - 1) for i in range(self.num_thresholds - 2))
        return (-1e-7, *inner, 1.0 + 1e-7)


@module
class AUC(_Curve):
    """The area under the ROC curve (or PR), from counts at 200 thresholds.

    Source: keras.metrics.AUC; for PR with interpolation Davis & Goadrich 2006.
    """

    curve: str = static("ROC")
    summation_method: str = static("interpolation")
    from_logits: bool = static(False)

    def prepared(self, y_true: Array, y_pred: Array) -> tuple[Array, Array]:
        return y_true, (1.0 / (1.0 + jnp.exp(-y_pred))) if self.from_logits else y_pred

    def compute(self, state: State) -> Any:
        tp, fp, tn, fn = (state[name] for name in ("tp", "fp", "tn", "fn"))
        if self.curve == "PR" and self.summation_method == "interpolation":
            return self._interpolated(tp, fp, fn)
        recall = _ratio(tp, tp + fn)
        x, y = (_ratio(fp, fp + tn), recall) if self.curve == "ROC" else (recall, _ratio(tp, tp + fp))
        heights = {
            "interpolation": (y[:-1] + y[1:]) / 2.0,
            "minoring": jnp.minimum(y[:-1], y[1:]),
            "majoring": jnp.maximum(y[:-1], y[1:]),
        }
        if self.summation_method not in heights:
            raise ArgumentError(
                "unknown summation_method", who="AUC", expected=sorted(heights), got=self.summation_method
            )
        return jnp.sum((x[:-1] - x[1:]) * heights[self.summation_method])

    def _interpolated(self, tp: Array, fp: Array, fn: Array) -> Array:
        gained, p = tp[:-1] - tp[1:], tp + fp
        slope = _ratio(gained, jnp.maximum(p[:-1] - p[1:], 0.0))
        intercept = tp[1:] - slope * p[1:]
        safe = jnp.where((p[:-1] > 0) & (p[1:] > 0), _ratio(p[:-1], jnp.maximum(p[1:], 0.0)), 1.0)
        return jnp.sum(_ratio(slope * (gained + intercept * jnp.log(safe)), jnp.maximum(tp[1:] + fn[1:], 0.0)))


def _sensitivity(s: State) -> Array:
    return _ratio(s["tp"], s["tp"] + s["fn"])


def _specificity(s: State) -> Array:
    return _ratio(s["tn"], s["tn"] + s["fp"])


def _precision(s: State) -> Array:
    return _ratio(s["tp"], s["tp"] + s["fp"])


@module
class _At(_Curve):
    """The best of one figure among the thresholds at which another reaches a value."""

    wanted: ClassVar[str] = ""

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
    wanted = "recall"

    def pair(self, state: State) -> tuple[Array, Array]:
        return _precision(state), _sensitivity(state)


@module
class RecallAtPrecision(_At):
    """The best recall where precision is at least `precision`. Source: keras.metrics.RecallAtPrecision."""

    precision: Scalar = 0.5
    wanted = "precision"

    def pair(self, state: State) -> tuple[Array, Array]:
        return _sensitivity(state), _precision(state)


@module
class SensitivityAtSpecificity(_At):
    """The best sensitivity where specificity is at least `specificity`. Source: keras.metrics.SensitivityAtSpecificity."""

    specificity: Scalar = 0.5
    wanted = "specificity"

    def pair(self, state: State) -> tuple[Array, Array]:
        return _sensitivity(state), _specificity(state)


@module
class SpecificityAtSensitivity(_At):
    """The best specificity where sensitivity is at least `sensitivity`. Source: keras.metrics.SpecificityAtSensitivity."""

    sensitivity: Scalar = 0.5
    wanted = "sensitivity"

    def pair(self, state: State) -> tuple[Array, Array]:
        return _specificity(state), _sensitivity(state)


@module
class FBetaScore(Metric):
    """``(1+β²) P R / (β² P + R)`` per class; averaged 'micro', 'macro', 'weighted' by support, or kept (None).

    Without a threshold the most probable class is the prediction. `classes` is the number of classes.

    Differs from Keras: the number of classes is an argument, since sums are made before data are seen.
    Source: keras.metrics.FBetaScore.
    """

    classes: int = static()
    average: str | None = static(None)
    beta: Scalar = 1.0
    threshold: Scalar | None = None

    def init(self) -> State:
        return {name: jnp.zeros(self.classes, jnp.float32) for name in ("tp", "fp", "fn", "support")}

    def update(self, state: State, y_true: Array, y_pred: Array, weight: Array | None = None) -> State:
        y, p = matched(y_true, y_pred)
        y, p = y.reshape(-1, self.classes).astype(jnp.float32), p.reshape(-1, self.classes).astype(jnp.float32)
        said = one_hot(jnp.argmax(p, axis=-1), self.classes)
        if self.threshold is not None:
            said = (p > jnp.asarray(self.threshold, jnp.float32)).astype(jnp.float32)
        w = jnp.ones((y.shape[0], 1)) if weight is None else weight.reshape(-1, 1).astype(jnp.float32)
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
class F1Score(FBetaScore):
    """``2 P R / (P + R)``: `FBetaScore` with β = 1.

    Source: keras.metrics.F1Score.
    """


@module
class MeanIoU(Metric):
    """The mean over classes of ``tp / (tp + fp + fn)`` between integer labels.

    Source: keras.metrics.MeanIoU.
    """

    num_classes: int = static()
    sparse_y_pred: bool = static(True)

    def init(self) -> State:
        return jnp.zeros((self.num_classes, self.num_classes), jnp.float32)

    def update(self, state: State, y_true: Array, y_pred: Array, weight: Array | None = None) -> State:
        said = y_pred if self.sparse_y_pred else jnp.argmax(y_pred, axis=-1)
        rows, columns = one_hot(y_true.ravel(), self.num_classes), one_hot(said.ravel(), self.num_classes)
        if weight is not None:
            rows = rows * weight.ravel()[:, None].astype(jnp.float32)
        return state + rows.T @ columns

    def compute(self, state: State) -> Any:
        hits, union = jnp.diag(state), jnp.sum(state, 0) + jnp.sum(state, 1) - jnp.diag(state)
        seen = union > 0
        return jnp.sum(jnp.where(seen, _ratio(hits, union), 0.0)) / jnp.maximum(jnp.sum(seen.astype(jnp.float32)), 1.0)
