"""The same network from several seeds, trained as one population; the best is kept."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path
from typing import Any

import numpy as np

from nyuron.callbacks import EarlyStopping, History
from nyuron.cli._bodies import BODIES
from nyuron.cli._console import console, number
from nyuron.cli._interrupts import uninterrupted
from nyuron.cli._measure import Outcome, measure
from nyuron.cli._model_file import read_spec
from nyuron.cli._network import fitted_layers
from nyuron.cli._record import Job
from nyuron.cli._train import in_own_units, network, network_name
from nyuron.populations import Population


def train_restarts(job: Job, restarts: int) -> tuple[Job, Outcome]:
    """Train the job's network from the seeds that follow its own, and measure the one with the best validation loss.

    Without a validation part it is the training loss that counts. After Ctrl-C it is the best of what was learned until
    then.
    """
    name = network_name(job.data, job.options)
    # What the training part decides is the same in every network.
    fitted = fitted_layers(job.data, None if name in BODIES else read_spec(Path(name)))

    def make() -> Any:
        model, plan = network(job.data, job.options, fitted=fitted)
        model.compile(optimizer=plan.optimizer, loss=plan.loss, metrics=list(plan.metrics))
        return model

    began, plan, parts = time.perf_counter(), job.plan, job.parts
    monitor = "loss" if parts.held is None else "val_loss"
    stopper = EarlyStopping(monitor, patience=plan.patience or plan.epochs + 1, restore_best_weights=True)
    population = Population(make, members=restarts, seed=job.options.seed)
    histories = population.fit(
        parts.x,
        parts.y,
        epochs=plan.epochs,
        batch_size=plan.batch_size,
        validation_data=parts.held,
        callbacks=[] if parts.held is None else [stopper],
        verbose=0 if job.options.quiet else "auto",
    )
    seconds = time.perf_counter() - began
    courses = [np.asarray(history.history.get(monitor, []), np.float64) for history in histories]
    reached = [_reached(course, is_last=parts.held is None) for course in courses]
    best = int(np.argmin(reached))
    # The run was interrupted also where the best restart had ended before.
    interrupted = next((h.stop_reason for h in histories if _is_cut(h)), None)
    job, history = dataclasses.replace(job, model=population[best]), histories[best]
    with uninterrupted():
        final = in_own_units(job)
        found = measure(final, job.data, plan)
        found.metrics.update(
            epochs=len(history.epoch),
            best_epoch=int(np.nanargmin(courses[best])) + 1 if parts.held and np.isfinite(reached[best]) else None,
            seconds=seconds,
            stopped=interrupted or history.stop_reason,
            restarts=restarts,
            restart_seed=population.seeds[best],
            restart_losses=[v if np.isfinite(v) else None for v in reached],
        )
    cut = sum(_is_cut(h) for h in histories)
    diverged = sum(not np.isfinite(v) and not _is_cut(h) for v, h in zip(reached, histories, strict=True))
    _say(monitor, reached, population.seeds[best], diverged, cut)
    return job, found._replace(model=final, history=history)


def _reached(course: np.ndarray, *, is_last: bool) -> float:
    known = course[np.isfinite(course)]
    if not len(known) or (is_last and not np.isfinite(course[-1])):
        return float("inf")
    return float(known[-1] if is_last else known.min())


def _is_cut(history: History) -> bool:
    """Whether Ctrl-C ended it, or kept it from being begun."""
    return (history.stop_reason or "").startswith("interrupted")


def _say(monitor: str, reached: list[float], seed: int, diverged: int, cut: int) -> None:
    known = sorted(v for v in reached if np.isfinite(v))
    notes = f"; {diverged} left the finite numbers" if diverged else ""
    notes += f"; {cut} had not ended when they were interrupted" if cut else ""
    spread = f"{number(known[0])} … {number(known[-1])}, median {number(float(np.median(known)))}" if known else "–"
    console().print(f"{len(reached)} restarts: {monitor} {spread}; seed {seed} is kept{notes}")
