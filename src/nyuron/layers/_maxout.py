"""A layer that learns its own activation."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from nyuron import activations
from nyuron.core import Array, Key, Params, Shape, State, module, static
from nyuron.layers._axes import check_features
from nyuron.layers._call import Call
from nyuron.layers._layer import Layer
from nyuron.layers._resolve import resolve


@module
class Maxout(Layer):
    """The largest of `pieces` affine maps: ``y_j = max_k (x W_{jk} + b_{jk})``, a learned convex activation.

    Shapes: x (batch, …, features) -> (batch, …, units); W (features, units · pieces), b (units · pieces,), the pieces
        of a unit side by side.
    Raises: ShapeError if the number of features is unknown or is not the one that the layer was built for.
    Source: Goodfellow et al. 2013, Maxout networks, equation 1; Keras has no such layer.
    Example:
        >>> Maxout(3, pieces=4)(jnp.ones((2, 5))).shape
        (2, 3)
    """

    units: int = static()
    pieces: int = static(2)
    use_bias: bool = static(True)
    kernel_initializer: Any = "glorot_uniform"
    bias_initializer: Any = "zeros"
    kernel_regularizer: Any = None
    bias_regularizer: Any = None
    activity_regularizer: Any = None
    kernel_constraint: Any = None
    bias_constraint: Any = None

    def __post_init__(self) -> None:
        super().__post_init__()
        resolve(self)

    def check_shapes(self, *shapes: Shape) -> None:
        check_features(self, shapes[0])

    def init(self, key: Key, shape: Shape) -> tuple[Params, State]:
        kernel_key, bias_key = jax.random.split(key)
        params = {"kernel": self.kernel_initializer((shape[-1], self.units * self.pieces), key=kernel_key)}
        if self.use_bias:
            params["bias"] = self.bias_initializer((self.units * self.pieces,), key=bias_key)
        return params, {}

    def compute_output_shape(self, *shapes: Shape) -> Shape:
        return (*shapes[0][:-1], self.units)

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        y = jnp.matmul(x, params["kernel"])
        if self.use_bias:
            y = y + params["bias"]
        return activations.maxout(y, self.pieces), state
