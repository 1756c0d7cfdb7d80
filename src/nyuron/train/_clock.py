"""How long a thread computes, without what it traces and compiles."""

from __future__ import annotations

import threading
import time
from typing import Any

import jax

_COMPILED = "/jax/core/compile/"
_of_thread = threading.local()


def _on_event(event: str, duration_secs: float, **kwargs: Any) -> None:
    if event.startswith(_COMPILED):
        _of_thread.compiled = time.perf_counter()


# JAX reports in the thread that compiles, when it has.
jax.monitoring.register_event_duration_secs_listener(_on_event)


def seconds_since(began: float) -> float:
    """Seconds from `began`, or from when this thread last compiled something after it, until now."""
    return time.perf_counter() - max(began, getattr(_of_thread, "compiled", began))
