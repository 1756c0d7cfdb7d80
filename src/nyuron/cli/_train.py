"""The main job: data to network to report."""

from __future__ import annotations

import dataclasses
import os
import signal
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nyuron import optimizers
from nyuron.callbacks import EarlyStopping
from nyuron.cli._network import build, read_spec
from nyuron.cli._show import show_data, show_result
from nyuron.core import ArgumentError, DataError, nearest, set_random_seed
from nyuron.data import CLASSIFICATION, Dataset, Standardizer, load_file, split
from nyuron.datasets import load, names
from nyuron.report import write_report
from nyuron.saving import RunFolder, environment, new_run_folder

LARGE = 20_000
"""From so many rows on, few epochs are enough."""
WORST = 24


@dataclass(frozen=True)
class TrainOptions:
    """What the user asked for."""

    source: str
    target: str | None = None
    model: str = "mlp"
    epochs: int | None = None
    batch_size: int | None = None
    learning_rate: float | None = None
    optimizer: str | None = None
    hidden: tuple[int, ...] = ()
    dropout: float = 0.0
    validation: float | None = None
    test: float = 0.2
    patience: int | None = None
    drop: tuple[str, ...] = ()
    missing: str = "error"
    task: str | None = None
    seed: int = 0
    out: Path = Path("runs")
    quiet: bool = False


def find_data(options: TrainOptions) -> Dataset:
    """The data set or file that SOURCE names.

    Raises: DataError with the nearest data set or file.
    """
    source = options.source
    is_path = os.sep in source or Path(source).suffix.lower() in (".csv", ".tsv", ".txt", ".parquet", ".npz", ".gz")
    if Path(source).is_file() or is_path:
        return load_file(
            source,
            target=options.target,
            task=options.task,
            test=options.test,
            seed=options.seed,
            drop=options.drop,
            missing=options.missing,
        )
    if source in (*names(), "boston"):
        return load(source, test=options.test, seed=options.seed)
    files = [p.name for p in Path(".").iterdir() if p.is_file()]
    guess = nearest(source, [*names(), *files])
    raise DataError(
        "there is no such data set or file",
        who=source,
        expected=f"a CSV, Parquet or .npz file, or one of {', '.join(names())}",
        got=repr(source),
        fix=f"did you mean {guess!r}?" if guess else "check the path",
    )


def run_training(options: TrainOptions) -> int:
    """Understand the data, train, evaluate, write the run folder and its report."""
    data = find_data(options)
    if data.kind == "sequences":
        raise DataError(
            "the data are sequences of various lengths", who=options.source, fix="pad them in a program of your own"
        )
    for name, value, low in (
        ("epochs", options.epochs, 0),
        ("batch-size", options.batch_size, 1),
        ("dropout", options.dropout, 0),
    ):
        if value is not None and value < low:
            raise ArgumentError(f"--{name} is too small", who="nyuron train", expected=f"at least {low}", got=value)
    set_random_seed(options.seed)
    spec = None if options.model == "mlp" else read_spec(Path(options.model))
    is_large = len(data.x_train) >= LARGE
    epochs = _first(options.epochs, spec and spec.epochs, 5 if is_large else 100)
    share = _first(options.validation, 0.0 if is_large else 0.15)
    patience = _first(options.patience, 0 if is_large else 15)
    model = build(data, spec, options.hidden, options.dropout)
    scaler = None if data.task == CLASSIFICATION else Standardizer.fit(data.y_train.reshape(-1, 1))
    optimizer = _optimizer(options, spec)
    model.compile(
        optimizer=optimizer,
        loss="sparse_categorical_crossentropy" if scaler is None else "mse",
        metrics=["accuracy"] if scaler is None else ["mae"],
    )
    if not options.quiet:
        show_data(data, model, epochs, share)
    x, y, held = _parts(data, scaler, share, options.seed)
    stopper = [EarlyStopping(patience=patience, restore_best_weights=True)] if patience and held is not None else []
    began = time.perf_counter()
    history = model.fit(
        x,
        y,
        epochs=epochs,
        batch_size=_first(options.batch_size, spec and spec.batch_size, 32),
        validation_data=held,
        callbacks=stopper,
        verbose=0 if options.quiet else "auto",
        seed=options.seed,
    )
    seconds = time.perf_counter() - began
    if not history.epoch and history.stop_reason != "interrupted" and epochs:
        raise DataError(
            "training did not finish an epoch",
            who=options.source,
            got=history.stop_reason,
            fix="a smaller --learning-rate",
        )
    with _uninterrupted():
        folder = RunFolder(new_run_folder(options.out, data.name))
        metrics = _evaluate(model, data, scaler, folder)
        metrics |= {"seconds": seconds, "epochs": len(history.epoch), "stopped": history.stop_reason}
        _write(folder, options, data, model, history, metrics, scaler, (x, held))
        page = write_report(folder)
    show_result(data, metrics, folder.path, page)
    return 130 if history.stop_reason == "interrupted" else 0 if np.isfinite(metrics["loss"]) else 1


