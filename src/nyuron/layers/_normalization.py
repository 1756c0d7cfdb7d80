"""Layers that bring values to mean 0 and variance 1."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from nyuron.core import Array, Key, Params, Scalar, Shape, ShapeError, State, module, static
from nyuron.layers._call import Call
from nyuron.layers._layer import Layer
from nyuron.layers._resolve import resolve


@module
class BatchNormalization(Layer):
    """``γ (x − μ)/√(σ² + ε) + β`` with the batch's mean and (biased) variance in training, running ones otherwise.

    The running ones are state: ``μ̄ ← momentum · μ̄ + (1 − momentum) · μ``. A frozen layer normalises as at inference.

    Shapes: x -> same; γ, β, μ̄, σ̄² (size of `axis`,).
    Source: keras.layers.BatchNormalization; Ioffe & Szegedy 2015.
    """

    axis: int = static(-1)
    momentum: Scalar = 0.99
    epsilon: Scalar = 1e-3
    center: bool = static(True)
    scale: bool = static(True)
    beta_initializer: Any = "zeros"
    gamma_initializer: Any = "ones"
    moving_mean_initializer: Any = "zeros"
    moving_variance_initializer: Any = "ones"
    beta_regularizer: Any = None
    gamma_regularizer: Any = None
    beta_constraint: Any = None
    gamma_constraint: Any = None
    synchronized: bool = static(False)

    def __post_init__(self) -> None:
        super().__post_init__()
        resolve(self)

    def init(self, key: Key, shape: Shape) -> tuple[Params, State]:
        size = (shape[self.axis],)
        keys = jax.random.split(key, 4)
        params = {}
        if self.scale:
            params["gamma"] = self.gamma_initializer(size, key=keys[0])
        if self.center:
            params["beta"] = self.beta_initializer(size, key=keys[1])
        return params, {
            "moving_mean": self.moving_mean_initializer(size, key=keys[2]),
            "moving_variance": self.moving_variance_initializer(size, key=keys[3]),
        }

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        axis = self.axis % x.ndim
        others = tuple(i for i in range(x.ndim) if i != axis)
        mean, variance = state["moving_mean"], state["moving_variance"]
        if call.training and call.trainable:
            mean, variance = _moments(x, others, call.mask)
            keep = jnp.asarray(self.momentum, mean.dtype)
            state = {
                "moving_mean": keep * state["moving_mean"] + (1.0 - keep) * mean,
                "moving_variance": keep * state["moving_variance"] + (1.0 - keep) * variance,
            }
        shape = tuple(x.shape[axis] if i == axis else 1 for i in range(x.ndim))
        factor = jax.lax.rsqrt(variance + jnp.asarray(self.epsilon, variance.dtype))
        if self.scale:
            factor = factor * params["gamma"]
        y = (x - mean.reshape(shape)) * factor.reshape(shape)
        return y + params["beta"].reshape(shape) if self.center else y, state


def _moments(x: Array, axes: tuple[int, ...], mask: Array | None) -> tuple[Array, Array]:
    if mask is None:
        return jnp.mean(x, axis=axes), jnp.var(x, axis=axes)
    weight = mask.reshape(mask.shape + (1,) * (x.ndim - mask.ndim)).astype(x.dtype)
    count = jnp.maximum(jnp.sum(jnp.broadcast_to(weight, (*x.shape[:-1], 1))), 1e-7)
    mean = jnp.sum(x * weight, axis=axes) / count
    return mean, jnp.sum(jnp.square(x - mean) * weight, axis=axes) / count


@module
class LayerNormalization(Layer):
    """``γ (x − μ)/√(σ² + ε) + β`` with mean and variance of each example along `axis`.

    Shapes: x -> same; γ, β have the sizes of `axis`.
    Source: keras.layers.LayerNormalization; Ba et al. 2016.
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

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.axis, int):
            object.__setattr__(self, "axis", tuple(self.axis))
        resolve(self)

    def _axes(self, ndim: int) -> tuple[int, ...]:
        return tuple(sorted(a % ndim for a in ((self.axis,) if isinstance(self.axis, int) else self.axis)))

    def init(self, key: Key, shape: Shape) -> tuple[Params, State]:
        sizes = tuple(shape[a] for a in self._axes(len(shape)))
        first, second = jax.random.split(key)
        params = {}
        if self.scale:
            params["gamma"] = self.gamma_initializer(sizes, key=first)
        if self.center:
            params["beta"] = self.beta_initializer(sizes, key=second)
        return params, {}

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        axes = self._axes(x.ndim)
        mean, variance = jnp.mean(x, axis=axes, keepdims=True), jnp.var(x, axis=axes, keepdims=True)
        y = (x - mean) * jax.lax.rsqrt(variance + jnp.asarray(self.epsilon, x.dtype))
        shape = tuple(x.shape[i] if i in axes else 1 for i in range(x.ndim))
        if self.scale:
            y = y * params["gamma"].reshape(shape)
        return y + params["beta"].reshape(shape) if self.center else y, state


