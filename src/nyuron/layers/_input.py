"""Where a network begins."""

from __future__ import annotations

from typing import Any

from nyuron.core import ArgumentError, Array, Params, State, module, static
from nyuron.layers._call import Call
from nyuron.layers._layer import Layer
from nyuron.layers._symbolic import Node, SymbolicTensor


@module
class InputLayer(Layer):
    """The layer behind an `Input`: ``y = x``. It holds the shape, batch first in `batch_shape`, and the dtype.

    Shapes: x (batch, …) -> same.
    Raises: ArgumentError without a shape, or with one and a batch_shape that is another.
    Source: keras.layers.InputLayer.
    Example:
        >>> InputLayer((28, 28)).batch_shape
        (None, 28, 28)
    """

    shape: Any = static(None)
    batch_size: int | None = static(None)
    batch_shape: Any = static(None)

    takes_integers = True
    keeps_shape = True

    def __post_init__(self) -> None:
        super().__post_init__()
        shape = (self.shape,) if isinstance(self.shape, int) else None if self.shape is None else tuple(self.shape)
        whole = None if self.batch_shape is None else tuple(self.batch_shape)
        if (shape is None) == (whole is None) and whole != (self.batch_size, *(shape or ())):
            raise ArgumentError(
                "an input needs one shape",
                who="Input",
                expected="shape, without the batch, or batch_shape",
                got=f"shape={self.shape}, batch_shape={self.batch_shape}",
                fix="Input(shape=(features,))",
            )
        whole = whole or (self.batch_size, *(shape or ()))
        for name, value in (("shape", whole[1:]), ("batch_size", whole[0]), ("batch_shape", whole)):
            object.__setattr__(self, name, value)
        object.__setattr__(self, "dtype", "float32" if self.dtype is None else str(self.dtype))

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        return x, state


def Input(
    shape: Any = None,
    batch_size: int | None = None,
    dtype: Any = None,
    batch_shape: Any = None,
    name: str | None = None,
) -> SymbolicTensor:
    """The symbolic tensor with which a functional model begins; `shape` is without the batch.

    Shapes: () -> (batch_size, *shape), batch_size None unless it is given.
    Raises: ArgumentError without a shape.
    Source: keras.Input.
    Example:
        >>> Input((28, 28)).shape
        (None, 28, 28)
    """
    layer = InputLayer(shape, batch_size, batch_shape, dtype=dtype, name=name)
    layer.slot.shapes = (layer.batch_shape,)
    layer.slot.fill({}, {})
    return SymbolicTensor(layer.batch_shape, layer.dtype, Node(layer, ()))
