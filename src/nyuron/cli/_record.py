"""What the main job leaves in the run's folder."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nyuron.cli._forecast import moments
from nyuron.cli._measure import Outcome
from nyuron.cli._options import TrainOptions
from nyuron.cli._plan import Parts, Plan
from nyuron.core import to_config
from nyuron.data import CLASSIFICATION, Dataset
from nyuron.saving import RunFolder, environment

FORMAT = 1
SAMPLES = 20
"""Training rows that are kept to show what the data look like."""
SHOWN = 1000
"""Characters of a text that are kept to be shown."""


@dataclass(frozen=True)
class Job:
    """What is to be trained, on what, and how."""

    source: str
    options: TrainOptions
    data: Dataset
    model: Any
    plan: Plan
    parts: Parts

    @property
    def layers(self) -> list[dict[str, Any]]:
        """Name, class, output shape and number of parameters of each layer."""
        shape: Any = (None, *self.data.input_shape)
        rows = []
        for layer in self.model.layers:
            shape = layer.description.compute_output_shape(shape)
            kind, activation = kind_of(layer), getattr(layer, "activation", None)
            named = getattr(activation, "__name__", "")
            rows.append(
                {
                    "name": layer.name,
                    "class": kind,
                    "activation": "" if named == "linear" else named,
                    "output": list(shape[1:]),
                    "parameters": layer.count_params(),
                }
            )
        return rows


def kind_of(layer: Any) -> str:
    """A layer's class; of one that goes both ways, also what it goes with."""
    kind = type(layer).__name__
    return f"{kind} {type(layer.layer).__name__}" if kind == "Bidirectional" else kind


def write_run(folder: RunFolder, job: Job, outcome: Outcome) -> None:
    """Write everything but the report."""
    outcome.model.save(folder.path / "model.nyuron")
    folder.write("config", _config(job))
    folder.write("preprocessing", _preprocessing(job))
    folder.write("environment", environment())
    history = outcome.history
    folder.write("history", {"epoch": history.epoch, "figures": history.history, "stopped": history.stop_reason})
    names = list(history.history)
    folder.write_table(
        "history",
        ["epoch", *names],
        ([e + 1, *(history.history[n][i] for n in names)] for i, e in enumerate(history.epoch)),
    )
    folder.write_arrays("predictions", _arrays(job, outcome))
    header = ["row", f"true {job.data.target_name}", f"predicted {job.data.target_name}"]
    header.append("probability" if job.data.task == CLASSIFICATION else "error")
    lines: Iterator[list[Any]] = _lines(job.data, outcome)
    if job.data.kind == "texts":
        header.append(job.data.feature_names[0])
        lines = ([*line, text] for line, text in zip(lines, job.data.x_test, strict=True))
    if job.data.series is not None:
        header.append(job.data.series.time or "step")
        lines = ([*line, time] for line, time in zip(lines, moments(job.data.series.times), strict=True))
    folder.write_table("predictions", header, lines)
    # The figures come last: a folder that has them is a finished run.
    folder.write("metrics", outcome.metrics)


def _config(job: Job) -> dict[str, Any]:
    data, plan = job.data, job.plan
    options = {k: str(v) if isinstance(v, Path) else v for k, v in dataclasses.asdict(job.options).items()}
    return {
        "format": FORMAT,
        "name": data.name,
        "source": job.source,
        "options": options,
        "training": {
            "optimizer": to_config(plan.optimizer),
            "optimizer_text": repr(plan.optimizer),
            "loss": plan.loss,
            "metrics": list(plan.metrics),
            "epochs": plan.epochs,
            "batch_size": plan.batch_size,
            "validation": plan.validation,
            "patience": plan.patience,
            "seed": job.options.seed,
        },
        "network": job.layers,
        "data": _described(job),
    }


def _described(job: Job) -> dict[str, Any]:
    data, parts = job.data, job.parts
    counts = np.bincount(data.y_train, minlength=data.classes).tolist() if data.task == CLASSIFICATION else []
    y = np.asarray(data.y_train, np.float64)
    return {
        "task": data.task,
        "kind": data.kind,
        "description": data.description,
        "licence": data.licence,
        "input_shape": _shape(data),
        "reading": reading(job.model) if data.kind == "texts" else None,
        "series": series_facts(data),
        "rows": {"train": parts.rows[0], "validation": parts.rows[1], "test": len(data.y_test)},
        "columns": column_figures(data),
        "target": data.target_name,
        "classes": class_names(data),
        "class_counts": counts,
        "target_range": [float(y.min()), float(y.max())],
        "value_range": (0.0, 1.0) if data.kind == "sound" else data.value_range,
        "notes": list(data.notes),
    }


