"""Where a network begins."""

from __future__ import annotations

from typing import Any

from nyuron.core import Array, Params, Shape, State, module, static
from nyuron.layers._call import Call
from nyuron.layers._layer import Layer
from nyuron.layers._symbolic import Node, SymbolicTensor


@module
class InputLayer(Layer):
    """The layer behind an `Input`: it hands its input on.

    Shapes: x -> x.
    Source: keras.layers.InputLayer.
    """

    batch_shape: Any = static(None)

    takes_integers = True

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        return x, state


def Input(  # noqa: N802
    shape: Any = None, batch_size: int | None = None, dtype: str | None = None, name: str | None = None, batch_shape: Any = None
) -> SymbolicTensor:
    """A symbolic tensor with which a functional model begins. `shape` is without the batch.

    Source: keras.Input.
    Example:
        >>> Input((28, 28)).shape
        (None, 28, 28)
    """
    shape = (shape,) if isinstance(shape, int) else shape
    full: Shape = tuple(batch_shape) if batch_shape is not None else (batch_size, *(shape or ()))
    layer = InputLayer(batch_shape=full, dtype=dtype or "float32", name=name)
    layer.slot.params, layer.slot.state, layer.slot.order, layer.slot.shapes = {}, {}, ((), ()), ()
    return SymbolicTensor(full, dtype or "float32", Node(layer, ()))
