"""Every layer's output for an input, and the loss's gradients with respect to all of it."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from nyuron.core import Array, key_from, replace, unknown_name
from nyuron.explain._watched import Names, Notes, names_of, watched, weight_gradients
from nyuron.layers import Call, Graph
from nyuron.models import _arrays as arrays
from nyuron.models._prepare import need_compiled, prepare, task_for
from nyuron.train import Task, measure, numbers_as_arrays


@dataclass(frozen=True)
class Trace:
    """What was seen of a network while it computed, as NumPy arrays by the layers' names.

    A layer that is applied again appears a second time as "name:2"; the layers of a model inside as "model/name".
    """

    outputs: dict[str, Any]
    """a = φ(z): what each layer gives; a tuple where it gives several."""
    sums: dict[str, np.ndarray]
    """z: of layers that end in an activation, what that is applied to."""
    loss: float | None = None
    """The number that training makes small, for this batch."""
    gradients: dict[str, Any] = field(default_factory=dict)
    """∂loss/∂a."""
    deltas: dict[str, np.ndarray] = field(default_factory=dict)
    """δ = ∂loss/∂z = φ′(z) ∘ ∂loss/∂a."""
    weight_gradients: dict[str, np.ndarray] = field(default_factory=dict)
    """∂loss/∂w by "layer/weight", frozen layers included."""


def trace(
    model: Any,
    x: Any,
    y: Any = None,
    layers: Sequence[str] | None = None,
    *,
    sample_weight: Any = None,
    training: bool = False,
    seed: int = 0,
) -> Trace:
    """Every layer's output for x; and with y the loss's gradients: ``∂L/∂a``, ``δ = ∂L/∂z``, ``∂L/∂w``.

    L is what `fit` makes small: the losses by their weights, and all penalties. As in `fit`, a last softmax or sigmoid
    under a cross-entropy is taken into the loss, so its δ keeps its value where it saturates (``p − y``); its ∂L/∂a is
    that of the probabilities. `layers` names those that are wanted. `training` makes dropout and the like draw, from
    `seed`. The model is left as it was.

    Shapes: as the layers' outputs, batch first.
    Raises: UnknownNameError for a layer that the model does not have; StateError if y is given and the model is not
        compiled.
    Source: Rumelhart, Hinton and Williams 1986 (δ).
    Example:
        >>> from nyuron import Sequential, layers
        >>> model = Sequential([layers.Dense(3, "tanh", input_shape=(2,), name="hidden"), layers.Dense(1, name="out")])
        >>> model.compile(loss="mse")
        >>> seen = trace(model, np.ones((4, 2)), np.ones((4, 1)))
        >>> seen.outputs["hidden"].shape, seen.deltas["out"].shape, seen.weight_gradients["hidden/kernel"].shape
        ((4, 3), (4, 1), (2, 3))
    """
    who = f"trace({model.name})"
    call = Call(key=key_from(seed) if training else None, training=training)
    if y is None:
        shapes = None if model.network is None else [entry.shape for entry in model.graph.inputs]
        xs = arrays.input_arrays(x, model.input_names, shapes, who)
        if model.network is None:
            model.build_for(*((None, *a.shape[1:]) for a in xs))
        seen = _forward(model.graph, model.slot.params, model.slot.state, xs, call.key, names_of(model), training)
        outputs, sums = jax.device_get(seen)
        return Trace(_chosen(outputs, layers, model), _chosen(sums, layers, None))
    need_compiled(model, who)
    batch = prepare(model, x, y, sample_weight, None, who)
    task, _ = task_for(model, batch[1])
    names = names_of(model)
    found = _backward(numbers_as_arrays(task), model.slot.params, model.slot.state, batch, call.key, names, training)
    loss, outputs, sums, gradients, deltas, weights = jax.device_get(found)
    return Trace(
        _chosen(outputs, layers, model),
        _chosen(sums, layers, None),
        float(loss),
        _chosen(gradients, layers, None),
        _chosen(deltas, layers, None),
        {
            name: np.asarray(value)
            for name, value in weight_gradients(model, weights).items()
            if layers is None or any(name.startswith(f"{layer}/") for layer in layers)
        },
    )


def _chosen(found: dict[str, Any], layers: Sequence[str] | None, model: Any) -> dict[str, Any]:
    if layers is None:
        return found
    for name in layers if model is not None else ():
        if name not in found:
            raise unknown_name("layer", name, list(found))
    return {name: found[name] for name in layers if name in found}


@functools.partial(jax.jit, static_argnames=("names", "training"))
def _forward(
    graph: Graph, params: Any, state: Any, xs: tuple[Array, ...], key: Any, names: Names, training: bool
) -> tuple[Any, Any]:
    notes = Notes()
    watched(graph, names, notes).forward(params, state, *xs, call=Call(key=key, training=training))
    return notes.outputs, notes.sums


@functools.partial(jax.jit, static_argnames=("names", "training"))
def _backward(
    task: Task, params: Any, state: Any, batch: Any, key: Any, names: Names, training: bool
) -> tuple[Any, ...]:
    call = Call(key=key, training=training)

    def objective(params: Any, offsets: Any) -> tuple[Array, Any]:
        notes = Notes(offsets)
        own = replace(task, graph=watched(task.graph, names, notes))
        outcome = measure(own, params, {}, state, batch, call)
        return outcome.loss, (notes.outputs, notes.sums, outcome)

    shapes = jax.eval_shape(lambda p: objective(p, None)[1][:2], params)
    zeros = jax.tree.map(lambda s: jnp.zeros(s.shape, _floating(s.dtype)), shapes)
    (loss, seen), (weights, (gradients, deltas)) = jax.value_and_grad(objective, (0, 1), has_aux=True)(params, zeros)
    outputs, sums, outcome = seen
    for i, (head, y, w) in enumerate(zip(task.heads, batch[1], batch[2], strict=True)):
        if head.activation is None:
            continue
        # The network ends before the activation, and the loss takes it in; the layer as the user knows it has it.
        name = _name_of_output(task.graph, names, i)
        a = head.activation(outputs[name])
        sums[name], outputs[name], deltas[name] = outputs[name], a, gradients[name]
        loss_of = functools.partial(replace(head.loss, from_logits=False), y, sample_weight=w, mask=outcome.masks[i])
        gradients[name] = jax.grad(lambda p, f=loss_of, h=head: f(p) * jnp.asarray(h.weight, p.dtype))(a)
    return loss, outputs, sums, gradients, deltas, weights


def _floating(dtype: Any) -> Any:
    return dtype if jnp.issubdtype(dtype, jnp.inexact) else jnp.float32


def _name_of_output(graph: Graph, names: Names, output: int) -> str:
    place = graph.outputs[output][0] - len(graph.inputs)
    number = graph.steps[place].layer
    return names[number][0]
