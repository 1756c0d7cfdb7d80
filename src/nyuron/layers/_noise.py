"""Layers that are random in training and do nothing otherwise."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from nyuron.core import Array, Key, Params, Scalar, State, module, static
from nyuron.layers._call import Call
from nyuron.layers._layer import Layer


def keep_mask(key: Key, rate: Any, shape: tuple[int, ...]) -> Array:
    """True with probability 1 − rate, to 1/65536; sixteen random bits a value are cheap and enough."""
    threshold = jnp.round(jnp.asarray(rate, jnp.float32) * 65536.0).astype(jnp.uint32)
    return jax.random.bits(key, shape, jnp.uint16).astype(jnp.uint32) >= threshold


@module
class Dropout(Layer):
    """In training each value is 0 with probability `rate`, and the others are divided by 1 − rate.

    Shapes: x -> same; `noise_shape` has 1 for axes that share one draw.
    Source: keras.layers.Dropout; Srivastava et al. 2014.
    """

    rate: Scalar = 0.5
    noise_shape: Any = static(None)
    seed: int | None = static(None)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.noise_shape is not None:
            object.__setattr__(self, "noise_shape", tuple(self.noise_shape))

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        if not call.training:
            return x, state
        wanted = self.noise_shape or x.shape
        shape = tuple(n if m is None else m for n, m in zip(x.shape, wanted, strict=True))
        rate = jnp.asarray(self.rate, x.dtype)
        keep = keep_mask(seeded(call.need_key(repr(self)), self.seed), self.rate, shape)
        return jnp.where(keep, x * (1.0 / jnp.maximum(1.0 - rate, 1e-7)), jnp.zeros((), x.dtype)), state


def seeded(key: Key, seed: int | None) -> Key:
    """The call's key, folded with the layer's own seed where the user gave one."""
    return key if seed is None else jax.random.fold_in(key, seed)


@module
class GaussianNoise(Layer):
    """In training ``x + N(0, stddev²)``.

    Shapes: x -> same.
    Source: keras.layers.GaussianNoise.
    """

    stddev: Scalar = 1.0
    seed: int | None = static(None)

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        if not call.training:
            return x, state
        noise = jax.random.normal(seeded(call.need_key(repr(self)), self.seed), x.shape, x.dtype)
        return x + jnp.asarray(self.stddev, x.dtype) * noise, state


@module
class GaussianDropout(Layer):
    """In training ``x · N(1, rate/(1−rate))``.

    Shapes: x -> same.
    Source: keras.layers.GaussianDropout; Srivastava et al. 2014, section 10.
    """

    rate: Scalar = 0.5
    seed: int | None = static(None)

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        if not call.training:
            return x, state
        rate = jnp.asarray(self.rate, x.dtype)
        noise = jax.random.normal(seeded(call.need_key(repr(self)), self.seed), x.shape, x.dtype)
        return x * (1.0 + jnp.sqrt(rate / (1.0 - rate)) * noise), state


@module
class AlphaDropout(Layer):
    """Dropout that keeps mean and variance of SELU's outputs: dropped values become −λα, then an affine map.

    Shapes: x -> same.
    Source: keras.layers.AlphaDropout; Klambauer et al. 2017.
    """

    rate: Scalar = 0.5
    noise_shape: Any = static(None)
    seed: int | None = static(None)

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        if not call.training:
            return x, state
        low = -1.0507009873554805 * 1.6732632423543772
        rate = jnp.asarray(self.rate, x.dtype)
        shape = x.shape if self.noise_shape is None else tuple(n or m for n, m in zip(self.noise_shape, x.shape, strict=True))
        keep = keep_mask(seeded(call.need_key(repr(self)), self.seed), self.rate, shape)
        scale = ((1.0 - rate) * (1.0 + rate * low**2)) ** -0.5
        return scale * jnp.where(keep, x, jnp.asarray(low, x.dtype)) - scale * low * rate, state


@module
class ActivityRegularization(Layer):
    """Adds ``l1 Σ|x| + l2 Σx²`` of its input, over the batch size, to the loss.

    Shapes: x -> x.
    Source: keras.layers.ActivityRegularization.
    """

    l1: Scalar = 0.0
    l2: Scalar = 0.0

    def activity_regularizer(self, x: Array) -> Array:
        """The penalty of an activity."""
        return jnp.asarray(self.l1, x.dtype) * jnp.sum(jnp.abs(x)) + jnp.asarray(self.l2, x.dtype) * jnp.sum(jnp.square(x))

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        return x, state
