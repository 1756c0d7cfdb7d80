"""fit and train_on_batch: from what the user hands over to a run."""

from __future__ import annotations

import warnings
from itertools import islice
from pathlib import Path
from typing import Any, cast

import jax
import jax.numpy as jnp
import numpy as np

from nyuron.callbacks import BackupAndRestore, CallbackList, EarlyStopping, History, flattened, overrides, progress
from nyuron.core import ArgumentError, StateError, next_seed, seed_data
from nyuron.data import batches_of, is_batched_source, prefetch
from nyuron.layers import join_frozen, split_frozen
from nyuron.models import _arrays as arrays
from nyuron.models._fit import FitLoop, named_logs
from nyuron.saving import RunBackup, saved_seed
from nyuron.train import (
    Batch,
    NonFiniteLossWarning,
    Run,
    Settings,
    StoppingRule,
    StreamRun,
    Task,
    array_chunks,
    gathered,
    numbers_as_arrays,
    on_device,
    results,
    start_state,
    train_step,
)

MEMORY_BUDGET = 8 << 30
"""Bytes of data that a run holds in memory; what is larger is streamed."""


def need_compiled(model: Any, who: str) -> None:
    if model.compiled is None:
        raise StateError(
            "the model is not compiled",
            who=who,
            expected="compile(optimizer, loss)",
            fix="model.compile('adam', loss='mse')",
        )


def task_for(model: Any, ys: tuple[Any, ...]) -> tuple[Task, list[str]]:
    """The model's task for targets of these shapes, and the names of its figures."""
    graph = model.graph
    shapes = graph.compute_output_shape(*(entry.shape for entry in graph.inputs))
    outputs = [shapes] if len(graph.outputs) == 1 else list(shapes)
    task = model.compiled.task(graph, model.output_names, [y.shape for y in ys], outputs)
    names = model.compiled.log_names(model.output_names, task)
    model._programs["names"] = names
    return task, names


def output_shapes(model: Any) -> list[Any]:
    graph = model.graph
    shapes = graph.compute_output_shape(*(entry.shape for entry in graph.inputs))
    return [shapes] if len(graph.outputs) == 1 else list(shapes)


def prepare(model: Any, x: Any, y: Any, sample_weight: Any, class_weight: Any, who: str) -> Batch:
    """Inputs, targets and weights as arrays that fit the model, which is built if it was not."""
    shapes = None if model.network is None else [entry.shape for entry in model.graph.inputs]
    if (
        model.network is None
        and isinstance(x, list | tuple)
        and x
        and hasattr(x[0], "shape")
        and type(model).__name__ != "Sequential"
    ):
        model.input_names = [f"x{i}" for i in range(len(x))]
    xs = arrays.input_arrays(x, model.input_names, shapes, who)
    if model.network is None:
        model.build_for(*((None, *a.shape[1:]) for a in xs))
    ys = arrays.target_arrays(y, model.output_names, who)
    ws = arrays.weight_arrays(sample_weight, class_weight, ys, model.output_names, who)
    batch = arrays.make_batch(xs, ys, ws, who)
    arrays.check_finite(batch, who)
    return batch


def fit(model: Any, x: Any, y: Any, **options: Any) -> History:
    """See Model.fit."""
    who = f"{model.name}.fit"
    need_compiled(model, who)
    callbacks = list(flattened(options["callbacks"]))
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
        )
    model.history = history
    observers = CallbackList(callbacks)
    make = _from_batches if is_batched_source(x) else _from_arrays
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
    )


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


