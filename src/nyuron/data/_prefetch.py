"""Loading the next items while this one is being worked on."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Any, Generic, TypeVar

from nyuron.core import ArgumentError

T = TypeVar("T")
_WAIT = 0.05


class _End:
    """The last entry of the queue: the source ended, or failed with an error."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


class _Prefetch(Generic[T]):
    """An iterator fed by a thread of its own."""

    def __init__(self, source: Iterator[T], depth: int) -> None:
        self._ready: queue.Queue[Any] = queue.Queue(depth)
        self._stop = threading.Event()
        # The thread must not hold `self`: an iterator that was dropped halfway could then never be collected.
        self._thread = threading.Thread(
            target=_feed, args=(source, self._ready, self._stop), name="nyuron-prefetch", daemon=True
        )
        self._thread.start()

    def __iter__(self) -> Iterator[T]:
        return self

    def __next__(self) -> T:
        if self._stop.is_set():
            raise StopIteration
        item = self._ready.get()
        if not isinstance(item, _End):
            return item
        self._stop.set()
        self._thread.join()
        if item.error is not None:
            raise item.error
        raise StopIteration

    def close(self) -> None:
        """Stop the thread and wait for the item that it is at."""
        self._stop.set()
        if self._thread is not threading.current_thread():
            self._thread.join()

    def __enter__(self) -> _Prefetch[T]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self) -> None:
        self._stop.set()


def prefetch(iterator: Iterable[T], depth: int = 2) -> _Prefetch[T]:
    """`iterator`'s items in the same order, with up to `depth` of them made ahead by a thread.

    An error in the thread is raised where the item would have come. Leaving a `with` block, `close()`, or dropping the
    result stops the thread, and closes the iterator in it if it is a generator.

    Raises: ArgumentError if depth < 1.
    Example:
        >>> with prefetch(range(3)) as numbers:
        ...     list(numbers)
        [0, 1, 2]
    """
    if depth < 1:
        raise ArgumentError(
            "nothing would be made ahead",
            who="prefetch()",
            expected="depth ≥ 1",
            got=f"depth={depth}",
            fix="depth=2, so that one is made while another is used",
        )
    return _Prefetch(iter(iterator), depth)


def _feed(source: Iterator[Any], ready: queue.Queue[Any], stop: threading.Event) -> None:
    end = _End(None)
    try:
        while not stop.is_set():
            try:
                item = next(source)
            except StopIteration:
                break
            if not _put(ready, item, stop):
                break
            del item
        if stop.is_set() and hasattr(source, "close"):
            source.close()  # type: ignore[attr-defined]
    except BaseException as error:  # handed over to the thread that waits for the item
        end = _End(error)
    _put(ready, end, stop)


def _put(ready: queue.Queue[Any], item: Any, stop: threading.Event) -> bool:
    while not stop.is_set():
        try:
            ready.put(item, timeout=_WAIT)
        except queue.Full:
            continue
        return True
    return False