class _uninterrupted:
    """Within the block Ctrl-C waits, so that nothing of the run is lost."""

    def __enter__(self) -> None:
        self._is_main = threading.current_thread() is threading.main_thread()
        if self._is_main:
            self._before = signal.signal(signal.SIGINT, signal.SIG_IGN)

    def __exit__(self, *error: object) -> None:
        if self._is_main:
            signal.signal(signal.SIGINT, self._before)


def _first(*values: Any) -> Any:
    return next(v for v in values if v is not None)


def _optimizer(options: TrainOptions, spec: Any) -> Any:
    made = optimizers.get(options.optimizer or (spec and spec.optimizer) or "adam")
    rate = options.learning_rate if options.learning_rate is not None else spec and spec.learning_rate
    if rate is None:
        return made
    if not hasattr(made, "learning_rate"):
        raise ArgumentError(
            "this method has no learning rate", who=options.optimizer or "", got=rate, fix="leave it out"
        )
    return dataclasses.replace(made, learning_rate=rate)


def _parts(data: Dataset, scaler: Any, share: float, seed: int) -> tuple[Any, Any, Any]:
    y = data.y_train if scaler is None else scaler.transform(data.y_train.reshape(-1, 1))[:, 0]
    if not share:
        return data.x_train, y, None
    parts = split(data.x_train, y, test=0, validation=share, seed=seed)
    return parts.train.x, parts.train.y, (parts.validation.x, parts.validation.y)


def _evaluate(model: Any, data: Dataset, scaler: Any, folder: RunFolder) -> dict[str, Any]:
    y = data.y_test if scaler is None else scaler.transform(data.y_test.reshape(-1, 1))[:, 0]
    loss, figure = model.evaluate(data.x_test, y, verbose=0)
    said = model.predict(data.x_test, verbose=0)
    if scaler is None:
        own = said[np.arange(len(y)), y]
        order = np.argsort(own)[:WORST]
        wrong = order[said[order].argmax(1) != y[order]]
        folder.write_test({"y": y, "said": said, "worst": wrong, "worst_x": np.asarray(data.x_test)[wrong]})
        return {"loss": loss, "accuracy": figure, "test_rows": len(y)}
    said = scaler.inverse(said)[:, 0]
    truth = data.y_test
    worst = np.argsort(-np.abs(said - truth))[:WORST]
    folder.write_test({"y": truth, "said": said, "worst": worst, "worst_x": np.asarray(data.x_test)[worst]})
    errors = said - truth
    spread = float(np.sum((truth - truth.mean()) ** 2))
    return {
        "loss": loss,
        "mae": float(np.abs(errors).mean()),
        "rmse": float(np.sqrt((errors**2).mean())),
        "r2": 1.0 - float(np.sum(errors**2)) / spread if spread else float("nan"),
        "test_rows": len(truth),
    }


def _write(
    folder: RunFolder,
    options: TrainOptions,
    data: Dataset,
    model: Any,
    history: Any,
    metrics: Any,
    scaler: Any,
    used: Any,
) -> None:
    lines: list[str] = []
    model.summary(print_fn=lines.append)
    model.save(folder.path / "model.nyuron")
    counts = np.bincount(data.y_train, minlength=data.classes).tolist() if data.task == CLASSIFICATION else []
    folder.write(
        "config",
        {
            "name": data.name,
            "options": {k: str(v) if isinstance(v, Path) else v for k, v in dataclasses.asdict(options).items()},
            "data": {
                "task": data.task,
                "kind": data.kind,
                "description": data.description,
                "licence": data.licence,
                "input_shape": list(data.input_shape),
                "rows": {
                    "train": len(used[0]),
                    "validation": 0 if used[1] is None else len(used[1][1]),
                    "test": len(data.y_test),
                },
                "features": list(data.feature_names),
                "target": data.target_name,
                "classes": list(data.class_names) or [str(i) for i in range(data.classes)],
                "class_counts": counts,
                "target_range": [float(np.min(data.y_train)), float(np.max(data.y_train))],
                "value_range": data.value_range,
                "notes": list(data.notes),
            },
            "optimizer": repr(model.optimizer),
            "target_scaling": None if scaler is None else scaler.get_config(),
            "summary": "\n".join(lines),
            "seed": options.seed,
        },
    )
    folder.write("history", {"epoch": history.epoch, "figures": history.history, "stopped": history.stop_reason})
    folder.write("metrics", metrics)
    folder.write("environment", environment())
