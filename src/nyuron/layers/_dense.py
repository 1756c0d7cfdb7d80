"""The fully connected layer."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from nyuron.core import Array, Key, Params, Shape, State, module, static
from nyuron.initializers import split_on_host
from nyuron.layers._activation import shape_after
from nyuron.layers._axes import check_features
from nyuron.layers._call import Call
from nyuron.layers._layer import Layer
from nyuron.layers._resolve import resolve


@module
class Dense(Layer):
    """Affine map of the last axis, then an activation: ``y = φ(x W + b)``.

    Shapes: x (batch, …, features) -> (batch, …, units); W (features, units), b (units,).
    Raises: ShapeError if the number of features is unknown or is not the one that the layer was built for.
    Source: keras.layers.Dense.
    Example:
        >>> Dense(3)(jnp.ones((2, 4))).shape
        (2, 3)
    """

    units: int = static()
    activation: Any = static(None)
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
        params = {"kernel": self.kernel_initializer((shape[-1], self.units), key=kernel_key)}
        if self.use_bias:
            params["bias"] = self.bias_initializer((self.units,), key=bias_key)
        return params, {}

    def init_on_host(self, key: np.ndarray, *shapes: Shape) -> tuple[Params, State] | None:
        kernel_key, bias_key = split_on_host(key)
        params = {"kernel": self.kernel_initializer.on_host(kernel_key, (shapes[0][-1], self.units))}
        if self.use_bias:
            params["bias"] = self.bias_initializer.on_host(bias_key, (self.units,))
        return None if any(value is None for value in params.values()) else (params, {})

    def compute_output_shape(self, *shapes: Shape) -> Shape:
        return shape_after(self.activation, (*shapes[0][:-1], self.units))

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        y = jnp.matmul(as_rows(x), params["kernel"])
        if self.use_bias:
            y = y + params["bias"]
        return self.activation(y.reshape(*x.shape[:-1], self.units)), state


def as_rows(x: Array) -> Array:
    """All axes but the last as one: XLA's gradient of a product of two matrices is a third faster on a CPU."""
    return x if x.ndim <= 2 else x.reshape(-1, x.shape[-1])
