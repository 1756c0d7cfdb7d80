"""What a trained network is worth: its figures and predictions on the test part."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from nyuron.cli._forecast import held_against, rivals
from nyuron.cli._plan import Plan, as_loss_takes
from nyuron.data import CLASSIFICATION, Dataset, Standardizer
from nyuron.layers import Rescaling
from nyuron.models import Sequential

WORST = 24
"""Mistakes that are kept with their inputs."""


class Outcome(NamedTuple):
    """What came out of a training."""

    metrics: dict[str, Any]
    said: np.ndarray
    """Of each test row the share of each class, or the quantities."""
    worst: np.ndarray
    """Test rows with the gravest mistakes, the gravest first."""
    model: Any = None
    history: Any = None
    rivals: dict[str, np.ndarray] | None = None
    """Of a series: what is said of each test row without a network."""


def with_units(model: Any, scaler: Standardizer) -> Sequential:
    """The network with a layer on top that turns standardised quantities into their own units; weights are shared."""
    scale, offset = (np.asarray(v, np.float32).reshape(-1) for v in (scaler.scale, scaler.mean))
    back = Rescaling(
        scale.tolist() if len(scale) > 1 else float(scale[0]), offset.tolist() if len(offset) > 1 else float(offset[0])
    )
    final = Sequential([*model.layers, back], name=model.name)
    final.build((None, *model.graph.inputs[0].shape[1:]))
    compiled = model.compiled
    final.compile(optimizer=compiled.optimizer, loss=compiled.loss, metrics=compiled.metrics)
    return final


def measure(model: Any, data: Dataset, plan: Plan) -> Outcome:
    """Loss and metrics of the test part, as the network gives them in the data's own units, and how far a blind guess gets."""
    said = model.predict(data.x_test, verbose=0)
    units = said.shape[-1]
    y = data.y_test
    if data.task == CLASSIFICATION:
        found = _evaluated(model, data.x_test, as_loss_takes(y, plan.loss, units))
        said = np.concatenate([1 - said, said], axis=1) if units == 1 else said
        return Outcome({**found, **_of_classes(y, said, data)}, said, _worst_classes(y, said))
    truth = y.reshape(len(y), -1)
    found = _evaluated(model, data.x_test, truth)
    errors = said - truth
    order = np.argsort(-np.abs(errors / np.maximum(truth.std(axis=0), 1e-12)).mean(axis=1), kind="stable")
    others = rivals(data) if data.series is not None else None
    against = held_against(y, others) if others else {}
    return Outcome({**found, **_of_quantities(truth, errors, data), **against}, said, order[:WORST], rivals=others)


def _evaluated(model: Any, x: Any, y: Any) -> dict[str, Any]:
    return {name: _plain(value) for name, value in model.evaluate(x, y, verbose=0, return_dict=True).items()}


def _plain(value: Any) -> Any:
    array = np.asarray(value, np.float64)
    return float(array) if array.ndim == 0 else array.tolist()


def _of_classes(y: np.ndarray, said: np.ndarray, data: Dataset) -> dict[str, Any]:
    right = int((said.argmax(axis=1) == y).sum())
    commonest = np.bincount(data.y_train.reshape(-1), minlength=data.classes).argmax()
    low, high = wilson(right, len(y))
    return {
        "accuracy": right / len(y),
        "accuracy_low": low,
        "accuracy_high": high,
        "baseline_accuracy": float((y == commonest).mean()),
        "right": right,
        "test_rows": len(y),
    }


def _of_quantities(truth: np.ndarray, errors: np.ndarray, data: Dataset) -> dict[str, Any]:
    guess = data.y_train.reshape(len(data.y_train), -1).mean(axis=0)
    spread = float(np.sum((truth - truth.mean(axis=0)) ** 2))
    return {
        "mae": float(np.abs(errors).mean()),
        "rmse": float(np.sqrt((errors.astype(np.float64) ** 2).mean())),
        "r2": 1.0 - float(np.sum(errors.astype(np.float64) ** 2)) / spread if spread else None,
        "baseline_mae": float(np.abs(truth - guess).mean()),
        "test_rows": len(truth),
    }


def _worst_classes(y: np.ndarray, said: np.ndarray) -> np.ndarray:
    wrong = np.flatnonzero(said.argmax(axis=1) != y)
    return wrong[np.argsort(said[wrong, y[wrong]], kind="stable")][:WORST]


def wilson(right: int, n: int, z: float = 1.959964) -> tuple[float, float]:
    """The interval that covers the true share with a probability of 95 %.

    Source: Wilson 1927, the score interval.
    Example:
        >>> wilson(9, 10)
        (0.596, 0.982)
    """
    if not n:
        return 0.0, 1.0
    p, w = right / n, z * z / n
    middle, half = (p + w / 2) / (1 + w), z / (1 + w) * math.sqrt(p * (1 - p) / n + w / (4 * n))
    return max(middle - half, 0.0), min(middle + half, 1.0)