def _shape(data: Dataset) -> list[int]:
    """The shape of one row; [] for a text."""
    return [n for n in data.input_shape if n is not None]


def reading(model: Any) -> dict[str, Any]:
    """How texts are cut: the unit, how many of a text are read, and how many different ones are told apart."""
    layer = model.layers[0]
    unit = "syllable" if layer.split == "hangul_syllables" else "word"
    return {"unit": unit, "length": layer.output_sequence_length, "known": layer.vocabulary_size()}


def series_facts(data: Dataset) -> dict[str, Any] | None:
    """What a program needs to make the windows of a series that the model takes; None for other data."""
    series = data.series
    if series is None:
        return None
    return {
        "columns": list(series.columns),
        "time": series.time,
        "seasons": list(series.seasons),
        "window": data.input_shape[0],
        "horizon": series.horizon,
    }


def class_names(data: Dataset) -> list[str]:
    """A name for each class."""
    return list(data.class_names) or [str(k) for k in range(data.classes)]


def column_figures(data: Dataset) -> list[dict[str, Any]]:
    """Smallest, mean and largest value of each column of a table's training part."""
    if not data.feature_names or data.kind == "texts":
        return []
    x = np.asarray(data.x_train, np.float64)
    figures = zip(data.feature_names, x.min(0), x.mean(0), x.max(0), x.std(0), strict=True)
    return [
        {"name": name, "minimum": float(a), "mean": float(m), "maximum": float(b), "deviation": float(s)}
        for name, a, m, b, s in figures
    ]


def _preprocessing(job: Job) -> dict[str, Any]:
    """What a program needs to feed the model and to read its answer. The input's scaling is a layer of the model."""
    data, first = job.data, job.model.layers[0]
    scaler = job.parts.scaler
    return {
        "task": data.task,
        "kind": data.kind,
        "input_shape": _shape(data),
        "columns": list(data.feature_names),
        "target": data.target_name,
        "classes": class_names(data),
        "series": series_facts(data),
        "input_scaling": to_config(first) if type(first).__name__ in ("Rescaling", "Normalization") else None,
        "target_scaling": None if scaler is None else to_config(scaler),
    }


def _arrays(job: Job, outcome: Outcome) -> dict[str, np.ndarray]:
    x = np.asarray(job.data.x_test)
    shown = _samples(job.data)
    return {
        "true": job.data.y_test,
        "said": outcome.said,
        "worst": outcome.worst,
        "worst_x": _visible(job, x[outcome.worst]),
        "sample_x": _visible(job, np.asarray(job.data.x_train)[shown]),
        "sample_y": job.data.y_train[shown],
        **_course(job.data, outcome),
        **({"test_x": x} if x.ndim > 1 and x[0].size == 1 else {}),
    }


def _course(data: Dataset, outcome: Outcome) -> dict[str, np.ndarray]:
    """Of a series the times of the test part, and what is said of it without a network."""
    if data.series is None:
        return {}
    return {"test_time": data.series.times, **(outcome.rivals or {})}


def _visible(job: Job, x: np.ndarray) -> np.ndarray:
    """Rows as a page can show them: sounds as pictures of their spectrograms, low notes below, 0 … 1; texts' beginnings."""
    if job.data.kind == "texts":
        return np.array([text[:SHOWN] for text in x], np.str_)
    if job.data.kind != "sound" or not len(x):
        return x
    seen: Any = x
    for layer in job.model.layers[:3]:
        seen = layer(seen)
    # From two standard deviations below the mean to three above it.
    return np.clip((np.asarray(seen).swapaxes(1, 2)[:, ::-1] + 2) / 5, 0, 1)


def _samples(data: Dataset) -> np.ndarray:
    """Training rows to show: in turn one of each class, or the first ones."""
    if data.task != CLASSIFICATION:
        return np.arange(min(SAMPLES, len(data.y_train)))
    y = data.y_train
    order = np.argsort(y, kind="stable")
    place = np.arange(len(y)) - np.searchsorted(y[order], y[order])
    in_turn = order[np.argsort(place, kind="stable")]
    return in_turn[:SAMPLES]


def _lines(data: Dataset, outcome: Outcome) -> Iterator[list[Any]]:
    if data.task == CLASSIFICATION:
        names, best = class_names(data), outcome.said.argmax(axis=1)
        for i, (true, k) in enumerate(zip(data.y_test, best, strict=True)):
            yield [i, names[true], names[k], f"{outcome.said[i, k]:.4f}"]
        return
    truth = data.y_test.reshape(len(data.y_test), -1)
    for i, (true, said) in enumerate(zip(truth, outcome.said, strict=True)):
        cells = [" ".join(f"{v:.6g}" for v in values) for values in (true, said, said - true)]
        yield [i, *cells]
