"""An activation as a layer."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from nyuron import activations
from nyuron.core import Array, Params, Shape, State, module, static
from nyuron.layers._call import Call, sized
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

    def compute_output_shape(self, *shapes: Shape) -> Shape:
        return shape_after(self.activation, shapes[0])

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        return self.activation(x), state


def shape_after(activation: Any, shape: Shape) -> Shape:
    """The shape of ``φ(x)``: that of x, unless φ is one of the few functions that change it."""
    is_elementwise = getattr(activations, getattr(activation, "__name__", ""), None) is activation
    if is_elementwise and activation not in (activations.glu, activations.maxout):
        return shape
    a, b = (
        jax.eval_shape(activation, jax.ShapeDtypeStruct(sized(shape, batch), jnp.float32)).shape for batch in (4, 6)
    )
    return tuple(n if n == m else None for n, m in zip(a, b, strict=True))
