"""Ctrl-C and requests to terminate: where they end a training, and where they must not."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def terminated_as_interrupted() -> Iterator[None]:
    """Within the block SIGTERM, by which cluster managers announce the end, does what Ctrl-C does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda number, frame: signal.raise_signal(signal.SIGINT))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Within the block Ctrl-C does nothing, so that what was learned is kept."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def exit_code(metrics: dict[str, Any]) -> int:
    """0 well; 1 when the loss left the finite numbers; 130 when the training was ended early."""
    stopped = metrics["stopped"] or ""
    return 130 if stopped.startswith("interrupted") else 1 if "not finite" in stopped else 0
