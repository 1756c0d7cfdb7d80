"""Activations as layers."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from nyuron.core import Array, Key, Params, Scalar, Shape, State, module, static
from nyuron.layers._call import Call
from nyuron.layers._layer import Layer
from nyuron.layers._resolve import resolve


@module
class Activation(Layer):
    """``φ(x)`` for an activation by name or a function.

    Shapes: x -> same.
    Source: keras.layers.Activation.
    """

    activation: Any = static("linear")

    def __post_init__(self) -> None:
        super().__post_init__()
        resolve(self)

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        return self.activation(x), state


@module
class ReLU(Layer):
    """``max(x, 0)``; beyond that a cap, a slope below the threshold, and the threshold itself.

    Shapes: x -> same.
    Source: keras.layers.ReLU.
    """

    max_value: Scalar | None = None
    negative_slope: Scalar = 0.0
    threshold: Scalar = 0.0

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        top = x if self.max_value is None else jnp.minimum(x, jnp.asarray(self.max_value, x.dtype))
        low = jnp.asarray(self.negative_slope, x.dtype) * (x - jnp.asarray(self.threshold, x.dtype))
        return jnp.where(x >= jnp.asarray(self.threshold, x.dtype), top, low), state


@module
class LeakyReLU(Layer):
    """``x`` where positive, ``slope · x`` elsewhere. The layer's slope is 0.3, the function's 0.2, as in Keras.

    Shapes: x -> same.
    Source: keras.layers.LeakyReLU.
    """

    negative_slope: Scalar = 0.3

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        return jnp.where(x >= 0, x, jnp.asarray(self.negative_slope, x.dtype) * x), state


@module
class PReLU(Layer):
    """``max(x, 0) + α min(x, 0)`` with α learned, one per feature, shared along `shared_axes`.

    Shapes: x (batch, …) -> same; α has the shape of one example, 1 along shared axes.
    Source: keras.layers.PReLU; He et al. 2015.
    """

    alpha_initializer: Any = "zeros"
    alpha_regularizer: Any = None
    alpha_constraint: Any = None
    shared_axes: Any = static(None)

    def __post_init__(self) -> None:
        super().__post_init__()
        axes = self.shared_axes
        object.__setattr__(self, "shared_axes", None if axes is None else (axes,) if isinstance(axes, int) else tuple(axes))
        resolve(self)

    def init(self, key: Key, shape: Shape) -> tuple[Params, State]:
        sizes = tuple(1 if i in (self.shared_axes or ()) else n for i, n in enumerate(shape))[1:]
        return {"alpha": self.alpha_initializer(sizes, key=key)}, {}

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        return jnp.maximum(x, 0.0) - params["alpha"] * jnp.maximum(-x, 0.0), state


@module
class ELU(Layer):
    """``x`` where positive, ``α(eˣ − 1)`` elsewhere.

    Shapes: x -> same.
    Source: keras.layers.ELU; Clevert et al. 2016.
    """

    alpha: Scalar = 1.0

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        return jnp.where(x > 0, x, jnp.asarray(self.alpha, x.dtype) * jnp.expm1(jnp.minimum(x, 0.0))), state


@module
class Softmax(Layer):
    """``eˣ / Σ eˣ`` along an axis; masked places get probability 0.

    Shapes: x -> same.
    Source: keras.layers.Softmax.
    """

    axis: Any = static(-1)

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        if call.mask is not None:
            x = x + jnp.where(call.mask, 0.0, -3e38 if x.dtype == jnp.float32 else -1e9).astype(x.dtype)
        return jax.nn.softmax(x, axis=self.axis), state
