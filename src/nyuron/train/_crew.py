"""Threads, one a device, that train what waits."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import jax

from nyuron.train._group import Ground, Group
from nyuron.train._run import Pace

STRETCH_SECONDS = 0.5
"""How long a member trains between two looks at it. Ctrl-C waits at most so long."""


BACKLOG = 4
"""So many pieces of work must wait for another device before this one loads that program too."""


@dataclass(frozen=True)
class _Work:
    future: Future[Any]
    function: Callable[[Any], Any]
    program: Any
    """What it runs; None where that is no matter."""


class Crew:
    """One thread for each device; each takes the next piece of work that waits. Leaving the block ends the work.

    What is handed in is called as `work(device)`, with JAX's default device set to it. A device compiles, or loads, each
    program for itself, which may take longer than the work: so it first takes what runs a program that it has, then what
    nobody has, and another's only when much of that waits. Of what nobody has it prefers its turn's: JAX's cache keeps a
    program for the device that it was compiled for, and an equal search finds it there.
    """

    def __init__(self, devices: Sequence[Any] | None = None) -> None:
        self.devices = list(devices or jax.devices())
        self._changed = threading.Condition()
        self._pending: list[_Work] = []
        self._known: dict[Any, set[Any]] = {device: set() for device in self.devices}
        self._turns: dict[Any, int] = {}
        self._paces: dict[Any, Pace] = {}
        self._is_cancelled = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, args=(device,), name=f"nyuron-member-{i}", daemon=True)
            for i, device in enumerate(self.devices)
        ]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> Crew:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cancel()

    def submit(self, work: Callable[[Any], Any], program: Any = None) -> Future[Any]:
        """Have the work done by the next device that is free; `program` names what it runs."""
        future: Future[Any] = Future()
        with self._changed:
            self._pending.append(_Work(future, work, program))
            if program is not None:
                self._turns.setdefault(program, len(self._turns) % len(self.devices))
            self._changed.notify_all()
        return future

    def cancel(self) -> None:
        """No member begins another stretch, and no work another turn; returns when the threads have ended."""
        with self._changed:
            self._is_cancelled.set()
            for work in self._pending:
                work.future.cancel()
            self._pending.clear()
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _work(self, device: Any) -> None:
        with jax.default_device(device):
            while (work := self._next(device)) is not None:
                try:
                    work.future.set_result(work.function(device))
                except BaseException as error:
                    work.future.set_exception(error)

    def _next(self, device: Any) -> _Work | None:
        """Wait for the next piece of work for a device; None when there will be none."""
        with self._changed:
            while not self.is_cancelled:
                work = self._choice(self._known[device], self.devices.index(device))
                if work is not None:
                    self._pending.remove(work)
                    self._known[device].add(work.program)
                    if work.future.set_running_or_notify_cancel():
                        return work
                else:
                    self._changed.wait()
            return None

    def _choice(self, known: set[Any], turn: int) -> _Work | None:
        others = set().union(*self._known.values()) - known
        waiting = {program: sum(w.program == program for w in self._pending) for program in others}
        backlog = sum(waiting.values())
        for is_fitting in (
            lambda program: program is None or program in known,
            lambda program: program not in others and self._turns[program] == turn,
            lambda program: program not in others,
            lambda program: backlog >= BACKLOG,
        ):
            found = next((w for w in self._pending if is_fitting(w.program)), None)
            if found is not None:
                return found
        return None

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

        return self.submit(work, group.signature)

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
