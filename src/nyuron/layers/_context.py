"""What a layer knows when it is called inside another's `call`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from nyuron.core import fold
from nyuron.layers._call import Call


@dataclass
class Context:
    """What a layer that is called inside another's `call` needs to know."""

    call: Call
    inner: dict[int, Any] = field(default_factory=dict)
    """Descriptions of the inner layers, as the run was given them, by the identity of the instance."""
    penalty: Any = 0.0
    calls: int = 0

    def next_call(self, trainable: bool) -> Call:
        """The inner layer's own key, with the outer layer's training flag."""
        self.calls += 1
        key = None if self.call.key is None else fold(self.call.key, self.calls)
        return Call(key, self.call.training, self.call.trainable and trainable, self.call.masks)


current: ContextVar[Context | None] = ContextVar("nyuron_call", default=None)


@contextmanager
def within(context: Context) -> Iterator[Context]:
    token = current.set(context)
    try:
        yield context
    finally:
        current.reset(token)
