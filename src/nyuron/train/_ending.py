"""How the host ends an epoch: it validates batch by batch, and asks the stopping rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import jax
import jax.numpy as jnp

from nyuron.core import Params, State
from nyuron.train._state import RUNNING, STOPPED, RunState
from nyuron.train._step import evaluate_step
from nyuron.train._stopping import StoppingRule
from nyuron.train._task import Batch, Task, results, zero_sums

Weights = tuple[Params, Params, State]
"""Trainable and frozen parameters, and the layers' state."""


class EpochEnd:
    """What `Run` and `StreamRun` share once an epoch's last step is done.

    A run that is `is_observed` leaves validation and stopping to `evaluate_watched` and `conclude`, since its observers
    may change weights in between; else it does both itself.
    """

    settings: Any
    task: Task
    frozen: Params
    rule: StoppingRule | None
    state: RunState
    status: int
    epoch: int
    step: int
    is_observed: bool
    expected_batch: int | None = None
    """The checksum of the batch before the first, in a run that goes on where another was broken off."""

    ran_out: tuple[int, int] | None = None
    """The epoch and step for which the source had nothing left."""

    @property
    def last_batch(self) -> int | None:
        """A checksum of the batch of the last step, where batches come from a source."""
        return None

    def is_validated(self, epoch: int) -> bool:
        """Whether the validation data are looked at after this epoch."""
        every = self.settings.validation_freq
        if not self.validates:
            return False
        return (epoch + 1) % every == 0 if isinstance(every, int) else epoch + 1 in every

    @property
    def validates(self) -> bool:
        """Whether there are validation data."""
        raise NotImplementedError

    def validation_batches(self) -> Iterator[Batch]:
        """The validation data, batch by batch."""
        raise NotImplementedError

    def validation_figures(self) -> tuple[Any, ...]:
        """The figures of the validation data, at this moment."""
        raise NotImplementedError

    def weights_now(self) -> Weights:
        """What the network computes with at this moment."""
        return self.state.params, self.frozen, self.state.layers

    def current_figures(self) -> tuple[Any, ...]:
        """The figures of the epoch under way, so far."""
        return jax.device_get(_results(self.task, self.state.sums))

    def conclude(self, epoch: int, values: tuple[Any, ...], is_validated: bool) -> None:
        """Ask the stopping rule about a finished epoch's figures."""
        rule, stopping = self.rule, self.state.stopping
        if rule is None or stopping is None or self.status != RUNNING:
            return
        trained = len(values) // 2 if is_validated else len(values)
        is_logged = rule.monitor < trained or is_validated
        value = values[rule.monitor] if is_logged else jnp.nan
        stopping, stops = _ask(
            rule,
            stopping,
            jnp.asarray(value, jnp.float32),
            jnp.asarray(is_logged),
            jnp.asarray(epoch, jnp.int32),
            self.state.params,
            self.state.layers,
        )
        self.state = self.state._replace(stopping=stopping)
        if bool(stops):
            self.status = STOPPED
            self.state = self.state._replace(status=jnp.asarray(STOPPED, jnp.int32))

    def break_epoch(self) -> tuple[int, tuple[Any, ...]]:
        """End the epoch under way before its last step; gives its number and its figures so far."""
        ended, values = self.epoch, self.current_figures()
        self.epoch, self.step = self.epoch + 1, 0
        self.state = self.state._replace(
            epoch=jnp.asarray(self.epoch, jnp.int32),
            step=jnp.zeros_like(self.state.step),
            sums=zero_sums(self.task),
        )
        return ended, values


def evaluate_watched(
    task: Task,
    weights: Callable[[], Weights],
    batches: Iterable[Batch],
    before: Callable[[int], None],
    after: Callable[[int, tuple[Any, ...]], bool],
) -> tuple[Any, ...]:
    """The figures over batches, with a word after each.

    `before(i)` is called before batch i; `after(i, figures so far)` after it, and ends the evaluation by True. The
    weights are asked for anew each time.
    """
    sums = zero_sums(task)
    figures = None
    for i, batch in enumerate(batches):
        before(i)
        params, frozen, layers = weights()
        sums, figures = _add_batch(task, params, frozen, layers, sums, jax.tree.map(jnp.asarray, batch))
        figures = jax.device_get(figures)
        if after(i, figures):
            break
    return jax.device_get(_results(task, sums)) if figures is None else figures


def batch_slices(data: Batch, size: int) -> Iterator[Batch]:
    """The rows of arrays in order, `size` at a time."""
    for start in range(0, len(data[0][0]), size):
        yield jax.tree.map(lambda a: a[start : start + size], data)  # noqa: B023


@jax.jit
def _add_batch(task: Task, params: Params, frozen: Params, layers: Any, sums: Any, batch: Batch) -> tuple[Any, Any]:
    sums = evaluate_step(task, params, frozen, layers, sums, batch)
    return sums, results(task, sums)


@jax.jit
def _ask(rule: StoppingRule, *arguments: Any) -> tuple[Any, Any]:
    return rule.update(*arguments)


_results = jax.jit(results)
