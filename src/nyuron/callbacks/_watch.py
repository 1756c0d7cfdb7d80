"""Callbacks for fits that other people's programs begin."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from nyuron.callbacks._callback import Callback

_makers: list[Callable[[], Callback]] = []


@contextmanager
def watching(make: Callable[[], Callback]) -> Iterator[None]:
    """Within the block every fit and every evaluation of this process gets a callback of its own, which `make` makes.

    Example:
        >>> with watching(Callback):
        ...     len(watchers())
        1
    """
    _makers.append(make)
    try:
        yield
    finally:
        _makers.remove(make)


def watchers() -> list[Callback]:
    """A new callback of each maker, for the fit or the evaluation that begins."""
    return [make() for make in _makers]
