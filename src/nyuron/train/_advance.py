"""The compiled run: one program for any number of steps and epochs.

The bounds are traced, so that the host may come up for air whenever it likes. The last, partial batch of an epoch is a
step of its own size. Validation, logs and stopping are inside. All loops are while loops: nothing is differentiated
through them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from nyuron.core import Array, Params, kept_program
from nyuron.train._packed import PackedRun, Packing, packing_of
from nyuron.train._state import CONVERGED, NOT_FINITE, RUNNING, STOPPED, RunState, member_axes, select
from nyuron.train._step import evaluate_step, take, train_step
from nyuron.train._stopping import StoppingRule, StoppingState
from nyuron.train._task import Batch, Sums, Task, results, zero_sums

Logs = tuple[Any, ...]


@dataclass(frozen=True)
class Plan:
    """What shapes the program besides the descriptions."""

    batch_size: int
    """Of a packed task a bound of it; it is among the task's numbers."""
    validation_batch_size: int = 32
    has_members: bool = False
    is_packed: bool = False
    """Whether our machine code takes the steps of a packed task, or XLA."""


def advance(
    plan: Plan,
    task: Task,
    rule: StoppingRule | None,
    frozen: Params,
    run: RunState,
    data: Batch,
    orders: Array,
    validation: tuple[Batch, Array] | None,
    validation_freq: Array,
    until: Array,
) -> tuple[RunState, Logs]:
    """Train until `until` steps are done since epoch 0, or until the run (every member) has stopped.

    `orders` (epochs, rows), or (epochs, members, rows), holds the rows of each epoch from the current one on, in the order
    in which they are used. `validation` is data and the rows of it that count. The logs come as one array a figure with
    the epoch first: row 0 is the epoch in which the call began.
    """
    program = _Program(plan, task, rule, frozen, data, orders, validation, validation_freq)
    logs = program.empty_logs(run, orders.shape[0])
    first = run.epoch

    def goes_on(carry: tuple[RunState, Logs]) -> Array:
        r = carry[0]
        return (r.epoch * program.steps + r.step < until) & jnp.any(r.status == RUNNING)

    def one_epoch(carry: tuple[RunState, Logs]) -> tuple[RunState, Logs]:
        r, logs = carry
        r = program.steps_of_epoch(r, r.epoch - first, until)
        is_over = (r.step == program.steps) & jnp.any((r.status == RUNNING) | (r.status == CONVERGED))
        return jax.lax.cond(is_over, lambda: program.end_epoch(r, logs, first), lambda: (r, logs))

    return jax.lax.while_loop(goes_on, one_epoch, (run, logs))


class _Program:
    """The parts of `advance`, over the arguments that stay the same."""

    def __init__(
        self,
        plan: Plan,
        task: Task,
        rule: StoppingRule | None,
        frozen: Params,
        data: Batch,
        orders: Array,
        validation: tuple[Batch, Array] | None,
        validation_freq: Array,
    ) -> None:
        self.plan, self.task, self.rule, self.frozen = plan, task, rule, frozen
        self.data, self.orders, self.validation, self.validation_freq = data, orders, validation, validation_freq
        self.packed = PackedRun(task, data, plan.batch_size) if plan.is_packed else None
        self.steps: Any
        if self.packed is None:
            self.full, self.rest = divmod(orders.shape[-1], plan.batch_size)
            self.steps = self.full + (self.rest > 0)
        else:
            self.steps = self.packed.steps_for(orders.shape[-1])

    def per_member(self, function: Callable[..., Any], in_axes: Any, out_axes: Any = 0) -> Callable[..., Any]:
        """The function over all members where there are any."""
        return jax.vmap(function, in_axes=in_axes, out_axes=out_axes) if self.plan.has_members else function

    def steps_of_epoch(self, run: RunState, row: Array, until: Array) -> RunState:
        """Steps from the current one to the end of the epoch or to `until`."""
        order = jax.lax.dynamic_index_in_dim(self.orders, row, keepdims=False)
        last = until - run.epoch * self.steps

        if self.packed is not None:
            return self.packed.train(run, order, jnp.minimum(last, self.steps))

        def goes_on(r: RunState) -> Array:
            return (r.step < jnp.minimum(last, self.full)) & jnp.any(r.status == RUNNING)

        size = self.plan.batch_size
        if self.full:
            run = jax.lax.while_loop(goes_on, lambda r: self.step(r, order, r.step * size, size), run)
        if not self.rest:
            return run
        is_due = (run.step == self.full) & (self.full < last) & jnp.any(run.status == RUNNING)
        return jax.lax.cond(is_due, lambda r: self.step(r, order, self.full * size, self.rest), lambda r: r, run)

    def step(self, run: RunState, order: Array, start: Any, size: int) -> RunState:
        rows = jax.lax.dynamic_slice_in_dim(order, start, size, axis=order.ndim - 1)

        def one(task: Task, frozen: Params, run: RunState, rows: Array) -> RunState:
            new = train_step(task, frozen, run, take(self.data, rows), run.step)
            return self.kept(new, run)

        stepped = self.per_member(one, (0, 0, member_axes(), 0), member_axes())(self.task, self.frozen, run, rows)
        return stepped._replace(epoch=run.epoch, step=run.step + 1)

    def kept(self, new: RunState, old: RunState) -> RunState:
        """`new`, but a member that has stopped stays as it was; the counters belong to all members."""
        if self.plan.has_members:
            new = select(old.status == RUNNING, new, old)
        return new._replace(epoch=old.epoch, step=old.step)

    def end_epoch(self, run: RunState, logs: Logs, first: Array) -> tuple[RunState, Logs]:
        """Validate, write the epoch's logs, ask the stopping rule, and begin the next epoch."""
        train = self.per_member(results, (0, 0))(self.task, run.sums)
        is_validated = (run.epoch + 1) % self.validation_freq == 0
        checked: Logs = ()
        if self.validation is not None:
            nothing = jax.tree.map(lambda a: jnp.full_like(a, jnp.nan), train)
            checked = jax.lax.cond(is_validated, lambda: self.validate(run), lambda: nothing)
        values = (*train, *checked)
        if self.plan.has_members:
            values = jax.tree.map(lambda value: _unless_stopped(run.status, value), values)
        logs = jax.tree.map(lambda all_, value: all_.at[run.epoch - first].set(value), logs, values)

        def close(task: Task, rule: StoppingRule | None, run: RunState, values: Logs) -> RunState:
            stopping, status = run.stopping, run.status
            if rule is not None and stopping is not None:
                is_logged = is_validated if rule.monitor >= len(train) else jnp.asarray(True)
                stopping, stops = rule.update(
                    stopping, values[rule.monitor], is_logged, run.epoch, run.params, run.layers
                )
                status = jnp.where(stops, STOPPED, status)
            status = jnp.where(_all_finite(run.params), status, NOT_FINITE)
            new = run._replace(stopping=stopping, status=status, sums=zero_sums(task))
            return self.kept(new, run)

        run = self.per_member(close, (0, 0, member_axes(), 0), member_axes())(self.task, self.rule, run, values)
        return run._replace(epoch=run.epoch + 1, step=jnp.zeros_like(run.step)), logs

    def validate(self, run: RunState) -> Logs:
        """The figures of the validation data."""
        data, order = self.validation  # type: ignore[misc]

        def one(task: Task, frozen: Params, run: RunState, order: Array) -> Logs:
            size, is_packed = self.plan.validation_batch_size, self.plan.is_packed
            return evaluation(task, run.params, frozen, run.layers, data, order, size, is_packed)

        return self.per_member(one, (0, 0, member_axes(), 0))(self.task, self.frozen, run, order)

    def empty_logs(self, run: RunState, epochs: int) -> Logs:
        """Room for the logs of every epoch that one call may finish."""
        figures = jax.eval_shape(self.per_member(results, (0, 0)), self.task, run.sums)
        copies = 1 if self.validation is None else 2
        return tuple(jax.tree.map(lambda f: jnp.full((epochs, *f.shape), jnp.nan, f.dtype), figures)) * copies