@module
class UnitNormalization(Layer):
    """``x / ‖x‖₂`` along `axis`.

    Shapes: x -> same.
    Source: keras.layers.UnitNormalization.
    """

    axis: Any = static(-1)

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        axis = self.axis if isinstance(self.axis, int) else tuple(self.axis)
        squares = jnp.sum(jnp.square(x), axis=axis, keepdims=True)
        return x * jax.lax.rsqrt(jnp.maximum(squares, 1e-12)), state


@module
class Rescaling(Layer):
    """``x · scale + offset``.

    Shapes: x -> same. Units: images uint8 0..255 become 0..1 with scale 1/255.
    Source: keras.layers.Rescaling.
    """

    scale: Any = 1.0
    offset: Any = 0.0

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        return x * jnp.asarray(self.scale, x.dtype) + jnp.asarray(self.offset, x.dtype), state


@module
class Normalization(Layer):
    """``(x − mean)/max(√variance, ε)`` with figures that `adapt` takes from data, or that are given.

    Shapes: x -> same; mean and variance have the sizes of `axis`.
    Source: keras.layers.Normalization.
    """

    axis: Any = static(-1)
    mean: Any = None
    variance: Any = None
    invert: bool = static(False)

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.axis, list):
            object.__setattr__(self, "axis", tuple(self.axis))

    def _axes(self, ndim: int) -> tuple[int, ...]:
        axes = () if self.axis is None else (self.axis,) if isinstance(self.axis, int) else self.axis
        return tuple(sorted(a % ndim for a in axes))

    def adapt(self, data: Any) -> None:
        """Take mean and variance from data; becomes part of this layer's state.

        Raises: ShapeError for data without rows.
        """
        array = np.asarray(data, np.float64)
        array = array[:, None] if array.ndim == 1 else array
        if array.size == 0:
            raise ShapeError("there are no data to adapt to", who=self.described(), expected="rows", got=array.shape)
        others = tuple(i for i in range(array.ndim) if i not in self._axes(array.ndim))
        if not self.slot.is_built:
            self.build_for((None, *array.shape[1:]))
        self.slot.state = {
            "mean": jnp.asarray(array.mean(axis=others), jnp.float32),
            "variance": jnp.asarray(array.var(axis=others), jnp.float32),
        }

    def init(self, key: Key, shape: Shape) -> tuple[Params, State]:
        sizes = tuple(shape[a] or 1 for a in self._axes(len(shape)))
        mean = jnp.zeros(sizes) if self.mean is None else jnp.broadcast_to(jnp.asarray(self.mean, jnp.float32), sizes)
        variance = jnp.ones(sizes) if self.variance is None else jnp.asarray(self.variance, jnp.float32)
        return {}, {"mean": mean, "variance": jnp.broadcast_to(variance, sizes)}

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        axes = self._axes(x.ndim)
        shape = tuple(x.shape[i] if i in axes else 1 for i in range(x.ndim))
        mean = state["mean"].reshape(shape).astype(x.dtype)
        spread = jnp.maximum(jnp.sqrt(state["variance"].reshape(shape).astype(x.dtype)), 1e-7)
        return x * spread + mean if self.invert else (x - mean) / spread, state
