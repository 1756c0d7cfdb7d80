"""The main job where texts become other texts: numbers in words to digits."""

from __future__ import annotations

import dataclasses
import shutil
import time
from pathlib import Path
from typing import Any

import numpy as np

from nyuron.callbacks import EarlyStopping
from nyuron.cli._console import console, facts
from nyuron.cli._errors import plain_warnings
from nyuron.cli._interrupts import exit_code, terminated_as_interrupted, uninterrupted
from nyuron.cli._measure import WORST, wilson
from nyuron.cli._options import TrainOptions
from nyuron.cli._plan import Suited, chosen_optimizer
from nyuron.cli._show import show_outcome
from nyuron.cli._translation import TRANSLATORS, Signs, signs_of, translate
from nyuron.core import ArgumentError, set_random_seed, to_config
from nyuron.data import Dataset
from nyuron.datasets import korean_numbers
from nyuron.models import Model
from nyuron.report import write_report
from nyuron.saving import RunFolder, environment, new_run_folder

SOURCE = "korean_numbers"
EPOCHS, BATCH, RATE, VALIDATION = 15, 128, 2e-3, 0.05
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


def run_translation(options: TrainOptions) -> int:
    """Train, measure, write the run's folder and its report; returns the exit code, as `run_training`."""
    with plain_warnings(), terminated_as_interrupted():
        job = prepare_translation(options)
        if not options.quiet:
            show_translation(job)
        folder = RunFolder(new_run_folder(options.out, job.data.name))
        try:
            history, told = fit_translation(job)
            with uninterrupted():
                metrics = write_translation(folder, job, history, told)
        except BaseException:
            shutil.rmtree(folder.path, ignore_errors=True)
            raise
        with uninterrupted():
            page = write_report(folder)
        show_outcome(job.data, metrics, folder.path, page)
    return exit_code(metrics)


def prepare_translation(options: TrainOptions) -> Translation:
    """Data, network and plan; nothing is trained yet.

    Raises: ArgumentError for options that this job does not have.
    """
    name = "gru" if options.model == "auto" else options.model
    if name not in TRANSLATORS:
        raise ArgumentError(
            "this network does not write",
            who="--model",
            expected=f"for {SOURCE}, {' or '.join(TRANSLATORS)}",
            got=name,
            fix="--model gru; examples/real/korean_numbers.py is a program to change",
        )
    for given in ("target", "task", "drop", "time", "window", "horizon"):
        if getattr(options, given):
            raise ArgumentError(
                f"--{given} is for files", who=SOURCE, got=str(getattr(options, given)), fix="leave it out"
            )
    width, make = TRANSLATORS[name]
    if options.hidden:
        width = options.hidden[0]
        if len(options.hidden) > 1 or width % 4:
            raise ArgumentError(
                "this network has one width",
                who="--hidden",
                expected="a multiple of 4",
                got=" ".join(map(str, options.hidden)),
                fix=f"--hidden {TRANSLATORS[name][0]}",
            )
    (x, y), (x_test, y_test) = korean_numbers.load_data(test_split=options.test, seed=options.seed)
    data = Dataset(
        SOURCE,
        x,
        y,
        x_test,
        y_test,
        "translation",
        ("words",),
        target_name="digits",
        description="numbers said in Korean, in digits: 삼백이십일 → 321",
        licence="generated, free of rights",
        notes=("The numbers of the test part are not among those of the training part.",),
    )
    set_random_seed(options.seed)
    read, written = signs_of([*x, *x_test]), signs_of([*y, *y_test], ends=True)
    model, looks = make(read, written, width, options.dropout or 0.0)
    epochs = EPOCHS if options.epochs is None else options.epochs
    batch_size = options.batch_size or BATCH
    held = round((VALIDATION if options.validation is None else options.validation) * len(x))
    suited = Suited(EPOCHS, BATCH, rate=RATE, is_falling=True)
    optimizer = chosen_optimizer(options, None, suited, epochs * -(-(len(x) - held) // batch_size))
    model.compile(optimizer, loss="sparse_categorical_crossentropy", weighted_metrics=["accuracy"])
    return Translation(options, data, read, written, model, looks, optimizer, epochs, batch_size, held)


def show_translation(job: Translation) -> None:
    """What will be trained, on what."""
    data, table = job.data, facts()
    train = len(data.x_train) - job.held
    table.add_row("data", f"{data.name} – {data.description}")
    table.add_row("rows", f"{train:,} to train, {job.held:,} to validate, {len(data.x_test):,} to test")
    table.add_row("input", f"texts of up to {job.read.length} signs of {len(job.read.signs)}: {job.read.signs}")
    table.add_row(
        "target", f"texts of up to {job.written.length - 1} signs of {len(job.written.signs)}: {job.written.signs}"
    )
    table.add_row("network", f"{_name(job)} with attention: {job.model.count_params():,} parameters")
    table.add_row("training", f"{job.optimizer!r}, {-(-train // job.batch_size):,} steps an epoch, {job.epochs} epochs")
    out = console()
    out.print(table)
    out.print()


def _name(job: Translation) -> str:
    return "GRU" if any(type(layer).__name__ == "GRU" for layer in job.model.layers) else "Transformer"


def fit_translation(job: Translation) -> tuple[Any, dict[str, Any]]:
    """Train; the history, and what is to be told of the training."""
    x, y = job.read.numbered(job.data.x_train), job.written.numbered(job.data.y_train, ends=True)
    weights = (y != 0).astype(np.float32)  # what comes after the end is not learned
    cut, past = len(x) - job.held, job.written.before(y)
    patience = job.options.patience or 0
    stopper = EarlyStopping(patience=patience, restore_best_weights=True)
    began = time.perf_counter()
    history = job.model.fit(
        [x[:cut], past[:cut]],
        y[:cut],
        sample_weight=weights[:cut],
        validation_data=([x[cut:], past[cut:]], y[cut:], weights[cut:]) if job.held else None,
        epochs=job.epochs,
        batch_size=job.batch_size,
        callbacks=[stopper] if patience and job.held else [],
        verbose=0 if job.options.quiet else "auto",
        seed=job.options.seed,
    )
    return history, {
        "epochs": len(history.epoch),
        "best_epoch": stopper.best_epoch + 1 if patience and stopper.best is not None else None,
        "seconds": time.perf_counter() - began,
        "stopped": history.stop_reason,
    }


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
        "source": SOURCE,
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
                "class": type(layer).__name__,
                "activation": "" if activation == "linear" else activation,
                "output": list(first.shape[1:]),
                "parameters": layer.count_params(),
            }
        )
    return rows
