"""The maxout layer."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from nyuron.core import Array, Key, Params, Shape, State, module, static
from nyuron.layers._call import Call
from nyuron.layers._layer import Layer
from nyuron.layers._resolve import resolve


@module
class Maxout(Layer):
    """The largest of `pieces` affine maps: ``y = max_k (x W_k + b_k)``.

    Shapes: x (batch, …, features) -> (batch, …, units); W (features, units · pieces).
    Source: Goodfellow et al. 2013, equation 1. Keras has no such layer.
    """

    units: int = static()
    pieces: int = static(2)
    use_bias: bool = static(True)
    kernel_initializer: Any = "glorot_uniform"
    bias_initializer: Any = "zeros"
    kernel_regularizer: Any = None
    bias_regularizer: Any = None

    def __post_init__(self) -> None:
        super().__post_init__()
        resolve(self)

    def init(self, key: Key, shape: Shape) -> tuple[Params, State]:
        first, second = jax.random.split(key)
        params = {"kernel": self.kernel_initializer((shape[-1], self.units * self.pieces), key=first)}
        if self.use_bias:
            params["bias"] = self.bias_initializer((self.units * self.pieces,), key=second)
        return params, {}

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        y = jnp.matmul(x, params["kernel"])
        if self.use_bias:
            y = y + params["bias"]
        return jnp.max(y.reshape(*y.shape[:-1], self.units, self.pieces), axis=-1), state
