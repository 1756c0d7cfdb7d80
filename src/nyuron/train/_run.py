"""A run under way, as the host sees it: advance it, look at it, stop it, save it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import numpy as np

from nyuron.core import Params, State
from nyuron.train._advance import Plan, evaluate_program, run_packed
from nyuron.train._ending import EpochEnd, batch_slices
from nyuron.train._orders import epoch_orders, epochs_at_once
from nyuron.train._packed import Packing, packing_of
from nyuron.train._state import NOT_FINITE, RUNNING, RunState, start_state
from nyuron.train._stopping import StoppingRule, restored
from nyuron.train._task import Batch, Task, numbers_as_arrays

TARGET_SECONDS = 0.1
"""How long one dispatch should take: the host comes up for air this often."""


class EpochLogs(NamedTuple):
    """A finished epoch and its figures, in the order of `results`, training before validation."""

    epoch: int
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Settings:
    """How long and in what portions a run trains."""

    batch_size: int = 32
    epochs: int = 1
    initial_epoch: int = 0
    seed: int = 0
    shuffles: bool = True
    steps_per_epoch: int | None = None
    validation_batch_size: int = 32
    validation_freq: int | tuple[int, ...] = 1
    """Validate every so many epochs, or after the epochs named (counted from 1)."""

    @property
    def validation_every(self) -> int:
        """For the compiled run; 1 where the host validates."""
        return self.validation_freq if isinstance(self.validation_freq, int) else 1


class Pace:
    """How many steps fill so many seconds, learned from the steps done so far."""

    def __init__(self, seconds: float = TARGET_SECONDS) -> None:
        self._seconds = seconds
        self._steps = 8
        self._is_warm = False

    def next(self) -> int:
        return self._steps

    def record(self, steps: int, seconds: float) -> None:
        if not self._is_warm:  # The first call may have compiled.
            self._is_warm = True
            return
        wanted = steps * self._seconds / max(seconds, 1e-6)
        self._steps = int(np.clip(wanted, 1, 16 * max(steps, 1)))


class Run(EpochEnd):
    """One network on its way, data in memory.

    `advance` trains a stretch and returns the epochs that it finished. `params`, `frozen` and `layers` are the
    network's arrays; `data` is (inputs, targets, weights), `validation` likewise. A run that is observed gives the
    figures of training alone, and leaves the rest of an epoch's end to whoever drives it.
    """

    def __init__(
        self,
        task: Task,
        params: Params,
        frozen: Params,
        layers: State,
        data: Batch,
        settings: Settings,
        *,
        rule: StoppingRule | None = None,
        validation: Batch | None = None,
        optimizer_state: Any = None,
        is_observed: bool = False,
    ) -> None:
        self.settings = settings
        self.is_observed = is_observed or not isinstance(settings.validation_freq, int)
        self.task: Task = numbers_as_arrays(task)
        self.rule = None if rule is None else numbers_as_arrays(rule)
        self.frozen = frozen
        self.data = on_device(data)
        self.rows = self.data[0][0].shape[0]
        size = settings.batch_size
        self._keep = None if settings.steps_per_epoch is None else min(settings.steps_per_epoch * size, self.rows)
        self.steps = -(-(self._keep or self.rows) // size)
        self._validation = self._with_order(validation)
        self._plan = Plan(size, settings.validation_batch_size)
        self._packed: tuple[Task, Packing | None] | None = None
        self._pace = Pace()
        self.epoch, self.step = settings.initial_epoch, 0
        options: Any = {"seed": settings.seed, "epoch": settings.initial_epoch, "optimizer": optimizer_state}
        self.state = (
            start_state(self.task, params, layers, self.rule, **options)
            if (packing := self._packing()) is None
            else packing.start(params, layers, self.rule, **options)
        )
        self.status = RUNNING
        self._safe = (self.state, self.done_steps)
        self._orders: tuple[int, int, Any] | None = None

    def _with_order(self, validation: Batch | None) -> tuple[Batch, Any] | None:
        if validation is None:
            return None
        data = on_device(validation)
        return data, jax.device_put(np.arange(data[0][0].shape[0], dtype=np.int32))

    @property
    def validates(self) -> bool:
        return self._validation is not None

    def ready(self) -> bool:
        """Whether there are data for another step."""
        return True

    def validation_batches(self) -> Iterator[Batch]:
        data, _ = self._validation  # type: ignore[misc]
        return batch_slices(data, self.settings.validation_batch_size)

    def validation_figures(self) -> tuple[Any, ...]:
        data, order = self._validation  # type: ignore[misc]
        size = self.settings.validation_batch_size
        return jax.device_get(evaluate_program(self.task, *self.weights_now(), data, order, size))

    @property
    def done_steps(self) -> int:
        """Steps since epoch 0."""
        return self.epoch * self.steps + self.step

    @property
    def is_done(self) -> bool:
        return self.epoch >= self.settings.epochs or self.status != RUNNING

    def advance(self, max_steps: int | None = None, *, within_epoch: bool = False) -> list[EpochLogs]:
        """Train about a tenth of a second, or `max_steps`; `within_epoch` stops at the end of the epoch."""
        capacity = epochs_at_once(self.rows)
        first, before = self.epoch, self.done_steps
        last_epoch = self.epoch + 1 if within_epoch else min(self.settings.epochs, self.epoch + capacity)
        until = min(before + (max_steps or self._pace.next()), last_epoch * self.steps)
        started = time.perf_counter()
        state, logs = self._dispatch(self.state, first, until)
        status, epoch, step = (int(n) for n in jax.device_get((state.status, state.epoch, state.step)))
        if max_steps is None:
            self._pace.record(until - before, time.perf_counter() - started)
        if status != NOT_FINITE and until > before:
            self._safe = (self.state, before)
        self.state, self.status, self.epoch, self.step = state, status, epoch, step
        if epoch == first:
            return []
        logs = jax.device_get(logs)
        return [EpochLogs(first + e, _row(logs, e)) for e in range(epoch - first)]

    def _dispatch(self, state: RunState, first: int, until: int) -> tuple[RunState, Any]:
        return run_packed(
            self._packing(),
            self._plan,
            self.task,
            None if self.is_observed else self.rule,
            self.frozen,
            state,
            self.data,
            self._orders_from(first, until),
            None if self.is_observed else self._validation,
            np.int32(self.settings.validation_every),
            np.int32(until),
        )

    def _packing(self) -> Packing | None:
        """How the task is packed for our machine code; a callback may have changed its numbers."""
        if self._packed is None or self._packed[0] is not self.task:
            self._packed = self.task, packing_of(self.task, self.data, self.settings.batch_size)
        return self._packed[1]

    def _orders_from(self, first: int, until: int) -> Any:
        count = -(-until // self.steps) - first
        if self._orders is not None and self._orders[0] == first and self._orders[1] >= count:
            return self._orders[2]
        capacity = epochs_at_once(self.rows)
        drawn = epoch_orders(
            self.settings.seed,
            None,
            first,
            count,
            capacity,
            self.rows,
            keep=self._keep,
            shuffles=self.settings.shuffles,
        )
        orders = jax.device_put(drawn)
        self._orders = (first, count, orders)
        return orders

    def weights(self) -> tuple[Params, State]:
        """The weights that the run leaves if it ends here."""
        return restored(self.rule, self.state.stopping, self.state.params, self.state.layers)

    def last_good(self) -> RunState:
        """After a non-finite loss: the state whose loss was the last finite one, reached again from before."""
        state, start = self._safe
        good = max(self.done_steps - 2 if self.step else self.done_steps - 1, start)
        while start < good:
            epoch = int(state.epoch)
            start = min(good, (epoch + epochs_at_once(self.rows)) * self.steps)
            state, _ = self._dispatch(state, epoch, start)
        return state

    def failed_batch(self) -> Batch:
        """The batch at which the loss ceased to be finite."""
        bad = max(self.done_steps - 1, 0)
        epoch, step = divmod(bad, self.steps)
        order = np.asarray(self._orders_from(epoch, (epoch + 1) * self.steps))[0]
        size = self.settings.batch_size
        return jax.tree.map(lambda a: a[order[step * size : (step + 1) * size]], self.data)


def on_device(data: Any) -> Any:
    """The arrays in JAX's own, in the precision that JAX is set to; nothing is compiled for it."""

    def put(a: Any) -> Any:
        if isinstance(a, jax.Array):
            return a
        a = np.asarray(a)
        return jax.device_put(a.astype(jax.dtypes.canonicalize_dtype(a.dtype), copy=False))

    return jax.tree.map(put, data)


def _row(logs: tuple[Any, ...], epoch: int) -> tuple[Any, ...]:
    return jax.tree.map(lambda figure: figure[epoch], logs)
