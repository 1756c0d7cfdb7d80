"""The members of a population that one program trains together: one, or several side by side."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from nyuron.core import Params, State
from nyuron.train._advance import Plan, run_program
from nyuron.train._orders import epoch_orders, epochs_at_once
from nyuron.train._run import Settings
from nyuron.train._state import RUNNING, RunState, start_state
from nyuron.train._stopping import StoppingRule, restored
from nyuron.train._task import Batch, Task


class Shared(NamedTuple):
    """The data that all members use, on one device."""

    data: Batch
    validation: Batch | None

    @classmethod
    def on(cls, device: Any, data: Batch, validation: Batch | None) -> Shared:
        """The data copied to a device."""
        return cls(jax.device_put(data, device), None if validation is None else jax.device_put(validation, device))


@dataclass(frozen=True)
class Group:
    """Members with one structure. One alone has no member axis: its program is that of a run alone."""

    tasks: Sequence[Task]
    weights: Sequence[tuple[Params, Params, State]]
    rules: Sequence[StoppingRule] | None
    numbers: Sequence[int]
    seeds: Sequence[int]
    rows: np.ndarray | None
    validation_rows: np.ndarray | None

    def train(self, shared: Shared, settings: Settings, is_cancelled: threading.Event) -> tuple[Any, ...]:
        """Params, layers, status, epochs and logs, members first."""
        state = self._start(settings)
        frozen = self._joined([w[1] for w in self.weights])
        task = self._joined(self.tasks)
        rule = None if self.rules is None else self._joined(self.rules)
        plan = Plan(settings.batch_size, settings.validation_batch_size, has_members=len(self.tasks) > 1)
        total = shared.data[0][0].shape[0] if self.rows is None else self.rows.shape[-1]
        capacity = epochs_at_once(total * len(self.tasks))
        steps = -(-total // settings.batch_size)
        checked = None if shared.validation is None else (shared.validation, self._validation_orders(shared))
        logs: list[Any] = []
        for epoch in range(settings.initial_epoch, settings.epochs, capacity):
            last = min(epoch + capacity, settings.epochs)
            orders = self._orders(settings, epoch, last - epoch, capacity, total)
            state, part = run_program(
                plan,
                task,
                rule,
                frozen,
                state,
                shared.data,
                orders,
                checked,
                np.int32(settings.validation_every),
                np.int32(last * steps),
            )
            logs.append(jax.tree.map(lambda a: np.asarray(a)[: last - epoch], part))  # noqa: B023
            if is_cancelled.is_set() or not (np.asarray(state.status) == RUNNING).any():
                break
        return self._ended(settings, rule, state, logs)

    def _joined(self, trees: Sequence[Any]) -> Any:
        return trees[0] if len(trees) == 1 else jax.tree.map(lambda *a: jnp.stack([jnp.asarray(x) for x in a]), *trees)

    def _start(self, settings: Settings) -> RunState:
        states = [
            start_state(
                task,
                params,
                layers,
                None if self.rules is None else self.rules[i],
                self.seeds[i],
                member=self.numbers[i],
                epoch=settings.initial_epoch,
            )
            for i, (task, (params, _, layers)) in enumerate(zip(self.tasks, self.weights, strict=True))
        ]
        return self._joined(states)._replace(epoch=states[0].epoch, step=states[0].step)

    def _orders(self, settings: Settings, first: int, count: int, capacity: int, total: int) -> np.ndarray:
        """The rows of each epoch, (capacity, total) or (capacity, members, total)."""
        drawn: dict[Any, np.ndarray] = {}
        each = []
        for i, (seed, number) in enumerate(zip(self.seeds, self.numbers, strict=True)):
            own: Any = total if self.rows is None else self.rows[i]
            name = (seed, number, None if self.rows is None else self.rows[i].tobytes())
            if name not in drawn:
                drawn[name] = epoch_orders(seed, [number], first, count, capacity, own, shuffles=settings.shuffles)
            each.append(drawn[name])
        return each[0][:, 0] if len(each) == 1 else np.concatenate(each, axis=1)

    def _validation_orders(self, shared: Shared) -> np.ndarray:
        members = len(self.tasks)
        count = shared.validation[0][0].shape[0]  # type: ignore[index]
        rows = (
            np.broadcast_to(np.arange(count), (members, count))
            if self.validation_rows is None
            else self.validation_rows
        )
        rows = np.ascontiguousarray(rows, np.int32)
        return rows[0] if members == 1 else rows

    def _ended(self, settings: Settings, rule: Any, state: RunState, logs: list[Any]) -> tuple[Any, ...]:
        params, layers = restored(rule, state.stopping, state.params, state.layers)
        params, layers, status = jax.device_get((params, layers, state.status))
        if len(self.tasks) == 1:
            params, layers, status = jax.tree.map(lambda a: np.asarray(a)[None], (params, layers, status))
            logs = jax.tree.map(lambda a: a[:, None], logs)
        joined = jax.tree.map(lambda *a: np.moveaxis(np.concatenate(a), 0, 1), *logs)
        epochs = np.isfinite(joined[0]).sum(axis=1)
        return (
            params,
            layers,
            status,
            epochs,
            jax.tree.map(lambda a: _padded(a, settings.epochs - settings.initial_epoch), joined),
        )


def _padded(logs: np.ndarray, epochs: int) -> np.ndarray:
    missing = epochs - logs.shape[1]
    if not missing:
        return logs
    return np.pad(logs, [(0, 0), (0, missing), *[(0, 0)] * (logs.ndim - 2)], constant_values=np.nan)
