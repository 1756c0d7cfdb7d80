"""Marking the time steps that do not count."""

from __future__ import annotations

import jax.numpy as jnp

from nyuron.core import Array, Params, Scalar, State, module
from nyuron.layers._call import Call
from nyuron.layers._layer import Layer


@module
class Masking(Layer):
    """Time steps whose features all equal `mask_value` are set to 0 and masked: later layers leave them out.

    Shapes: x (batch, …, time, features) -> same; its mask (batch, …, time), True where a step counts.
    Source: keras.layers.Masking.
    Example:
        >>> Masking(-1.0)(jnp.array([[[1.0, -1.0], [-1.0, -1.0]]])).tolist()
        [[[1.0, -1.0], [0.0, 0.0]]]
    """

    mask_value: Scalar = 0.0

    keeps_shape = True

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        return jnp.where(self.compute_mask((x,), call)[..., None], x, 0), state

    def compute_mask(self, inputs: tuple[Array, ...], call: Call) -> Array:
        return jnp.any(inputs[0] != jnp.asarray(self.mask_value, inputs[0].dtype), axis=-1)
