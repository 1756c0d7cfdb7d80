"""An activation as a layer."""

from __future__ import annotations

from typing import Any

from nyuron.core import Array, Params, State, module, static
from nyuron.layers._call import Call
from nyuron.layers._layer import Layer
from nyuron.layers._resolve import resolve


@module
class Activation(Layer):
    """``y = φ(x)`` for an activation given by name or as a function.

    Shapes: x (batch, …) -> same.
    Raises: UnknownNameError for a name that is no activation.
    Source: keras.layers.Activation.
    Example:
        >>> Activation("relu")(jnp.array([[-1.0, 2.0]])).tolist()
        [[0.0, 2.0]]
    """

    activation: Any = static()

    def __post_init__(self) -> None:
        super().__post_init__()
        resolve(self)

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        return self.activation(x), state
