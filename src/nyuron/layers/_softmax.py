"""Probabilities as a layer."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from nyuron import activations
from nyuron.core import Array, Params, Shape, State, module, static
from nyuron.layers._axes import as_axes, check_axes
from nyuron.layers._call import Call
from nyuron.layers._layer import Layer


@module
class Softmax(Layer):
    """``yᵢ = e^{xᵢ} / Σⱼ e^{xⱼ}`` along `axis`; with a mask of the input's shape, masked places get exactly 0.

    Differs from Keras: a mask with fewer axes than the input marks time steps; it is handed on and changes nothing
    here.

    Shapes: x (batch, …) -> same; mask as x, or 1 where it is shared.
    Raises: ArgumentError if the input has no such axis.
    Source: keras.layers.Softmax.
    Example:
        >>> Softmax()(jnp.zeros((1, 4)), mask=jnp.array([[True, True, False, False]])).tolist()
        [[0.5, 0.5, 0.0, 0.0]]
    """

    axis: Any = static(-1)

    keeps_shape = True

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "axis", as_axes(self.axis))

    def check_shapes(self, *shapes: Shape) -> None:
        check_axes(self, shapes[0], self.axis)

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        if call.mask is None or call.mask.ndim != x.ndim:
            return activations.softmax(x, self.axis), state
        keep = call.mask if call.mask.dtype == jnp.bool_ else call.mask > 0.5
        low = jnp.asarray(-3e4 if x.dtype == jnp.float16 else -1e9, x.dtype)
        return jnp.where(keep, activations.softmax(jnp.where(keep, x, low), self.axis), 0), state