def _from_arrays(
    model: Any, x: Any, y: Any, settings: Settings, options: dict[str, Any], callbacks: CallbackList, who: str
) -> tuple[Any, list[str]]:
    batch = prepare(model, x, y, options["sample_weight"], options["class_weight"], who)
    rows = len(batch[0][0])
    validation = None
    if options["validation_data"] is not None:
        validation = _validation_batch(model, options["validation_data"], options["validation_steps"], who)
    elif options["validation_split"]:
        batch, validation = _split(batch, options["validation_split"], rows, who)
    if validation is not None and options["validation_steps"] is not None and not callable(validation):
        validation = arrays.split_rows(validation, options["validation_steps"] * settings.validation_batch_size)[0]
    task, names = task_for(model, batch[1])
    arrays.check_labels(batch[1], [h.loss for h in task.heads], output_shapes(model), model.output_names, who)
    settings = _whole_batch(task, settings, len(batch[0][0]))
    params, frozen = split_frozen(task.graph, model.slot.params)
    rule = _rule(model, callbacks, names, validation is not None)
    state = _reusable(model, task, params)
    size = sum(a.nbytes for a in jax.tree.leaves(batch))
    budget = MEMORY_BUDGET if options["memory_budget"] is None else options["memory_budget"]
    if size > budget or callable(validation):
        rows = len(batch[0][0])
        chunks = array_chunks(
            batch,
            settings.batch_size,
            _rows_within(budget, size, rows),
            settings.seed,
            settings.shuffles,
            settings.steps_per_epoch,
        )
        checks: Any = validation if callable(validation) or validation is None else _chunks_once(validation, settings)
        run: Any = StreamRun(
            task,
            params,
            frozen,
            model.slot.state,
            lambda e: prefetch(chunks(e), 1),
            settings,
            rule=rule,
            validation=checks,
            optimizer_state=state,
            is_observed=callbacks.wants_steps,
            passes_are_epochs=True,
        )
        run.steps = -(-rows // settings.batch_size) if settings.steps_per_epoch is None else settings.steps_per_epoch
    else:
        run = Run(
            task,
            params,
            frozen,
            model.slot.state,
            batch,
            settings,
            rule=rule,
            validation=validation,
            optimizer_state=state,
            is_observed=callbacks.wants_steps,
        )
    return run, names


def _rows_within(budget: int, size: int, rows: int) -> int:
    return max(int(rows * budget / max(size, 1) / 3), 1)


def _chunks_once(batch: Batch, settings: Settings) -> Any:
    chunks = array_chunks(batch, settings.validation_batch_size, 65536, 0, False)
    return lambda: chunks(0)


def _whole_batch(task: Task, settings: Settings, rows: int) -> Settings:
    """Full-batch methods see all rows in each step, in order."""
    from dataclasses import replace

    from nyuron.optimizers import FullBatch

    if isinstance(task.optimizer, FullBatch):
        return replace(settings, batch_size=rows, shuffles=False, steps_per_epoch=None)
    return settings


def _reusable(model: Any, task: Task, params: Any) -> Any:
    """What an earlier fit left of the optimizer's state, if it belongs to these parameters."""
    kept = model.optimizer_state
    if kept is None:
        return None
    wanted = jax.eval_shape(numbers_as_arrays(task.optimizer).init, params)
    same = jax.tree.structure(kept) == jax.tree.structure(wanted)
    return (
        kept
        if same and all(a.shape == b.shape for a, b in zip(jax.tree.leaves(kept), jax.tree.leaves(wanted), strict=True))
        else None
    )


def _split(batch: Batch, fraction: float, rows: int, who: str) -> tuple[Batch, Batch]:
    at = int(np.floor(rows * (1.0 - fraction)))
    if not 0 < fraction < 1 or at == 0 or at == rows:
        raise ArgumentError(
            "validation_split leaves one part empty",
            who=who,
            expected="a share between 0 and 1 that leaves rows in both parts",
            got=f"{fraction} of {rows} rows",
            fix="validation_split=0.2",
        )
    y = np.asarray(batch[1][0])
    if y.ndim == 1 or y.shape[-1] == 1:
        flat = y.reshape(-1)
        steps = np.diff(flat)
        if rows > 20 and flat[0] != flat[-1] and ((steps >= 0).all() or (steps <= 0).all()):
            warnings.warn(
                f"{who}: the targets are sorted, so the last {fraction:.0%}, which validation_split takes, is no sample of them\n"
                "  fix: shuffle the rows first, or pass validation_data",
                stacklevel=5,
            )
    return arrays.split_rows(batch, at)


def _validation_batch(model: Any, data: Any, steps: int | None, who: str) -> Any:
    if is_batched_source(data):
        return lambda: gathered(islice(_as_batches(model, data, None, who), steps))
    if not isinstance(data, list | tuple) or len(data) not in (2, 3):
        raise ArgumentError(
            "validation_data must be a pair",
            who=who,
            expected="(x, y) or (x, y, sample_weight)",
            got=type(data).__name__,
        )
    return prepare(model, data[0], data[1], data[2] if len(data) == 3 else None, None, f"{who}(validation_data)")


def _as_batches(model: Any, source: Any, class_weight: Any, who: str) -> Any:
    for x, y, weight in batches_of(source):
        yield prepare(model, x, y, weight, class_weight, who)


def _from_batches(
    model: Any,
    source: Any,
    y: Any,
    settings: Settings,
    options: dict[str, Any],
    callbacks: CallbackList,
    who: str,
) -> tuple[Any, list[str]]:
    if y is not None:
        raise ArgumentError(
            "y must not be given beside a source of batches", who=who, expected="batches of (x, y)", fix="leave y out"
        )
    if options["validation_split"]:
        raise ArgumentError("validation_split needs arrays", who=who, got="batches", fix="pass validation_data")
    stream = _as_batches(model, source, options["class_weight"], who)
    first = next(stream, None)
    if first is None:
        raise arrays.DataError("the source gave no batch", who=who, expected="at least one (x, y)", got="nothing")
    is_single_use = iter(source) is source if hasattr(source, "__iter__") else False
    task, names = task_for(model, first[1])
    validation: Any = None
    steps = options["validation_steps"]
    if options["validation_data"] is not None:
        validation = _validation_batch(model, options["validation_data"], steps, who)
    if validation is not None and not callable(validation):
        if steps is not None:
            validation = arrays.split_rows(validation, steps * settings.validation_batch_size)[0]
        validation = _chunks_once(validation, settings)
    state = {"first": first, "rest": stream}

    def chunks_of(epoch: int) -> Any:
        held = state.pop("first", None)
        if held is not None:
            return prefetch(gathered(_with_first(held, state["rest"]), most=16), 1)
        if is_single_use:
            return prefetch(gathered(state["rest"], most=16), 1)
        return prefetch(gathered(_as_batches(model, source, options["class_weight"], who), most=16), 1)

    params, frozen = split_frozen(task.graph, model.slot.params)
    rule = _rule(model, callbacks, names, validation is not None)
    run = StreamRun(
        task,
        params,
        frozen,
        model.slot.state,
        chunks_of,
        settings,
        rule=rule,
        validation=cast(Any, validation),
        optimizer_state=_reusable(model, task, params),
        is_observed=callbacks.wants_steps,
    )
    return run, names


def _with_first(first: Any, rest: Any) -> Any:
    yield first
    yield from rest


@jax.jit
def _one_step(task: Task, frozen: Any, run: Any, batch: Batch) -> tuple[Any, Any]:
    new = train_step(task, frozen, run, batch, run.step)
    return new, results(task, new.sums)


def train_on_batch(model: Any, x: Any, y: Any, sample_weight: Any, class_weight: Any, return_dict: bool) -> Any:
    """See Model.train_on_batch."""
    who = f"{model.name}.train_on_batch"
    need_compiled(model, who)
    batch = on_device(prepare(model, x, y, sample_weight, class_weight, who))
    task, names = task_for(model, batch[1])
    task = numbers_as_arrays(task)
    params, frozen = split_frozen(task.graph, model.slot.params)
    key = model._programs.setdefault("batch_key", seed_data(next_seed()))
    state = start_state(task, params, model.slot.state, None, 0, optimizer=_reusable(model, task, params))
    state = state._replace(key=key, epoch=jnp.asarray(state.optimizer["iterations"], jnp.int32))
    new, values = _one_step(task, frozen, state, batch)
    if not np.isfinite(float(values[0])):
        warnings.warn(
            f"{who}: the loss is not finite; the weights are left as they were", NonFiniteLossWarning, stacklevel=3
        )
    else:
        model.put_weights(join_frozen(new.params, frozen), new.layers)
        model.optimizer_state = new.optimizer
    logs = named_logs(names, jax.device_get(values), False)
    return logs if return_dict else list(logs.values()) if len(logs) > 1 else logs["loss"]
