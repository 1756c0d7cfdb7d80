"""Data that do not fit in memory, or that come in batches: the same steps, chunk after chunk, the next one loading."""

from __future__ import annotations

import functools
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from nyuron.core import DataError, Params, State
from nyuron.train._advance import add_evaluation
from nyuron.train._ending import EpochEnd, batch_slices
from nyuron.train._orders import portion_order
from nyuron.train._packed import PackedRun, packing_of
from nyuron.train._run import EpochLogs, Settings
from nyuron.train._state import CONVERGED, NOT_FINITE, RUNNING, RunState, start_state
from nyuron.train._step import train_step
from nyuron.train._stopping import StoppingRule, restored
from nyuron.train._task import Batch, Task, numbers_as_arrays, results, zero_sums

Chunk = tuple[Batch, int]
"""Rows of whole batches, and the size of a batch."""


def array_chunks(
    data: Batch, batch_size: int, chunk_rows: int, seed: int, shuffles: bool, steps: int | None = None
) -> Callable[[int], Iterator[Chunk]]:
    """Chunks of arrays on the host, in the order in which a run in memory would use the rows.

    An epoch is `steps` batches, or all rows.
    """
    all_rows = len(data[0][0])
    rows = all_rows if steps is None else min(steps * batch_size, all_rows)
    per_chunk = max(chunk_rows // batch_size, 1) * batch_size

    def chunks_of(epoch: int) -> Iterator[Chunk]:
        order = portion_order(seed, 0, epoch, all_rows, rows, shuffles=shuffles)
        for start in range(0, rows - rows % batch_size, per_chunk):
            part = order[start : min(start + per_chunk, rows - rows % batch_size)]
            yield jax.tree.map(lambda a: np.asarray(a)[part], data), batch_size  # noqa: B023
        if rows % batch_size:
            rest = order[rows - rows % batch_size :]
            yield jax.tree.map(lambda a: np.asarray(a)[rest], data), len(rest)

    return chunks_of


def gathered(batches: Iterable[Batch], most: int = 64) -> Iterator[Chunk]:
    """Consecutive batches of one size, put together into chunks of at most `most`."""
    held: list[Batch] = []
    for batch in batches:
        size = len(batch[0][0])
        if held and len(held[0][0][0]) != size:
            yield _joined(held)
            held = []
        held.append(batch)
        if len(held) == most:
            yield _joined(held)
            held = []
    if held:
        yield _joined(held)


def _joined(batches: list[Batch]) -> Chunk:
    return jax.tree.map(lambda *parts: np.concatenate([np.asarray(p) for p in parts]), *batches), len(batches[0][0][0])


class StreamRun(EpochEnd):
    """As `Run`, over data that come in chunks; `chunks_of(epoch)` gives those of one pass through the data.

    An epoch is a pass, or `steps_per_epoch` steps; then the passes follow one another.
    """

    def __init__(
        self,
        task: Task,
        params: Params,
        frozen: Params,
        layers: State,
        chunks_of: Callable[[int], Iterator[Chunk]],
        settings: Settings,
        *,
        rule: StoppingRule | None = None,
        validation: Callable[[], Iterator[Chunk]] | None = None,
        optimizer_state: Any = None,
        is_observed: bool = False,
        passes_are_epochs: bool = False,
    ) -> None:
        self.settings, self.frozen = settings, frozen
        self.is_observed = is_observed
        self.task: Task = numbers_as_arrays(task)
        self.rule = None if rule is None else numbers_as_arrays(rule)
        self._passes_are_epochs = passes_are_epochs or settings.steps_per_epoch is None
        self._chunks_of, self._validation = chunks_of, validation
        self.state = start_state(
            self.task, params, layers, self.rule, settings.seed, epoch=settings.initial_epoch, optimizer=optimizer_state
        )
        self.epoch, self.step, self.status = settings.initial_epoch, 0, RUNNING
        self.steps: int | None = settings.steps_per_epoch
        self._source: Iterator[Chunk] | None = None
        self._next: Chunk | None = None
        self._before = self.state
        self._last: Batch | None = None

    @property
    def is_done(self) -> bool:
        return self.epoch >= self.settings.epochs or self.status != RUNNING or self.ran_out is not None

    @property
    def validates(self) -> bool:
        return self._validation is not None

    def validation_batches(self) -> Iterator[Batch]:
        for data, size in self._validation():  # type: ignore[misc]
            yield from batch_slices(data, size)

    def validation_figures(self) -> tuple[Any, ...]:
        return jax.device_get(evaluate_chunks(self.task, *self.weights_now(), self._validation()))  # type: ignore[misc]

    def ready(self) -> bool:
        """Whether there are data for another step; if not, the run is done."""
        if self._next is None:
            self._next = self._pull()
        if self._next is None:
            self.ran_out = self.epoch, self.step
        return self._next is not None

    def _pull(self) -> Chunk | None:
        """The next chunk, of a new pass where one has ended; None if that has nothing either."""
        if self._source is not None:
            chunk = next(self._source, None)
            if chunk is not None:
                return chunk
        if self._source is not None:
            self._source = self._chunks_of(self.epoch)
            return next(self._source, None)
        if self._passes_are_epochs:
            return self._after(self.step)
        # A run that goes on where another was broken off: its passes followed one another.
        passed = (self.epoch - self.settings.initial_epoch) * (self.settings.steps_per_epoch or 0) + self.step
        return self._after(passed)

    def _after(self, steps: int) -> Chunk | None:
        """The first chunk after so many steps, where a broken run goes on."""
        last: Batch | None = None
        while True:
            self._source = self._chunks_of(self.epoch)
            is_empty = True
            for data, size in self._source:
                is_empty, count = False, len(data[0][0]) // size
                if steps < count:
                    if steps:
                        last = jax.tree.map(lambda a: a[(steps - 1) * size : steps * size], data)  # noqa: B023
                    self._check_repeated(last)
                    return jax.tree.map(lambda a: a[steps * size :], data), size  # noqa: B023
                steps -= count
                last = jax.tree.map(lambda a: a[-size:], data)  # noqa: B023
            if is_empty or self._passes_are_epochs:
                self._check_repeated(last)
                return None

    def _check_repeated(self, last: Batch | None) -> None:
        if last is not None and self.expected_batch is not None and _checksum(last) != self.expected_batch:
            raise DataError(
                "the source does not give the batches that it gave to the broken run",
                who="fit",
                expected=f"the same batches up to epoch {self.epoch + 1}, step {self.step}",
                got="other data at that step",
                fix="a source whose order depends on a seed alone, or a backup after each epoch (save_freq='epoch')",
            )

    @property
    def last_batch(self) -> int | None:
        return None if self._last is None else _checksum(self._last)

    def advance(self, max_steps: int | None = None, *, within_epoch: bool = False) -> list[EpochLogs]:
        """Train one chunk; with `max_steps`, that many steps of it."""
        del within_epoch
        if not self.ready():
            return []
        data, size = self._next  # type: ignore[misc]
        here = len(data[0][0]) // size
        limit = self.settings.steps_per_epoch
        count = min(here, here if max_steps is None else max_steps, here if limit is None else limit - self.step)
        rest = jax.tree.map(lambda a: a[count * size :], data)
        self._next = (rest, size) if count < here else None
        self._train(jax.tree.map(lambda a: a[: count * size], data), size, count)
        if self.status == NOT_FINITE:
            return []
        if self.status == CONVERGED:
            return [self._end_epoch()]
        if limit is not None:
            return [self._end_epoch()] if self.step >= limit or not self.ready() else []
        if self._next is None:
            self._next = next(self._source, None)  # type: ignore[arg-type]
        return [self._end_epoch()] if self._next is None else []

    def _train(self, data: Batch, size: int, count: int) -> None:
        before, self._last = self.state, jax.tree.map(lambda a: a[-size:], data)
        batches = jax.tree.map(lambda a: jnp.asarray(a).reshape(count, size, *a.shape[1:]), data)
        self.state = _train_batches(self.task, self.frozen, self.state, batches)
        self.status = int(self.state.status)
        done = int(self.state.step) - self.step
        if self.status == NOT_FINITE:
            self._last = jax.tree.map(lambda a: a[(done - 1) * size : done * size], data)
            self._before = before if done < 2 else self._again(before, batches, done - 2)
        else:
            self._before = before
        self.step += done
        self._done = self.step

    def _again(self, before: RunState, batches: Any, count: int) -> RunState:
        if count < 1:
            return before
        return _train_batches(self.task, self.frozen, before, jax.tree.map(lambda a: a[:count], batches))

    def _end_epoch(self) -> EpochLogs:
        done, values = self.break_epoch()
        self.steps = self.settings.steps_per_epoch or self._done
        if self.settings.steps_per_epoch is None:
            self._source = None
        if self.is_observed:
            return EpochLogs(done, values)
        is_validated = self.is_validated(done)
        checked = jax.tree.map(lambda a: np.full_like(a, np.nan), values) if self.validates else ()
        if is_validated:
            checked = self.validation_figures()
        self.conclude(done, (*values, *checked), is_validated)
        return EpochLogs(done, (*values, *checked))

    def weights(self) -> tuple[Params, State]:
        """The weights that the run leaves if it ends here."""
        return restored(self.rule, self.state.stopping, self.state.params, self.state.layers)

    def last_good(self) -> RunState:
        """After a non-finite loss: the state whose loss was the last finite one."""
        return self._before

    def failed_batch(self) -> Batch:
        """The batch at which the loss ceased to be finite."""
        return jax.tree.map(jnp.asarray, self._last)


def _checksum(batch: Batch) -> int:
    found = 0
    for leaf in jax.tree.leaves(batch):
        found = zlib.crc32(np.ascontiguousarray(leaf).tobytes(), found)
    return found


def _train_batches(task: Task, frozen: Params, run: RunState, batches: Any) -> RunState:
    first = jax.tree.map(lambda a: a[0], batches)
    packing = packing_of(task, first, len(first[0][0]))
    if packing is None:
        return _train_chunk(0, task, frozen, run, batches)
    return packing.unpack(_train_chunk(packing.most, packing.task, (), packing.pack(run), batches), run.layers)


@functools.partial(jax.jit, static_argnums=0)
def _train_chunk(most: int, task: Task, frozen: Params, run: RunState, batches: Any) -> RunState:
    count, size = jax.tree.leaves(batches)[0].shape[:2]
    first = run.step
    if most:
        data = jax.tree.map(lambda a: a.reshape(count * size, *a.shape[2:]), batches)
        order = jnp.arange(count * size, dtype=jnp.int32)
        return PackedRun(task, data, most).train(run, order, first + count, first)

    def goes_on(r: RunState) -> Any:
        return (r.step - first < count) & (r.status == RUNNING)

    def body(r: RunState) -> RunState:
        batch = jax.tree.map(lambda a: jax.lax.dynamic_index_in_dim(a, r.step - first, keepdims=False), batches)
        return train_step(task, frozen, r, batch, r.step)

    return jax.lax.while_loop(goes_on, body, run)


def evaluate_chunks(
    task: Task, params: Params, frozen: Params, layers: State, chunks: Iterable[Chunk]
) -> tuple[Any, ...]:
    """The figures over chunks, at inference."""
    sums = zero_sums(task)
    for data, size in chunks:
        data = jax.tree.map(jnp.asarray, data)
        packing = packing_of(task, data, size)
        if packing is None:
            sums = _evaluate_chunk(size, False, task, params, frozen, layers, sums, data)
        else:
            sums = _evaluate_chunk(size, True, packing.task, packing.weights(params), (), (), sums, data)
    return results(task, sums)


@functools.partial(jax.jit, static_argnums=(0, 1))
def _evaluate_chunk(
    size: int, is_packed: bool, task: Task, params: Params, frozen: Params, layers: Any, sums: Any, data: Batch
) -> Any:
    order = jnp.arange(data[0][0].shape[0], dtype=jnp.int32)
    return add_evaluation(task, params, frozen, layers, sums, data, order, size, is_packed)
