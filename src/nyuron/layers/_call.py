"""What a layer is told about one application."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import jax

from nyuron.core import Array, Key, Shape, State, StateError


@dataclass(frozen=True)
class Call:
    """One application: random key, training or inference, masks.

    `trainable` is False for a frozen layer (BatchNormalization then normalises as at inference). `masks` holds one
    entry per input, True where a time step counts, None where all do.
    """

    key: Key | None = None
    training: bool = False
    trainable: bool = True
    masks: tuple[Array | None, ...] = ()

    @property
    def mask(self) -> Array | None:
        """The mask of the first input."""
        return self.masks[0] if self.masks else None

    def need_key(self, who: str) -> Key:
        """The random key, or an error that says how to give one."""
        if self.key is None:
            raise StateError(
                "random numbers are needed and no key was given", who=who, fix="Call(key=jax.random.key(0))"
            )
        return self.key


class Forward(NamedTuple):
    """Everything that one application of a layer or graph gives."""

    output: Array | tuple[Array, ...]
    state: State
    mask: Array | tuple[Array | None, ...] | None
    penalty: Array | float
    """Activity regularisation and added losses, already divided by the batch size."""


INFERENCE = Call()


def sized(shape: Shape, batch: int = 2) -> tuple[int, ...]:
    """The shape with a stand-in for each unknown axis."""
    return tuple(batch if n is None else n for n in shape)


def spec(shape: Shape, dtype: str = "float32", batch: int = 2) -> jax.ShapeDtypeStruct:
    """An array of that shape, for `jax.eval_shape`."""
    return jax.ShapeDtypeStruct(sized(shape, batch), dtype)
