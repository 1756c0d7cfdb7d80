"""The main job where texts become other texts: numbers in words to digits."""

from __future__ import annotations

import shutil
import time
from typing import Any

import numpy as np

from nyuron.callbacks import EarlyStopping
from nyuron.cli._console import console, facts
from nyuron.cli._errors import plain_warnings
from nyuron.cli._interrupts import exit_code, terminated_as_interrupted, uninterrupted
from nyuron.cli._options import TrainOptions
from nyuron.cli._plan import Suited, chosen_optimizer
from nyuron.cli._record_translation import Translation, write_translation
from nyuron.cli._show import show_outcome
from nyuron.cli._translation import TRANSLATORS, signs_of
from nyuron.core import ArgumentError, set_random_seed
from nyuron.data import Dataset
from nyuron.datasets import korean_numbers
from nyuron.report import write_report
from nyuron.saving import RunFolder, new_run_folder

SOURCE = "korean_numbers"
EPOCHS, BATCH, RATE, VALIDATION = 15, 128, 2e-3, 0.05


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