def _unless_stopped(status: Array, value: Array) -> Array:
    """The members' figures, NaN for those that had stopped before this epoch."""
    goes_on = (status == RUNNING) | (status == CONVERGED)
    return jnp.where(goes_on.reshape(-1, *(1,) * (value.ndim - 1)), value, jnp.nan)


def _all_finite(params: Params) -> Array:
    checks = [jnp.all(jnp.isfinite(p)) for p in jax.tree.leaves(params)]
    return jnp.all(jnp.stack(checks)) if checks else jnp.asarray(True)


def add_evaluation(
    task: Task,
    params: Params,
    frozen: Params,
    layers: Any,
    sums: Sums,
    data: Batch,
    order: Array,
    size: int,
    is_packed: bool = False,
) -> Sums:
    """Sums after the rows of `order`, batch by batch, at inference."""
    if is_packed:
        return PackedRun(task, data).evaluate(params, sums, order)
    full, rest = divmod(order.shape[-1], size)

    def add(sums: Sums, start: Any, count: int) -> Sums:
        rows = jax.lax.dynamic_slice_in_dim(order, start, count)
        return evaluate_step(task, params, frozen, layers, sums, take(data, rows))

    if full:
        sums = jax.lax.fori_loop(0, full, lambda i, s: add(s, i * size, size), sums)
    return add(sums, full * size, rest) if rest else sums


def evaluation(
    task: Task,
    params: Params,
    frozen: Params,
    layers: Any,
    data: Batch,
    order: Array,
    size: int,
    is_packed: bool = False,
) -> Logs:
    """The figures over the rows of `order`."""
    return results(task, add_evaluation(task, params, frozen, layers, zero_sums(task), data, order, size, is_packed))


run_program = kept_program(static_argnums=(0,), results=(RunState, Sums, StoppingState))(advance)
_evaluation_program = kept_program(static_argnums=(6, 7))(evaluation)


def run_packed(
    packing: Packing | None,
    plan: Plan,
    task: Task,
    rule: StoppingRule | None,
    frozen: Params,
    run: RunState,
    *rest: Any,
) -> tuple[RunState, Logs]:
    """`advance`, compiled: by our machine code where the task is packed for it."""
    if packing is None:
        return run_program(plan, task, rule, frozen, run, *rest)
    (device,) = rest[0][0][0].devices()
    packed = packing.pack(run, device)
    new, logs = run_program(Plan(packing.most, 0, is_packed=True), packing.task, rule, (), packed, *rest)
    return packing.unpack(new, run.layers), logs


def evaluate_program(
    task: Task, params: Params, frozen: Params, layers: Any, data: Batch, order: Any, size: int
) -> Logs:
    """The figures over the rows of `order`, compiled."""
    packing = packing_of(task, data, size)
    if packing is None:
        return _evaluation_program(task, params, frozen, layers, data, order, size, False)
    return _evaluation_program(packing.task, packing.weights(params), (), (), data, order, 0, True)
