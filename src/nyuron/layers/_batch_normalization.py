"""Normalisation over the batch."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from nyuron.core import Array, Key, Params, Scalar, Shape, ShapeError, State, module, static
from nyuron.layers._axes import check_sizes, per_axis
from nyuron.layers._call import Call
from nyuron.layers._layer import Layer
from nyuron.layers._resolve import resolve


@module
class BatchNormalization(Layer):
    """``y = γ (x − μ) / √(σ² + ε) + β`` for each feature.

    In training μ and σ² are the batch's mean and biased variance, of the unmasked steps where there is a mask, and the
    running ones follow them: ``μ̄ ← momentum · μ̄ + (1 − momentum) · μ``. At inference, and in a layer whose `trainable`
    is off, μ and σ² are the running ones.

    Differs from Keras: no `renorm`; no `synchronized`, because a batch is always normalised as a whole.

    Shapes: x (batch, …) -> same; γ, β, μ̄, σ̄² (size of `axis`,).
    Raises: ShapeError if the size of `axis` is unknown or has changed.
    Source: Ioffe & Szegedy 2015; keras.layers.BatchNormalization.
    Example:
        >>> BatchNormalization(epsilon=0.0)(jnp.array([[1.0], [3.0]]), training=True).tolist()
        [[-1.0], [1.0]]
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

    keeps_shape = True

    def __post_init__(self) -> None:
        super().__post_init__()
        resolve(self)

    def check_shapes(self, *shapes: Shape) -> None:
        check_sizes(self, shapes[0], self.axis)

    def init(self, key: Key, shape: Shape) -> tuple[Params, State]:
        size = (shape[self.axis],)
        gamma_key, beta_key, mean_key, variance_key = jax.random.split(key, 4)
        params = {}
        if self.scale:
            params["gamma"] = self.gamma_initializer(size, key=gamma_key)
        if self.center:
            params["beta"] = self.beta_initializer(size, key=beta_key)
        return params, {
            "moving_mean": self.moving_mean_initializer(size, key=mean_key),
            "moving_variance": self.moving_variance_initializer(size, key=variance_key),
        }

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        # Half precision overflows in sums of squares.
        wide = jnp.dtype("float32") if x.dtype.itemsize < 4 else x.dtype
        z = x.astype(wide)
        axis = self.axis % x.ndim
        if call.training and call.trainable:
            mean, variance = _moments(z, axis, call.mask)
            state = {
                "moving_mean": self._follow(state["moving_mean"], mean),
                "moving_variance": self._follow(state["moving_variance"], variance),
            }
        else:
            mean, variance = state["moving_mean"].astype(wide), state["moving_variance"].astype(wide)
        factor = jax.lax.rsqrt(variance + jnp.asarray(self.epsilon, wide))
        if self.scale:
            factor = factor * params["gamma"].astype(wide)
        shift = -mean * factor
        if self.center:
            shift = shift + params["beta"].astype(wide)
        shape = per_axis(x.shape, (axis,))
        return (z * factor.reshape(shape) + shift.reshape(shape)).astype(x.dtype), state

    def _follow(self, running: Array, new: Array) -> Array:
        momentum = jnp.asarray(self.momentum, new.dtype)
        return (running.astype(new.dtype) * momentum + new * (1.0 - momentum)).astype(running.dtype)


def _moments(x: Array, axis: int, mask: Array | None) -> tuple[Array, Array]:
    others = tuple(i for i in range(x.ndim) if i != axis)
    if mask is None:
        return jnp.mean(x, others), jnp.var(x, others)
    if mask.ndim != x.ndim - 1:
        raise ShapeError(
            "the mask does not fit the input",
            who="BatchNormalization",
            expected=f"a mask {x.shape[:-1]} for an input {x.shape}",
            got=mask.shape,
            fix="give one flag for each time step",
        )
    counts = jnp.broadcast_to(mask[..., None], x.shape).astype(bool)
    total = jnp.sum(counts, others).astype(x.dtype) + 1e-7
    mean = jnp.sum(jnp.where(counts, x, 0), others) / total
    distance = jnp.where(counts, x - mean.reshape(per_axis(x.shape, (axis,))), 0)
    return mean, jnp.sum(jnp.square(distance), others) / total
