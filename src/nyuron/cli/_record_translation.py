"""What a job that translates leaves in the run's folder."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np

from nyuron.cli._measure import WORST, wilson
from nyuron.cli._options import TrainOptions
from nyuron.cli._record import kind_of
from nyuron.cli._translation import Signs, translate
from nyuron.core import to_config
from nyuron.data import Dataset
from nyuron.models import Model
from nyuron.saving import RunFolder, environment

MAPS = 4
"""Test texts of which it is kept where the network looked."""


@dataclasses.dataclass(frozen=True)
class Translation:
    """Everything about such a job."""

    options: TrainOptions
    data: Dataset
    read: Signs
    written: Signs
    model: Model
    looks: Model
    optimizer: Any
    epochs: int
    batch_size: int
    held: int
    """Training rows that are held out to validate."""


def write_translation(folder: RunFolder, job: Translation, history: Any, told: dict[str, Any]) -> dict[str, Any]:
    """Measure on the test part, and write everything but the report; returns the figures."""
    data, written = job.data, job.written
    x, y = job.read.numbered(data.x_test), written.numbered(data.y_test, ends=True)
    made, sure = translate(job.model, x, written)
    said = [written.text(row) for row in made]
    right = np.array([a == b for a, b in zip(said, data.y_test, strict=True)])
    weights = (y != 0).astype(np.float32)
    found = job.model.evaluate([x, written.before(y)], y, sample_weight=weights, verbose=0, return_dict=True)
    low, high = wilson(int(right.sum()), len(right))
    metrics = {
        "loss": float(found["loss"]),
        "accuracy": float(right.mean()),
        "accuracy_low": low,
        "accuracy_high": high,
        "baseline_accuracy": 0.0,
        "sign_accuracy": float(found["accuracy"]),
        "right": int(right.sum()),
        "test_rows": len(right),
        **told,
    }
    job.model.save(folder.path / "model.nyuron")
    folder.write("config", _config(job))
    folder.write("preprocessing", preprocessing(job))
    folder.write("environment", environment())
    folder.write("history", {"epoch": history.epoch, "figures": history.history, "stopped": history.stop_reason})
    names = list(history.history)
    rows = ([e + 1, *(history.history[n][i] for n in names)] for i, e in enumerate(history.epoch))
    folder.write_table("history", ["epoch", *names], rows)
    wrong = np.flatnonzero(~right)
    worst = wrong[np.argsort(-sure[wrong], kind="stable")][:WORST]
    shown = _longest(data.x_test)
    scores = np.asarray(job.looks.predict([x[shown], written.before(made[shown])], verbose=0))
    folder.write_arrays(
        "predictions",
        {
            "text": np.array(list(data.x_test), np.str_),
            "true": np.array(list(data.y_test), np.str_),
            "said": np.array(said, np.str_),
            "sure": sure,
            "worst": worst,
            "looked_at": shown,
            "looks": scores.mean(axis=1) if scores.ndim == 4 else scores,
            "sample_x": np.array(list(data.x_train[:8]), np.str_),
            "sample_y": np.array(list(data.y_train[:8]), np.str_),
        },
    )
    header = ["row", "true digits", "predicted digits", "probability", "words"]
    lines = zip(data.y_test, said, sure, data.x_test, strict=True)
    folder.write_table("predictions", header, ([i, a, b, f"{p:.4f}", t] for i, (a, b, p, t) in enumerate(lines)))
    folder.write("metrics", metrics)
    return metrics


def _longest(texts: Any) -> np.ndarray:
    """A few texts to look at, the longest and shorter ones."""
    order = np.argsort([-len(text) for text in texts], kind="stable")
    return order[np.linspace(0, 0.6 * (len(order) - 1), min(MAPS, len(order))).astype(int)]


def preprocessing(job: Translation) -> dict[str, Any]:
    """What a program needs to feed the model and to read its answer."""
    return {
        "task": job.data.task,
        "kind": "translation",
        "input_shape": [job.read.length],
        "columns": list(job.data.feature_names),
        "target": job.data.target_name,
        "classes": [],
        "read": dataclasses.asdict(job.read),
        "written": dataclasses.asdict(job.written),
        "input_scaling": None,
        "target_scaling": None,
    }


def _config(job: Translation) -> dict[str, Any]:
    data, options = job.data, job.options
    given = {k: str(v) if isinstance(v, Path) else v for k, v in dataclasses.asdict(options).items()}
    return {
        "format": 1,
        "name": data.name,
        "source": data.name,
        "options": given,
        "training": {
            "optimizer": to_config(job.optimizer),
            "optimizer_text": repr(job.optimizer),
            "loss": "sparse_categorical_crossentropy",
            "metrics": ["accuracy"],
            "epochs": job.epochs,
            "batch_size": job.batch_size,
            "validation": job.held / len(data.x_train),
            "patience": options.patience or 0,
            "seed": options.seed,
        },
        "network": _layers(job.model),
        "data": {
            "task": data.task,
            "kind": "translation",
            "description": data.description,
            "licence": data.licence,
            "input_shape": [job.read.length],
            "rows": {"train": len(data.x_train) - job.held, "validation": job.held, "test": len(data.x_test)},
            "columns": [],
            "target": data.target_name,
            "classes": [],
            "class_counts": [],
            "target_range": [0.0, 0.0],
            "value_range": None,
            "read": dataclasses.asdict(job.read),
            "written": dataclasses.asdict(job.written),
            "notes": list(data.notes),
        },
    }


def _layers(model: Model) -> list[dict[str, Any]]:
    rows = []
    for layer in model.layers:
        if type(layer).__name__ == "InputLayer":
            continue
        output: Any = layer.output
        first = output[0] if isinstance(output, list | tuple) else output
        activation = getattr(getattr(layer, "activation", None), "__name__", "")
        rows.append(
            {
                "name": layer.name,
                "class": kind_of(layer),
                "activation": "" if activation == "linear" else activation,
                "output": list(first.shape[1:]),
                "parameters": layer.count_params(),
            }
        )
    return rows
