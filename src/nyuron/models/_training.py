"""fit: from what the user hands over to a run, and its loop."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nyuron.callbacks import BackupAndRestore, CallbackList, History, flattened, progress, watchers
from nyuron.core import ArgumentError, next_seed
from nyuron.data import is_batched_source
from nyuron.models._fit import FitLoop
from nyuron.models._prepare import need_compiled
from nyuron.models._runs import run_on_arrays, run_on_batches
from nyuron.saving import RunBackup, saved_seed
from nyuron.train import Settings


def fit(model: Any, x: Any, y: Any, **options: Any) -> History:
    """See Model.fit."""
    who = f"{model.name}.fit"
    need_compiled(model, who)
    callbacks = [*flattened(options["callbacks"]), *watchers()]
    history = next((c for c in callbacks if isinstance(c, History)), None)
    if history is None:
        history = History()
        callbacks.append(history)
    keeper = next((c for c in callbacks if isinstance(c, BackupAndRestore)), None)
    chosen = options["resume"] if keeper is None else keeper.backup_dir
    folder = None if chosen is None else Path(chosen)
    seed = options["seed"]
    if seed is None and folder is not None:
        seed = saved_seed(folder)
    if seed is None:
        seed = next_seed()
    history.seed = seed
    settings = Settings(
        batch_size=options["batch_size"] or 32,
        epochs=options["epochs"],
        initial_epoch=options["initial_epoch"],
        seed=seed,
        shuffles=bool(options["shuffle"]),
        steps_per_epoch=options["steps_per_epoch"],
        validation_batch_size=options["validation_batch_size"] or options["batch_size"] or 32,
        validation_freq=_frequency(options["validation_freq"], who),
    )
    if settings.batch_size < 1 or settings.epochs < 0:
        raise ArgumentError(
            "batch_size and epochs count things",
            who=who,
            expected="1 or more",
            got=f"{settings.batch_size}, {settings.epochs}",
            fix="batch_size=32" if settings.batch_size < 1 else "epochs=10, or epochs=0 to build the model alone",
        )
    model.history = history
    observers = CallbackList(callbacks)
    make = run_on_batches if is_batched_source(x) else run_on_arrays
    run, names = make(model, x, y, settings, options, observers, who)
    observers.set_params({"verbose": options["verbose"], "epochs": settings.epochs, "steps": run.steps})
    observers.set_model(model)
    backup = None
    if folder is not None:
        backup = (
            RunBackup(folder)
            if keeper is None
            else RunBackup(folder, keeper.save_freq, keeps_previous=keeper.double_checkpoint)
        )
    display = progress(options["verbose"], settings.epochs, run.steps)
    result = FitLoop(model, run, names, observers, display, history, backup).drive()
    if backup is not None and run.is_done and (keeper is None or keeper.delete_checkpoint):
        backup.finish()
    return result


def _frequency(value: Any, who: str) -> int | tuple[int, ...]:
    """validation_freq: every so many epochs, or the epochs, counted from 1."""
    if isinstance(value, int) and value > 0:
        return value
    if not isinstance(value, int | str) and hasattr(value, "__iter__"):
        return tuple(int(epoch) for epoch in value)
    raise ArgumentError(
        "validation_freq cannot be used",
        who=who,
        expected="a number of epochs, or a list of epochs counted from 1",
        got=repr(value),
        fix="validation_freq=2 for every second epoch, validation_freq=[1, 5, 10] for these",
    )
