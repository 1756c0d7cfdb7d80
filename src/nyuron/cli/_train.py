"""The main job: data to network to report."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from nyuron.callbacks import EarlyStopping
from nyuron.cli._bodies import BODIES, default_network
from nyuron.cli._errors import plain_warnings
from nyuron.cli._forecast import with_last_value
from nyuron.cli._interrupts import exit_code, terminated_as_interrupted, uninterrupted
from nyuron.cli._measure import Outcome, measure, with_units
from nyuron.cli._model_file import read_spec
from nyuron.cli._network import build, output_units
from nyuron.cli._options import TrainOptions
from nyuron.cli._plan import Plan, make_parts, make_plan
from nyuron.cli._record import Job, write_run
from nyuron.cli._show import show_job, show_outcome
from nyuron.cli._source import find_data
from nyuron.cli._train_translation import SOURCE, run_translation
from nyuron.core import DataError, set_random_seed
from nyuron.data import Dataset
from nyuron.report import write_report
from nyuron.saving import RunFolder, new_run_folder


def run_training(source: str, options: TrainOptions, restarts: int = 1) -> int:
    """Understand the data, train, measure, write the run's folder and its report; returns the exit code.

    0 well; 1 when the loss left the finite numbers; 130 when Ctrl-C, or a request to terminate, ended the training
    early. In the latter two cases what was learned until then is measured and kept like any other result. Of several
    `restarts`, which differ in their seeds alone, the one with the best validation loss is kept.
    """
    if source == SOURCE:
        return run_translation(options)
    with plain_warnings(), terminated_as_interrupted():
        job = prepare(source, options)
        if not options.quiet:
            show_job(job)
        folder = RunFolder(new_run_folder(options.out, job.data.name))
        try:
            job, outcome = _trained(job, restarts)
            with uninterrupted():
                write_run(folder, job, outcome)
        except BaseException:
            shutil.rmtree(folder.path, ignore_errors=True)
            raise
        with uninterrupted():
            page = write_report(folder)
        show_outcome(job.data, outcome.metrics, folder.path, page)
    return exit_code(outcome.metrics)


def _trained(job: Job, restarts: int) -> tuple[Job, Outcome]:
    if restarts == 1:
        return _train(job)
    from nyuron.cli._restarts import train_restarts

    return train_restarts(job, restarts)


def prepare(source: str, options: TrainOptions) -> Job:
    """Data, network and plan; nothing is trained or written yet.

    Raises: NyuronError for everything that cannot work.
    """
    return job_for(source, options, understand(source, options))


def understand(source: str, options: TrainOptions) -> Dataset:
    """The data that SOURCE names, as arrays that a network can learn from.

    Raises: DataError for data that this command does not train on.
    """
    return _arrays(find_data(source, options), source)


def job_for(
    source: str, options: TrainOptions, data: Dataset, values: Mapping[str, Any] | None = None, fitted: Any = None
) -> Job:
    """The job of training on these data; `values` stand for the placeholders of a network in a file."""
    set_random_seed(options.seed)
    model, plan = network(data, options, values, fitted)
    model.compile(optimizer=plan.optimizer, loss=plan.loss, metrics=list(plan.metrics))
    return Job(source, options, data, model, plan, make_parts(data, plan, model.output_shape[-1], options.seed))


def network(
    data: Dataset, options: TrainOptions, values: Mapping[str, Any] | None = None, fitted: Any = None
) -> tuple[Any, Plan]:
    """The network that is asked for, with weights, and how it will be trained."""
    name = network_name(data, options)
    spec = None if name in BODIES else read_spec(Path(name), values)
    model = build(data, spec, options.hidden, options.dropout, name, fitted)
    return model, make_plan(data, options, spec, model.output_shape[-1], name)


def network_name(data: Dataset, options: TrainOptions) -> str:
    """The name of the network, or of its file."""
    return default_network(data) if options.model == "auto" else options.model


def _arrays(data: Dataset, source: str) -> Dataset:
    if data.kind == "sequences":
        raise DataError(
            "the data are sequences of various lengths, which this command does not train on",
            who=source,
            expected="rows of one length",
            got="lists of word numbers",
            fix=f"nyuron.utils.pad_sequences and an Embedding layer, in a program with nyuron.datasets.{data.name}",
        )
    if not output_units(data):
        raise DataError("there is nothing to predict", who=source, fix="name another --target")
    return data


def _train(job: Job) -> tuple[Job, Outcome]:
    plan, parts = job.plan, job.parts
    stopper = EarlyStopping(patience=plan.patience, restore_best_weights=True)
    began = time.perf_counter()
    history = job.model.fit(
        parts.x,
        parts.y,
        epochs=plan.epochs,
        batch_size=plan.batch_size,
        validation_data=parts.held,
        callbacks=[stopper] if plan.patience and parts.held is not None else [],
        verbose=0 if job.options.quiet else "auto",
        seed=job.options.seed,
    )
    seconds = time.perf_counter() - began
    with uninterrupted():
        final = in_own_units(job)
        found = measure(final, job.data, plan)
        found.metrics.update(
            epochs=len(history.epoch),
            best_epoch=stopper.best_epoch + 1 if stopper.best is not None and np.isfinite(stopper.best) else None,
            seconds=seconds,
            stopped=history.stop_reason,
        )
    return job, found._replace(model=final, history=history)


def in_own_units(job: Job) -> Any:
    """The network that answers in the data's own units."""
    scaler = job.parts.scaler
    if scaler is None:
        return job.model
    is_series = job.data.series is not None
    return with_last_value(job.model, job.data, scaler) if is_series else with_units(job.model, scaler)
