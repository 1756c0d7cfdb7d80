"""The run of a fit: over arrays in memory, over arrays a part at a time, or over batches from a source."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import Any

import jax

from nyuron.callbacks import CallbackList, EarlyStopping, overrides
from nyuron.core import ArgumentError, DataError
from nyuron.data import batch_count, prefetch
from nyuron.layers import split_frozen
from nyuron.models import _arrays as arrays
from nyuron.models._prepare import output_shapes, prepare, prepared_batches, reusable, task_for
from nyuron.models._validation import chunks_of_arrays, split_off, validation_of, warn_short
from nyuron.train import Run, Settings, StoppingRule, StreamRun, Task, array_chunks, gathered

MEMORY_BUDGET = 8 << 30
"""Bytes of data that a run holds in memory; what is larger is streamed."""


def run_on_arrays(
    model: Any, x: Any, y: Any, settings: Settings, options: dict[str, Any], callbacks: CallbackList, who: str
) -> tuple[Any, list[str]]:
    """The run over arrays, and the names of its figures."""
    batch = prepare(model, x, y, options["sample_weight"], options["class_weight"], who)
    validation: Any = None
    if options["validation_data"] is not None:
        validation = validation_of(model, options["validation_data"], options["validation_steps"], settings, who)
    elif options["validation_split"]:
        batch, validation = split_off(batch, options["validation_split"], len(batch[0][0]), who)
        if options["validation_steps"] is not None:
            validation = arrays.split_rows(validation, options["validation_steps"] * settings.validation_batch_size)[0]
    task, names = task_for(model, batch[1])
    arrays.check_labels(batch[1], [h.loss for h in task.heads], output_shapes(model), model.output_names, who)
    rows = len(batch[0][0])
    settings = _within(whole_batch(task, settings, rows), rows, who)
    params, frozen = split_frozen(task.graph, model.slot.params)
    common: dict[str, Any] = {
        "rule": _rule(model, callbacks, names, validation is not None),
        "optimizer_state": reusable(model, task, params),
        "is_observed": callbacks.wants_steps,
    }
    size = sum(a.nbytes for a in jax.tree.leaves(batch))
    budget = MEMORY_BUDGET if options["memory_budget"] is None else options["memory_budget"]
    if size <= budget and not callable(validation):
        return Run(task, params, frozen, model.slot.state, batch, settings, validation=validation, **common), names
    at_once = max(int(rows * budget / max(size, 1) / 3), 1)
    steps = settings.steps_per_epoch
    chunks = array_chunks(batch, settings.batch_size, at_once, settings.seed, settings.shuffles, steps)
    checked: Any = validation
    if validation is not None and not callable(validation):
        checked = chunks_of_arrays(validation, settings)
    run = StreamRun(
        task,
        params,
        frozen,
        model.slot.state,
        lambda epoch: prefetch(chunks(epoch), 1),
        settings,
        validation=checked,
        passes_are_epochs=True,
        **common,
    )
    run.steps = -(-rows // settings.batch_size) if steps is None else steps
    return run, names


def _within(settings: Settings, rows: int, who: str) -> Settings:
    """An epoch over arrays has at most as many steps as it takes to see them all."""
    most = -(-rows // settings.batch_size)
    if settings.steps_per_epoch is None or settings.steps_per_epoch <= most:
        return settings
    warn_short(
        who, f"`steps_per_epoch` = {settings.steps_per_epoch} batches; there are {most}, and so many make an epoch"
    )
    return replace(settings, steps_per_epoch=None)


def whole_batch(task: Task, settings: Settings, rows: int) -> Settings:
    """Full-batch methods see all rows in each step, in order."""
    from nyuron.optimizers import FullBatch

    if isinstance(task.optimizer, FullBatch):
        return replace(settings, batch_size=rows, shuffles=False, steps_per_epoch=None)
    return settings


def run_on_batches(
    model: Any, source: Any, y: Any, settings: Settings, options: dict[str, Any], callbacks: CallbackList, who: str
) -> tuple[Any, list[str]]:
    """The run over a source of batches, and the names of its figures."""
    for name, value, fix in (
        ("y", y, "leave it out: batches are (x, y)"),
        ("sample_weight", options["sample_weight"], "let batches be (x, y, sample_weight)"),
        ("validation_split", options["validation_split"] or None, "pass validation_data"),
    ):
        if value is not None:
            raise ArgumentError(f"{name} must not be given beside a source of batches", who=who, fix=fix)
    class_weight, limit = options["class_weight"], settings.steps_per_epoch
    is_single_use = hasattr(source, "__next__")
    batches = prepared_batches(model, source, class_weight, who)
    first = next(batches, None)
    if first is None:
        raise DataError(
            "the source gave no batch",
            who=who,
            expected="at least one (x, y)",
            got="nothing",
            fix="a new generator, as one that has run out gives nothing; or arrays, or a DataLoader",
        )
    task, names = task_for(model, first[1])
    validation: Any = None
    if options["validation_data"] is not None:
        validation = validation_of(model, options["validation_data"], options["validation_steps"], settings, who)
        validation = validation if callable(validation) else chunks_of_arrays(validation, settings)
    begun = [_with_first(first, batches)]
    # No more is drawn from the user's generator than the fit is to use.
    most = None if limit is None or not is_single_use else limit * (settings.epochs - settings.initial_epoch)

    def chunks_of(epoch: int) -> Any:
        if begun:
            return prefetch(gathered(islice(begun.pop(), most), most=16), 1)
        again = iter(()) if is_single_use else prepared_batches(model, source, class_weight, who)
        return prefetch(gathered(again, most=16), 1)

    params, frozen = split_frozen(task.graph, model.slot.params)
    run = StreamRun(
        task,
        params,
        frozen,
        model.slot.state,
        chunks_of,
        settings,
        rule=_rule(model, callbacks, names, validation is not None),
        validation=validation,
        optimizer_state=reusable(model, task, params),
        is_observed=callbacks.wants_steps,
    )
    run.steps = limit if limit is not None else batch_count(source)
    return run, names


def _with_first(first: Any, rest: Any) -> Any:
    yield first
    yield from rest


def _rule(model: Any, callbacks: CallbackList, names: list[str], validates: bool) -> StoppingRule | None:
    """The rule of the EarlyStopping that the run does itself.

    Any other EarlyStopping, a subclass, and one whose figure another callback logs work as callbacks.
    """
    logged = [*names, *(f"val_{name}" for name in names if validates)]
    for callback in callbacks:
        if type(callback) is EarlyStopping and (callback.monitor in logged or not _may_log(callbacks, callback)):
            callbacks.inside_stopper = callback
            return callback.rule(logged, model)
    return None


def _may_log(callbacks: CallbackList, stopper: EarlyStopping) -> bool:
    return any(overrides(c, ["on_epoch_end"]) for c in callbacks if c is not stopper)
