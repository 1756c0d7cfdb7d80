"""Many runs at once: the same program with a leading member axis, spread over the devices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh

from nyuron.core import ArgumentError, Params, State
from nyuron.train._advance import Plan, member_program
from nyuron.train._orders import epoch_orders, epochs_at_once
from nyuron.train._run import Settings
from nyuron.train._state import RUNNING, RunState, start_state
from nyuron.train._stopping import StoppingRule, restored
from nyuron.train._task import Batch, Task, numbers_as_arrays

SIDE_BY_SIDE = 4
"""Members that one device trains together, unless told otherwise: more fall out of a core's cache."""


class Members(NamedTuple):
    """What a population of runs leaves; every array has the members first."""

    params: Params
    layers: State
    status: np.ndarray
    epochs: np.ndarray
    """How many epochs each member trained."""
    logs: tuple[Any, ...]
    """One array a figure, (members, epochs), training before validation; NaN after a member's last epoch."""


def stack(trees: Sequence[Any]) -> Any:
    """Trees of equal structure as one tree of arrays with the members first."""
    return jax.tree.map(lambda *leaves: _stacked(leaves), *trees)


def _stacked(leaves: tuple[Any, ...]) -> Any:
    return np.stack([np.asarray(leaf) for leaf in leaves])


def train_members(
    tasks: Sequence[Task],
    weights: Sequence[tuple[Params, Params, State]],
    data: Batch,
    settings: Settings,
    *,
    rules: Sequence[StoppingRule] | None = None,
    validation: Batch | None = None,
    rows: np.ndarray | None = None,
    validation_rows: np.ndarray | None = None,
    numbers: Sequence[int] | None = None,
    seeds: Sequence[int] | None = None,
    side_by_side: int = SIDE_BY_SIDE,
    devices: Sequence[Any] | None = None,
) -> Members:
    """Train one member per task; each ends as `Run` alone with the same seed would.

    `tasks` and `rules` must have one structure (their numbers may differ). `weights` are (params, frozen, layers) of
    each member. `rows` and `validation_rows` (members, n) give each member its own subset of the shared data (folds,
    bootstraps). Member `i` takes part in the random numbers as `numbers[i]` (default 0, as a run alone), under
    `seeds[i]` (default `settings.seed`).

    Raises: ArgumentError if the tasks differ in structure.
    """
    _check_alike(tasks)
    devices = list(devices or jax.devices())
    count = len(tasks)
    width = min(len(devices) * side_by_side, -(-count // len(devices)) * len(devices))
    numbers = list(numbers) if numbers is not None else [0] * count
    seeds = list(seeds) if seeds is not None else [settings.seed] * count
    shared = jax.tree.map(jnp.asarray, data)
    checked = None if validation is None else jax.tree.map(jnp.asarray, validation)
    parts = []
    for start in range(0, count, width):
        chosen = [min(i, count - 1) for i in range(start, start + width)]
        group = _Group(
            [tasks[i] for i in chosen],
            [weights[i] for i in chosen],
            None if rules is None else [rules[i] for i in chosen],
            [numbers[i] for i in chosen],
            [seeds[i] for i in chosen],
            None if rows is None else rows[np.asarray(chosen)],
            None if validation_rows is None else validation_rows[np.asarray(chosen)],
        )
        part = group.train(shared, checked, settings, devices)
        kept = min(width, count - start)
        parts.append(jax.tree.map(lambda a: a[:kept], part))  # noqa: B023
    return jax.tree.map(lambda *a: np.concatenate(a), *parts)


def _check_alike(tasks: Sequence[Task]) -> None:
    first = jax.tree.structure(tasks[0])
    for i, task in enumerate(tasks):
        if jax.tree.structure(task) != first:
            raise ArgumentError(
                "members that train together must have one structure",
                who="train_members",
                expected="tasks that differ in numbers only",
                got=f"task {i} has other layers, losses, metrics or options than task 0",
                fix="group the tasks by structure, and train each group",
            )


class _Group(NamedTuple):
    """Members that train side by side."""

    tasks: list[Task]
    weights: list[tuple[Params, Params, State]]
    rules: list[StoppingRule] | None
    numbers: list[int]
    seeds: list[int]
    rows: np.ndarray | None
    validation_rows: np.ndarray | None

    def train(self, data: Batch, validation: Batch | None, settings: Settings, devices: Sequence[Any]) -> Members:
        tasks = [numbers_as_arrays(task) for task in self.tasks]
        rules = None if self.rules is None else [numbers_as_arrays(rule) for rule in self.rules]
        state = self._start(tasks, rules, settings)
        mesh = Mesh(np.asarray(devices), ("member",))
        plan = Plan(settings.batch_size, settings.validation_batch_size, has_members=True)
        program = member_program(mesh, plan, validation is not None)
        frozen = stack([w[1] for w in self.weights])
        task, rule = stack(tasks), None if rules is None else stack(rules)
        checked = None if validation is None else (validation, self._validation_orders(validation))
        total = data[0][0].shape[0] if self.rows is None else self.rows.shape[-1]
        capacity = epochs_at_once(total * len(tasks))
        steps = -(-total // settings.batch_size)
        logs: list[Any] = []
        ended = np.full(len(tasks), settings.epochs)
        for epoch in range(settings.initial_epoch, settings.epochs, capacity):
            last = min(epoch + capacity, settings.epochs)
            orders = self._orders(settings, epoch, last - epoch, capacity, total)
            state, part = program(
                task,
                rule,
                frozen,
                state,
                data,
                orders,
                checked,
                np.int32(settings.validation_freq),
                np.int32(last * steps),
            )
            part = jax.tree.map(lambda a: np.asarray(a)[: last - epoch], part)  # noqa: B023
            logs.append(part)
            # Devices whose members have all stopped leave the counters behind.
            state = state._replace(epoch=jnp.asarray(last, jnp.int32), step=jnp.asarray(0, jnp.int32))
            if not (np.asarray(state.status) == RUNNING).any():
                break
        joined = jax.tree.map(lambda *a: np.moveaxis(np.concatenate(a), 0, 1), *logs)
        ended = np.isfinite(joined[0]).sum(axis=1) if joined else ended
        params, layers = restored(rule, state.stopping, state.params, state.layers)
        padded = jax.tree.map(lambda a: _padded(a, settings.epochs - settings.initial_epoch), joined)
        params, layers, status = jax.device_get((params, layers, state.status))
        return Members(params, layers, status, ended, padded)

    def _start(self, tasks: list[Task], rules: list[StoppingRule] | None, settings: Settings) -> RunState:
        states = [
            start_state(
                task,
                params,
                layers,
                None if rules is None else rules[i],
                self.seeds[i],
                member=self.numbers[i],
                epoch=settings.initial_epoch,
            )
            for i, (task, (params, _, layers)) in enumerate(zip(tasks, self.weights, strict=True))
        ]
        stacked = stack(states)
        return stacked._replace(epoch=states[0].epoch, step=states[0].step)

    def _orders(self, settings: Settings, first: int, count: int, capacity: int, total: int) -> Any:
        drawn: dict[tuple[int, int, bytes | None], np.ndarray] = {}
        orders = np.zeros((capacity, len(self.tasks), total), np.int32)
        for i, (seed, number) in enumerate(zip(self.seeds, self.numbers, strict=True)):
            own: Any = total if self.rows is None else self.rows[i]
            name = (seed, number, None if self.rows is None else self.rows[i].tobytes())
            if name not in drawn:
                drawn[name] = epoch_orders(seed, [number], first, count, capacity, own, shuffles=settings.shuffles)[
                    :, 0
                ]
            orders[:, i] = drawn[name]
        return orders

    def _validation_orders(self, validation: Batch) -> Any:
        if self.validation_rows is not None:
            return np.asarray(self.validation_rows, np.int32)
        rows = np.arange(validation[0][0].shape[0], dtype=np.int32)
        return np.broadcast_to(rows, (len(self.tasks), len(rows))).copy()


def _padded(logs: np.ndarray, epochs: int) -> np.ndarray:
    missing = epochs - logs.shape[1]
    return (
        np.pad(logs, [(0, 0), (0, missing), *[(0, 0)] * (logs.ndim - 2)], constant_values=np.nan) if missing else logs
    )
