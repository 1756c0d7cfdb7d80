"""One step of training, and one of evaluation: the arithmetic that everything else repeats."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from nyuron.core import Array, Params, State, fold, key_of
from nyuron.layers import Call, join_frozen, split_frozen
from nyuron.optimizers import FullBatch
from nyuron.train._state import CONVERGED, NOT_FINITE, RunState
from nyuron.train._task import Batch, Sums, Task, add_figures, measure


def train_step(task: Task, frozen: Params, run: RunState, batch: Batch, step: Array) -> RunState:
    """Loss and gradients of a batch, the optimizer's update, constraints, and the sums for the logs."""
    key = fold(key_of(run.key), run.epoch, step)
    call = Call(key=key, training=True)

    def objective(params: Params) -> tuple[Array, Any]:
        outcome = measure(task, params, frozen, run.layers, batch, call)
        return outcome.loss, outcome

    if isinstance(task.optimizer, FullBatch):
        outcome = measure(task, run.params, frozen, run.layers, batch, call)
        whole = Whole(task, frozen, run.layers, batch, call)
        params, optimizer = task.optimizer.step(whole, run.optimizer, run.params)
        status = jnp.where(optimizer["converged"], CONVERGED, run.status)
    else:
        (_, outcome), grads = jax.value_and_grad(objective, has_aux=True)(run.params)
        params, optimizer = task.optimizer.update(grads, run.optimizer, run.params)
        status = run.status
    params = constrained(task, params, frozen)
    return run._replace(
        params=params,
        layers=outcome.state,
        optimizer=optimizer,
        sums=add_figures(task, run.sums, batch, outcome),
        status=jnp.where(jnp.isfinite(outcome.loss), status, NOT_FINITE),
        step=step + 1,
    )


def constrained(task: Task, params: Params, frozen: Params) -> Params:
    """Trainable parameters after the weights' constraints."""
    return split_frozen(task.graph, task.graph.constrain(join_frozen(params, frozen)))[0]


class Whole:
    """The loss of the whole data as a function of the parameters: what a full-batch method makes small."""

    def __init__(self, task: Task, frozen: Params, layers: State, batch: Batch, call: Call) -> None:
        self._parts = task, frozen, layers, batch, call

    def value(self, params: Params) -> Array:
        task, frozen, layers, batch, call = self._parts
        return measure(task, params, frozen, layers, batch, call).loss

    def residuals(self, params: Params) -> Array:
        """r with Σr² equal to the loss; regularisers are among the residuals as √penalty."""
        task, frozen, layers, batch, call = self._parts
        outcome = measure(task, params, frozen, layers, batch, call)
        parts, explained = [], jnp.zeros(())
        for head, y, w, output, loss in zip(
            task.heads, batch[1], batch[2], outcome.outputs, outcome.head_losses, strict=True
        ):
            r = head.loss.residuals(y, output)
            if w is not None:
                r = r * jnp.sqrt(w).reshape(w.shape + (1,) * (r.ndim - w.ndim))
            parts.append((r * jnp.sqrt(jnp.asarray(head.weight, r.dtype) / r.size)).ravel())
            explained = explained + head.weight * loss
        rest = outcome.loss - explained
        return jnp.concatenate([*parts, jnp.sqrt(jnp.maximum(rest, 1e-30))[None]])


def evaluate_step(task: Task, params: Params, frozen: Params, layers: State, sums: Sums, batch: Batch) -> Sums:
    """Sums after one more batch, at inference."""
    outcome = measure(task, params, frozen, layers, batch, Call())
    return add_figures(task, sums, batch, outcome)


def take(data: Batch, rows: Array) -> Batch:
    """The batch of these rows."""
    return jax.tree.map(lambda a: a.at[rows].get(mode="promise_in_bounds"), data)
