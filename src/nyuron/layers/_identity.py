"""The layer that changes nothing."""

from __future__ import annotations

from nyuron.core import Array, Params, State, module
from nyuron.layers._call import Call
from nyuron.layers._layer import Layer


@module
class Identity(Layer):
    """``y = x``.

    Shapes: x (batch, …) -> same.
    Source: keras.layers.Identity.
    Example:
        >>> Identity()(jnp.array([[1.0, 2.0]])).tolist()
        [[1.0, 2.0]]
    """

    takes_integers = True
    keeps_shape = True

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        return x, state
