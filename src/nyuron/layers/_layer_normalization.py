"""Normalisation of each example by itself."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from nyuron.core import Array, Key, Params, Scalar, Shape, State, module, static
from nyuron.layers._axes import as_axes, check_axes, check_sizes, per_axis, positions
from nyuron.layers._call import Call
from nyuron.layers._layer import Layer
from nyuron.layers._resolve import resolve


@module
class LayerNormalization(Layer):
    """``y = γ (x − μ) / √(σ² + ε) + β`` with the mean and biased variance of each example along `axis`.

    Shapes: x (batch, …) -> same; γ, β have the sizes of `axis`.
    Raises: ShapeError if a size along `axis` is unknown or has changed.
    Source: Ba et al. 2016; keras.layers.LayerNormalization.
    Example:
        >>> LayerNormalization(epsilon=0.0)(jnp.array([[1.0, 3.0]])).tolist()
        [[-1.0, 1.0]]
    """

    axis: Any = static(-1)
    epsilon: Scalar = 1e-3
    center: bool = static(True)
    scale: bool = static(True)
    beta_initializer: Any = "zeros"
    gamma_initializer: Any = "ones"
    beta_regularizer: Any = None
    gamma_regularizer: Any = None
    beta_constraint: Any = None
    gamma_constraint: Any = None

    keeps_shape = True

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "axis", as_axes(self.axis))
        resolve(self)

    def check_shapes(self, *shapes: Shape) -> None:
        check_sizes(self, shapes[0], self.axis)

    def init(self, key: Key, shape: Shape) -> tuple[Params, State]:
        sizes = tuple(shape[a] for a in positions(self.axis, len(shape)))
        gamma_key, beta_key = jax.random.split(key)
        params = {}
        if self.scale:
            params["gamma"] = self.gamma_initializer(sizes, key=gamma_key)
        if self.center:
            params["beta"] = self.beta_initializer(sizes, key=beta_key)
        return params, {}

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        # Half precision overflows in sums of squares.
        wide = jnp.dtype("float32") if x.dtype.itemsize < 4 else x.dtype
        z = x.astype(wide)
        axes = positions(self.axis, x.ndim)
        shape = per_axis(x.shape, axes)
        mean, variance = jnp.mean(z, axes, keepdims=True), jnp.var(z, axes, keepdims=True)
        y = (z - mean) * jax.lax.rsqrt(variance + jnp.asarray(self.epsilon, wide))
        if self.scale:
            y = y * params["gamma"].astype(wide).reshape(shape)
        if self.center:
            y = y + params["beta"].astype(wide).reshape(shape)
        return y.astype(x.dtype), state


@module
class UnitNormalization(Layer):
    """``y = x / ‖x‖₂`` along `axis`; a vector of zeros stays one.

    Shapes: x (batch, …) -> same.
    Raises: ArgumentError if the input has no such axis.
    Source: keras.layers.UnitNormalization.
    Example:
        >>> UnitNormalization()(jnp.array([[3.0, 4.0]])).tolist()
        [[0.6, 0.8]]
    """

    axis: Any = static(-1)

    keeps_shape = True

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "axis", as_axes(self.axis))

    def check_shapes(self, *shapes: Shape) -> None:
        check_axes(self, shapes[0], self.axis)

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        return unit(x, positions(self.axis, x.ndim)), state


def unit(x: Array, axes: tuple[int, ...]) -> Array:
    """x divided by its Euclidean norm along `axes`, with a finite gradient at 0."""
    squares = jnp.sum(jnp.square(x), axes, keepdims=True)
    return x * jax.lax.rsqrt(jnp.maximum(squares, 1e-24))
