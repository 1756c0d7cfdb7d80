"""What a layer knows when it is called inside another's `call`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from nyuron.core import Array, fold
from nyuron.layers._call import Call


@dataclass
class Context:
    """What a layer that is called inside another's `call` needs to know."""

    call: Call
    inner: dict[int, Any] = field(default_factory=dict)
    """Descriptions of the inner layers, as the run was given them, by the identity of the instance."""
    penalty: Any = 0.0
    calls: int = 0
    masks: dict[int, tuple[Any, Any]] = field(default_factory=dict)
    """Arrays that have a mask, by identity, with the mask: so a mask travels with its array."""

    def remember(self, value: Any, mask: Any) -> None:
        """From now on the array has this mask."""
        if mask is not None and not isinstance(value, tuple | list | dict):
            self.masks[id(value)] = (value, mask)

    def mask_of(self, value: Any) -> Any:
        """The mask of an array, or None."""
        return self.masks.get(id(value), (value, None))[1]

    def next_call(self, trainable: bool, inputs: tuple[Array, ...], training: bool | None, mask: Any) -> Call:
        """The inner layer's own key; the outer layer's training flag and the inputs' masks unless others are given."""
        self.calls += 1
        key = None if self.call.key is None else fold(self.call.key, self.calls)
        masks = mask if isinstance(mask, tuple | list) else (mask,) * len(inputs)
        if mask is None:
            masks = tuple(map(self.mask_of, inputs))
        training = self.call.training if training is None else bool(training)
        return Call(key, training, self.call.trainable and trainable, tuple(masks))


current: ContextVar[Context | None] = ContextVar("nyuron_call", default=None)


@contextmanager
def within(context: Context) -> Iterator[Context]:
    """Calls of layers in this block are part of the context's own call."""
    token = current.set(context)
    try:
        yield context
    finally:
        current.reset(token)
