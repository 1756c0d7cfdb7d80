"""evaluate and predict, through programs that are compiled once a structure."""

from __future__ import annotations

import sys
from typing import Any

import jax
import numpy as np

from nyuron.callbacks import CallbackList, figures
from nyuron.core import DataError, kept_program
from nyuron.data import batches_of, is_batched_source
from nyuron.layers import Call, Graph, split_frozen
from nyuron.models import _arrays as arrays
from nyuron.models._fit import named_logs
from nyuron.models._training import _as_batches, need_compiled, prepare, task_for
from nyuron.train import evaluate_chunks, evaluate_program, gathered, numbers_as_arrays, on_device


def evaluate(
    model: Any,
    x: Any,
    y: Any,
    batch_size: int | None,
    verbose: Any,
    weight: Any,
    steps: int | None,
    callbacks: Any,
    as_dict: bool,
) -> Any:
    """See Model.evaluate."""
    who = f"{model.name}.evaluate"
    need_compiled(model, who)
    size = batch_size or 32
    observers = CallbackList(callbacks, model)
    observers.call("on_test_begin", {})
    if is_batched_source(x):
        names, values, count = _evaluate_stream(model, x, steps, who)
    else:
        batch = prepare(model, x, y, weight, None, who)
        if steps is not None:
            batch = arrays.split_rows(batch, steps * size)[0]
        task, names = task_for(model, batch[1])
        task = numbers_as_arrays(task)
        params, frozen = split_frozen(task.graph, model.slot.params)
        data = on_device(batch)
        order = np.arange(len(batch[0][0]), dtype=np.int32)
        values = evaluate_program(task, params, frozen, model.slot.state, data, order, size)
        count = -(-len(batch[0][0]) // size)
    logs = named_logs(names, jax.device_get(values), False)
    observers.call("on_test_end", logs)
    if verbose in (1, 2) or (verbose == "auto" and sys.stdout.isatty()):
        print(f"{count}/{count} - {figures(logs)}")  # noqa: T201
    if as_dict:
        return logs
    return logs["loss"] if len(logs) == 1 else list(logs.values())


def _evaluate_stream(model: Any, source: Any, steps: int | None, who: str) -> tuple[list[str], Any, int]:
    batches = _as_batches(model, source, None, who)
    first = next(batches, None)
    if first is None:
        raise DataError("the source gave no batch", who=who, expected="at least one (x, y)", got="nothing")
    task, names = task_for(model, first[1])
    task = numbers_as_arrays(task)
    params, frozen = split_frozen(task.graph, model.slot.params)
    counted = [0]

    def limited() -> Any:
        counted[0] = 1
        yield first
        for batch in batches:
            if steps is not None and counted[0] >= steps:
                return
            counted[0] += 1
            yield batch

    return names, evaluate_chunks(task, params, frozen, model.slot.state, gathered(limited())), counted[0]


@kept_program()
def _predict_blocks(graph: Graph, params: Any, state: Any, xs: tuple[Any, ...]) -> Any:
    """Outputs for inputs of shape (blocks, rows, …)."""
    return jax.lax.map(lambda x: graph.apply(params, state, *x, call=Call())[0], xs)


def power_of_two(n: int) -> int:
    """The next one, so that few sizes are ever compiled."""
    return 1 << max(n - 1, 0).bit_length()


def predict(model: Any, x: Any, batch_size: int | None, steps: int | None, callbacks: Any) -> Any:
    """See Model.predict. Rows are padded to a few fixed sizes, so that any number of them finds a compiled program."""
    who = f"{model.name}.predict"
    observers = CallbackList(callbacks, model)
    observers.call("on_predict_begin", {})
    if is_batched_source(x):
        parts = []
        for i, (xs, _, _) in enumerate(batches_of(x)):
            if steps is not None and i >= steps:
                break
            parts.append(_predict_arrays(model, xs, batch_size or 32, who))
        if not parts:
            raise DataError("the source gave no batch", who=who, expected="at least one", got="nothing")
        outputs = [np.concatenate(group) for group in zip(*parts, strict=True)]
    else:
        if steps is not None:
            x = jax.tree.map(lambda a: a[: steps * (batch_size or 32)], x)
        outputs = list(_predict_arrays(model, x, batch_size or 32, who))
    observers.call("on_predict_end", {})
    if model._output_form is not None:
        return dict(zip(model._output_form, outputs, strict=True))
    return outputs[0] if len(outputs) == 1 else outputs


def _predict_arrays(model: Any, x: Any, size: int, who: str) -> tuple[np.ndarray, ...]:
    shapes = None if model.network is None else [entry.shape for entry in model.graph.inputs]
    xs = arrays.input_arrays(x, model.input_names, shapes, who)
    if model.network is None:
        model.build_for(*((None, *a.shape[1:]) for a in xs))
    rows = len(xs[0])
    if rows == 0:
        raise DataError("there is nothing to predict", who=who, expected="at least one row", got="0 rows")
    graph, params, state = numbers_as_arrays(model.graph), model.slot.params, model.slot.state
    size = min(size, power_of_two(rows))
    blocks = min(power_of_two(-(-rows // size)), 64)
    portion = size * blocks
    found = []
    for start in range(0, rows, portion):
        part = tuple(_padded(a[start : start + portion], portion).reshape(blocks, size, *a.shape[1:]) for a in xs)
        found.append(_predict_blocks(graph, params, state, part))
    done = [out if isinstance(out, tuple) else (out,) for out in found]
    return tuple(
        np.concatenate([np.asarray(a).reshape(portion, *a.shape[2:]) for a in group])[:rows]
        for group in zip(*done, strict=True)
    )


def _padded(a: Any, rows: int) -> np.ndarray:
    a = np.asarray(a)
    if len(a) == rows:
        return a
    padded = np.zeros((rows, *a.shape[1:]), a.dtype)
    padded[: len(a)] = a
    return padded
