"""evaluate and predict, through programs that are compiled once a structure."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any

import jax
import numpy as np

from nyuron.callbacks import CallbackList, figures, watchers
from nyuron.core import DataError, kept_program
from nyuron.data import batches_of, is_batched_source
from nyuron.layers import Call, Graph, is_stateful, split_frozen
from nyuron.models import _arrays as arrays
from nyuron.models._fit import named_logs
from nyuron.models._prepare import need_compiled, prepare, prepared_batches, task_for
from nyuron.train import (
    batch_slices,
    evaluate_chunks,
    evaluate_program,
    evaluate_watched,
    gathered,
    numbers_as_arrays,
    on_device,
)


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
    if is_batched_source(x):
        batches = islice(prepared_batches(model, x, None, who), steps)
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
        source, count = chain([first], batches), None if steps is None else steps
    else:
        batch = prepare(model, x, y, weight, None, who)
        if steps is not None:
            batch = arrays.split_rows(batch, steps * size)[0]
        task, names = task_for(model, batch[1])
        source, count = batch, -(-len(batch[0][0]) // size)
    task = numbers_as_arrays(task)
    observers = CallbackList([callbacks, *watchers()], model=model, verbose=verbose, epochs=1, steps=count)
    model.stop_evaluating = False
    observers.call("on_test_begin", {})
    params, frozen = split_frozen(task.graph, model.slot.params)
    if observers.wants_steps:
        sliced = batch_slices(source, size) if isinstance(source, tuple) else source
        values, count = _evaluate_watched(model, task, names, sliced, observers)
    elif isinstance(source, tuple):
        order = np.arange(len(source[0][0]), dtype=np.int32)
        values = evaluate_program(task, params, frozen, model.slot.state, on_device(source), order, size)
    else:
        counted = _Counted(source)
        values = evaluate_chunks(task, params, frozen, model.slot.state, gathered(counted))
        count = counted.count
    logs = named_logs(names, jax.device_get(values), False)
    observers.call("on_test_end", logs)
    if verbose in (1, 2) or (verbose == "auto" and sys.stdout.isatty()):
        print(f"{count}/{count} - {figures(logs)}")  # noqa: T201
    if as_dict:
        return logs
    return logs["loss"] if len(logs) == 1 else list(logs.values())


class _Counted:
    """An iterable that counts what it has given."""

    def __init__(self, entries: Iterable[Any]) -> None:
        self._entries, self.count = entries, 0

    def __iter__(self) -> Iterator[Any]:
        for entry in self._entries:
            self.count += 1
            yield entry


def _evaluate_watched(
    model: Any, task: Any, names: list[str], batches: Iterable[Any], observers: CallbackList
) -> tuple[Any, int]:
    """The figures with the hooks of every batch, and the number of batches."""
    counted = _Counted(batches)

    def weights() -> Any:
        return *split_frozen(task.graph, model.slot.params), model.slot.state

    def after(i: int, values: tuple[Any, ...]) -> bool:
        observers.call("on_test_batch_end", i, named_logs(names, values, False))
        return model.stop_evaluating

    before = lambda i: observers.call("on_test_batch_begin", i, {})  # noqa: E731
    return evaluate_watched(task, weights, counted, before, after), counted.count


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
    size = batch_size or 32
    is_stream = is_batched_source(x)
    x = x if is_stream else model.ahead(x)
    if not is_stream and steps is not None:
        x = jax.tree.map(lambda a: a[: steps * size], x)
    observers = CallbackList(callbacks, model=model, epochs=1, steps=steps)
    model.stop_predicting = False
    observers.call("on_predict_begin", {})
    watches = observers.hears("on_predict_batch_begin") or observers.hears("on_predict_batch_end")
    if is_stream:
        parts = _predict_parts(
            model, (model.ahead(xs) for xs, _, _ in islice(batches_of(x), steps)), size, observers, who
        )
    elif watches:
        xs = arrays.input_arrays(x, model.input_names, None, who)
        count = max(-(-len(xs[0]) // size), 1)
        rows = ([a[i * size : (i + 1) * size] for a in xs] for i in range(count))
        parts = _predict_parts(model, (r[0] if len(r) == 1 else r for r in rows), size, observers, who)
    else:
        parts = [_predict_arrays(model, x, size, who)]
    if len(parts) == 0:
        raise DataError(
            "the source gave no batch",
            who=who,
            expected="at least one",
            got="nothing",
            fix="a new generator, as one that has run out gives nothing; or arrays, or a DataLoader",
        )
    outputs = [_joined(group) for group in zip(*parts, strict=True)]
    observers.call("on_predict_end", {})
    return _as_given(model, outputs)


def _predict_parts(model: Any, batches: Iterable[Any], size: int, observers: CallbackList, who: str) -> list[Any]:
    parts = []
    for i, xs in enumerate(batches):
        observers.call("on_predict_batch_begin", i, {})
        parts.append(_predict_arrays(model, xs, size, who))
        observers.call("on_predict_batch_end", i, {"outputs": _as_given(model, list(parts[-1]))})
        if model.stop_predicting:
            break
    return parts


def _joined(parts: Any) -> np.ndarray:
    return np.concatenate(parts) if len(parts) > 1 else parts[0]


def _as_given(model: Any, outputs: list[Any]) -> Any:
    """Outputs in the form in which the model was given its own: one, a list, or a dict."""
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
        raise DataError(
            "there is nothing to predict",
            who=who,
            expected="at least one row",
            got="0 rows",
            fix="pass at least one row; for a single example x[None] makes a batch of one",
        )
    graph, params, state = numbers_as_arrays(model.graph), model.slot.params, model.slot.state
    if is_stateful(graph):
        return _predict_in_order(model, xs, size, who)
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


@kept_program()
def _predict_carrying(graph: Graph, params: Any, state: Any, xs: tuple[Any, ...]) -> Any:
    """The last state, and outputs for inputs of shape (blocks, rows, …), each block after the one before."""

    def one(state: Any, x: tuple[Any, ...]) -> Any:
        output, state = graph.apply(params, state, *x, call=Call())
        return state, output

    return jax.lax.scan(one, state, xs)


def _predict_in_order(model: Any, xs: Any, size: int, who: str) -> tuple[np.ndarray, ...]:
    """Outputs of a network that begins each batch where the last one ended; its layers keep the last states."""
    rows = len(xs[0])
    if rows % size:
        raise DataError(
            "a stateful network takes whole batches only",
            who=who,
            expected=f"a multiple of batch_size={size} rows",
            got=f"{rows} rows",
            fix=f"predict(x[:{rows - rows % size}], batch_size={size})",
        )
    graph, params, state = numbers_as_arrays(model.graph), model.slot.params, model.slot.state
    blocks = tuple(np.asarray(a).reshape(rows // size, size, *a.shape[1:]) for a in xs)
    state, outputs = _predict_carrying(graph, params, state, blocks)
    model.put_weights(params, state)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    return tuple(np.asarray(a).reshape(rows, *a.shape[2:]) for a in outputs)


def _padded(a: Any, rows: int) -> np.ndarray:
    a = np.asarray(a)
    if len(a) == rows:
        return a
    padded = np.zeros((rows, *a.shape[1:]), a.dtype)
    padded[: len(a)] = a
    return padded
