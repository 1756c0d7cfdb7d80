"""What is trained, towards what, and how: one description that a compiled run takes as an argument."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from nyuron.core import Array, Configurable, Key, Params, Scalar, State, module, static
from nyuron.layers import Call, Forward, Graph, join_frozen

Batch = tuple[tuple[Array, ...], tuple[Array, ...], tuple[Array | None, ...]]
"""Inputs, targets (one an output), and sample weights (one an output, or None)."""


@module
class Head(Configurable):
    """What becomes of one output: its loss, and the figures that are kept of it.

    `activation` turns the output into the prediction when the loss takes logits (a final softmax or sigmoid is then
    left to the loss, so that saturated examples keep a gradient).
    """

    loss: Any = None
    weight: Scalar = 1.0
    metrics: tuple[Any, ...] = ()
    weighted_metrics: tuple[Any, ...] = ()
    activation: Any = static(None)

    def predict(self, output: Array) -> Array:
        return output if self.activation is None else self.activation(output)


@module
class Task(Configurable):
    """A network, one head per output, and an optimizer."""

    graph: Graph
    heads: tuple[Head, ...] = ()
    optimizer: Any = None


class Sums(NamedTuple):
    """What an epoch's logs are made of, added up step by step."""

    rows: Array
    loss: Array
    head_losses: tuple[Array, ...]
    metrics: tuple[Any, ...]


def numbers_as_arrays(description: Any) -> Any:
    """The description with each of its numbers an array of floating point, so that 5 and 5.0 are one program's argument."""
    dtype = jnp.result_type(float)
    return jax.tree.map(
        lambda leaf: np.asarray(leaf, dtype) if isinstance(leaf, bool | int | float) else leaf, description
    )


def zero_sums(task: Task) -> Sums:
    """Sums before the first step."""
    zero = jnp.zeros((), jnp.float32)
    heads = tuple(zero for head in task.heads) if len(task.heads) > 1 else ()
    metrics = tuple(tuple(m.init() for m in (*head.metrics, *head.weighted_metrics)) for head in task.heads)
    return Sums(zero, zero, heads, metrics)


class Outcome(NamedTuple):
    """One batch: the number that training makes small, and what is needed to keep figures of it."""

    loss: Array
    head_losses: tuple[Array, ...]
    outputs: tuple[Array, ...]
    masks: tuple[Array | None, ...]
    state: State


def run_forward(task: Task, params: Params, frozen: Params, state: State, xs: tuple[Array, ...], call: Call) -> Forward:
    """Apply the network; outputs and masks always come as tuples."""
    done = task.graph.forward(join_frozen(params, frozen), state, *xs, call=call)
    if isinstance(done.output, tuple):
        return done
    return done._replace(output=(done.output,), mask=(done.mask,))  # type: ignore[arg-type]


def measure(task: Task, params: Params, frozen: Params, state: State, batch: Batch, call: Call) -> Outcome:
    """The loss of a batch: Σ weighted heads + weight penalties + activity penalties."""
    xs, ys, ws = batch
    done = run_forward(task, params, frozen, state, xs, call)
    masks: tuple[Any, ...] = done.mask  # type: ignore[assignment]
    losses = []
    for head, y, output, mask, w in zip(task.heads, ys, done.output, masks, ws, strict=True):
        losses.append(jnp.zeros(()) if head.loss is None else head.loss(y, output, sample_weight=w, mask=mask))
    total = task.graph.penalty(join_frozen(params, frozen)) + done.penalty
    for head, loss in zip(task.heads, losses, strict=True):
        total = total + jnp.asarray(head.weight, loss.dtype) * loss
    return Outcome(jnp.asarray(total), tuple(losses), tuple(done.output), masks, done.state)


def add_figures(task: Task, sums: Sums, batch: Batch, outcome: Outcome) -> Sums:
    """Sums after one more batch."""
    rows = jnp.asarray(batch[0][0].shape[0], jnp.float32)
    sums = add_metrics(task, sums, batch, outcome.outputs, outcome.masks)
    head_losses = tuple(
        total + loss.astype(jnp.float32) * rows
        for total, loss in zip(sums.head_losses, outcome.head_losses, strict=False)
    )
    return Sums(sums.rows + rows, sums.loss + outcome.loss.astype(jnp.float32) * rows, head_losses, sums.metrics)


def add_metrics(
    task: Task, sums: Sums, batch: Batch, outputs: tuple[Array, ...], masks: tuple[Array | None, ...]
) -> Sums:
    """Sums with the metrics of one more batch; its loss and the number of its rows are not added."""
    _, ys, ws = batch
    metrics = []
    for i, head in enumerate(task.heads):
        y_pred, mask = head.predict(outputs[i]), masks[i]
        plain = None if mask is None else mask.astype(jnp.float32)
        weighted = ws[i] if mask is None else plain if ws[i] is None else _spread(ws[i], plain) * plain
        states = iter(sums.metrics[i])
        metrics.append(
            tuple(m.update(next(states), ys[i], y_pred, plain) for m in head.metrics)
            + tuple(m.update(next(states), ys[i], y_pred, weighted) for m in head.weighted_metrics)
        )
    return sums._replace(metrics=tuple(metrics))


def _spread(weight: Any, mask: Any) -> Any:
    return weight.reshape(weight.shape + (1,) * (mask.ndim - weight.ndim))


def results(task: Task, sums: Sums) -> tuple[Any, ...]:
    """The logs' values: loss, each head's loss when there are several, then each head's metrics."""
    rows = jnp.maximum(sums.rows, 1.0)
    figures = [sums.loss / rows, *(loss / rows for loss in sums.head_losses)]
    for head, states in zip(task.heads, sums.metrics, strict=True):
        figures += [m.result(s) for m, s in zip((*head.metrics, *head.weighted_metrics), states, strict=True)]
    return tuple(figures)


def step_call(key: Key, training: bool) -> Call:
    return Call(key=key, training=training)
