"""Threads, one a device, that train what waits."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Any

import jax

from nyuron.train._group import Ground, Group
from nyuron.train._run import Pace

STRETCH_SECONDS = 0.5
"""How long a member trains between two looks at it. Ctrl-C waits at most so long."""


class Crew:
    """One thread for each device; each takes the next piece of work that waits. Leaving the block ends the work.

    What is handed in is called as `work(device)`, with JAX's default device set to it.
    """

    def __init__(self, devices: Sequence[Any] | None = None) -> None:
        self.devices = list(devices or jax.devices())
        self._free: queue.SimpleQueue[Any] = queue.SimpleQueue()
        for device in self.devices:
            self._free.put(device)
        self._own = threading.local()
        self._paces: dict[Any, Pace] = {}
        self._is_cancelled = threading.Event()
        self._pool = ThreadPoolExecutor(len(self.devices), "nyuron-member", initializer=self._take_device)

    def _take_device(self) -> None:
        self._own.device = self._free.get()

    def __enter__(self) -> Crew:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cancel()

    def submit(self, work: Callable[[Any], Any]) -> Future[Any]:
        """Have the work done by the next device that is free."""

        def on_device() -> Any:
            with jax.default_device(self._own.device):
                return work(self._own.device)

        return self._pool.submit(on_device)

    def cancel(self) -> None:
        """No member begins another stretch, and no work another turn; returns when the threads have ended."""
        self._is_cancelled.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    @property
    def is_cancelled(self) -> bool:
        return self._is_cancelled.is_set()

    def train(
        self,
        group: Group,
        ground: Ground,
        until: int | None = None,
        watch: Callable[[Group], None] | None = None,
    ) -> Future[list[Group]]:
        """Train a group; the result is the group, or the smaller groups that it became where memory ran out.

        `watch(group)` is called after each stretch of epochs, in the device's thread; it may stop members.
        """

        def goes_on(group: Group) -> bool:
            if watch is not None:
                watch(group)
            return not self.is_cancelled

        def work(device: Any) -> list[Group]:
            shared = ground.on(device)
            return _within_memory(group, lambda part: part.advance(shared, until, goes_on, self._pace(part)))

        return self.submit(work)

    def _pace(self, group: Group) -> Pace:
        """Members of one structure keep one pace."""
        return self._paces.setdefault(group.signature, Pace(STRETCH_SECONDS))


def _within_memory(group: Group, train: Callable[[Group], None]) -> list[Group]:
    """Train the group; where memory runs out, each half of it by itself, from where it was."""
    try:
        train(group)
        return [group]
    except Exception as error:
        if not is_out_of_memory(error) or not group.has_lanes:
            raise
    return [done for half in group.halves() for done in _within_memory(half, train)]


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an exception says that the device, or the machine, has no memory left."""
    return isinstance(error, MemoryError) or (
        isinstance(error, jax.errors.JaxRuntimeError) and "RESOURCE_EXHAUSTED" in str(error)
    )
