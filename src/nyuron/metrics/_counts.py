"""Figures from counts of true and false positives and negatives."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from nyuron.core import Array, State, module, static
from nyuron.losses import weights_like
from nyuron.metrics._metric import Metric, matched


def counts(
    y_true: Array,
    y_pred: Array,
    thresholds: Array,
    weight: Array | None,
    label_weights: tuple[float, ...] | None = None,
    per_label: bool = False,
) -> dict[str, Array]:
    """Σ w of tp, fp, tn, fn at each threshold, over all values, or for each label (the last axis)."""
    y, p = matched(y_true, y_pred)
    y, p = y.astype(jnp.float32), p.astype(jnp.float32)
    w = jnp.ones_like(p) if weight is None else jnp.broadcast_to(weights_like(p, weight), p.shape)
    if label_weights is not None:
        w = w * jnp.asarray(label_weights, jnp.float32)
    form = (-1, p.shape[-1]) if per_label else (-1,)
    y, p, w = (a.reshape(form)[None] for a in (y, p, w))
    said, positive = p > thresholds.reshape(-1, *(1,) * len(form)), y > 0
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


def ratio(a: Array, b: Array) -> Array:
    """a/b, and 0 where b is 0."""
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
        return ratio(state["tp"], state["tp"] + state["fp"])


@module
class Recall(_OfClass):
    """``tp / (tp + fn)``.

    Source: keras.metrics.Recall.
    """

    def figure(self, state: State) -> Array:
        return ratio(state["tp"], state["tp"] + state["fn"])
