"""Forecasts of a series: the network says the change from the last value, and is held against what needs no network."""

from __future__ import annotations

from typing import Any

import numpy as np

from nyuron.data import Dataset, Standardizer
from nyuron.layers import Add, Cropping1D, Flatten, Input, Permute, Rescaling
from nyuron.models import Model

RIDGE = 1.0
"""Of the linear model, on standardised columns."""


def last_values(data: Dataset, x: np.ndarray) -> np.ndarray:
    """What is predicted, as it is at the end of each window. Shapes: (rows, window, columns) -> (rows,)."""
    return x[:, -1, _place(data)]


def _place(data: Dataset) -> int:
    if data.series is None:  # a caller asks for series alone
        raise ValueError(data.kind)
    return data.series.place


def with_last_value(network: Model, data: Dataset, scaler: Standardizer) -> Model:
    """The network in the data's own units: ``y = last value + scale · network(x) + mean``; weights are shared."""
    window, columns = data.x_train.shape[1:]
    place = _place(data)
    x = Input((window, columns))
    last = Permute((2, 1))(Cropping1D((window - 1, 0))(x))
    last = Flatten(name="last_value")(Cropping1D((place, columns - 1 - place))(last))
    scale, mean = (float(np.ravel(v)[0]) for v in (scaler.scale, scaler.mean))
    change = Rescaling(scale, mean, name="change")(network(x))
    final = Model(x, Add(name="forecast")([last, change]), name=network.name)
    compiled = network.compiled
    final.compile(optimizer=compiled.optimizer, loss=compiled.loss, metrics=compiled.metrics)
    return final


def rivals(data: Dataset) -> dict[str, np.ndarray]:
    """What is said of the test part without a network: that it stays as it is, and by a linear model of the window.

    The linear model is a ridge regression of the change on all numbers of the window, standardised.
    """
    last, last_test = last_values(data, data.x_train), last_values(data, data.x_test)
    x, x_test = (np.asarray(v, np.float64).reshape(len(v), -1) for v in (data.x_train, data.x_test))
    mean, scale = x.mean(axis=0), x.std(axis=0)
    scale[scale < 1e-9] = 1.0
    x, x_test = (x - mean) / scale, (x_test - mean) / scale
    change = data.y_train.astype(np.float64) - last
    weights = np.linalg.solve(x.T @ x + RIDGE * np.eye(x.shape[1]), x.T @ (change - change.mean()))
    return {"persistence": last_test, "linear": (last_test + x_test @ weights + change.mean()).astype(np.float32)}


def held_against(y: np.ndarray, others: dict[str, np.ndarray]) -> dict[str, Any]:
    """The mean absolute and the root mean square error of each of the others."""
    found: dict[str, Any] = {}
    for name, said in others.items():
        errors = said.astype(np.float64) - y
        found[f"{name}_mae"], found[f"{name}_rmse"] = float(np.abs(errors).mean()), float(np.sqrt((errors**2).mean()))
    return found


def moments(times: np.ndarray) -> list[str]:
    """Times as people write them: a date where all are at midnight, else with hours and minutes; numbers as they are."""
    if times.dtype.kind != "M":
        return [f"{time:g}" for time in times]
    if np.all(times == times.astype("datetime64[D]")):
        return [str(time) for time in times.astype("datetime64[D]")]
    return [str(time).replace("T", " ") for time in times.astype("datetime64[s]")]


def verdict(metrics: dict[str, Any]) -> str:
    """Whether the network beats what needs none, said honestly."""
    words = []
    for name, text in (("persistence", "'as the last value'"), ("linear", "a linear model")):
        other = metrics[f"{name}_mae"]
        beats = f"beats {text} ({other:.4g}) by {100 * (1 - metrics['mae'] / (other or 1)):.1f} %"
        words.append(beats if metrics["mae"] < other else f"does not beat {text} ({other:.4g})")
    return "; ".join(words)
