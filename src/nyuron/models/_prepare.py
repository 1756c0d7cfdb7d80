"""From what the user hands over to arrays that fit a compiled model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jax

from nyuron.core import StateError
from nyuron.data import batches_of
from nyuron.models import _arrays as arrays
from nyuron.train import Batch, Task, numbers_as_arrays


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
    x = model.ahead(x)
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


def prepared_batches(model: Any, source: Any, class_weight: Any, who: str) -> Iterator[Batch]:
    """One pass through a source of batches, each as arrays that fit the model."""
    for x, y, weight in batches_of(source):
        yield prepare(model, x, y, weight, class_weight, who)


def reusable(model: Any, task: Task, params: Any) -> Any:
    """What an earlier fit left of the optimizer's state, if it belongs to these parameters."""
    kept = model.optimizer_state
    # Other weights may have the same shapes: the state belongs to those that were trained then.
    trained = jax.tree.structure(params)
    before = model._programs.get("trained", trained)
    model._programs["trained"] = trained
    if kept is None or before != trained:
        return None
    wanted = jax.eval_shape(numbers_as_arrays(task.optimizer).init, params)
    same = jax.tree.structure(kept) == jax.tree.structure(wanted)
    return (
        kept
        if same and all(a.shape == b.shape for a, b in zip(jax.tree.leaves(kept), jax.tree.leaves(wanted), strict=True))
        else None
    )
