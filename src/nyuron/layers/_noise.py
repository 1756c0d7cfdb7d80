"""Layers that are random in training and do nothing otherwise."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.random import threefry_2x32

from nyuron.core import ArgumentError, Array, Key, Params, Scalar, Shape, State, module, static
from nyuron.layers._call import Call
from nyuron.layers._layer import Layer


@module
class Noise(Layer):
    """What the random layers share: the identity outside training, and keys.

    Each application in training draws anew from the run's key. A `seed` is mixed into that key, so layers with
    different seeds draw differently.

    Differs from Keras: the run's seed governs too, so `seed` alone does not fix the draws.

    Shapes: x (batch, …) -> same.
    Source: keras.layers.Dropout and its kin.
    """

    keeps_shape = True

    def __post_init__(self) -> None:
        super().__post_init__()
        seed, shape = self.__dict__.get("seed"), self.__dict__.get("noise_shape")
        # As an argument of a compiled program a plain int is an int32.
        if isinstance(seed, int) and not -(2**31) <= seed < 2**31:
            object.__setattr__(self, "seed", np.uint32(seed % 2**32))
        if shape is not None:
            object.__setattr__(self, "noise_shape", tuple(shape))

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        if not call.training:
            return x, state
        key, seed = call.need_key(repr(self)), self.__dict__.get("seed")
        return self.disturb(x, key if seed is None else jax.random.fold_in(key, seed)), state

    def disturb(self, x: Array, key: Key) -> Array:
        """What training makes of x."""
        return x

    def check_shapes(self, *shapes: Shape) -> None:
        for name, top in (("rate", 1.0), ("stddev", math.inf)):
            value = self.__dict__.get(name)
            if isinstance(value, int | float) and not 0 <= value <= top:
                raise ArgumentError(
                    f"the {name} cannot be used",
                    who=self.described(),
                    expected=f"0 ≤ {name} ≤ {top:g}",
                    got=value,
                    fix=f"{type(self).__name__}({name}=0.2)",
                )
        noise_shape = self.__dict__.get("noise_shape")
        if noise_shape is not None and len(noise_shape) != len(shapes[0]):
            raise ArgumentError(
                "noise_shape does not fit the input",
                who=self.described(),
                expected=f"{len(shapes[0])} sizes, None or 1 for each axis of {shapes[0]}",
                got=noise_shape,
                fix="give a 1 for each axis along which values are dropped together",
            )


def keeps(key: Key, rate: Any, shape: tuple[int, ...]) -> Array:
    """True with probability 1 − rate, to 2⁻¹⁶.

    Sixteen bits a value, and both words of every hash: several times cheaper than jax.random.bernoulli, whose time
    would be most of a small network's step.
    """
    count = math.prod(shape)
    words = -(-count // 2)
    data = jax.random.key_data(key)
    if data.shape == (2,):
        bits = threefry_2x32(data, jax.lax.iota(jnp.uint32, words + words % 2))[:words]
    else:
        bits = jax.random.bits(key, (words,), jnp.uint32)
    halves = jnp.concatenate([bits >> jnp.uint32(16), bits & jnp.uint32(0xFFFF)])[:count].reshape(shape)
    return halves >= jnp.round(jnp.asarray(rate, jnp.float32) * 65536.0).astype(jnp.uint32)


def _noise_shape(wanted: tuple[int | None, ...] | None, shape: tuple[int, ...]) -> tuple[int, ...]:
    if wanted is None:
        return shape
    return tuple(n if m is None else m for m, n in zip(wanted, shape, strict=True))


@module
class Dropout(Noise):
    """In training each value is 0 with probability `rate`, and ``x / (1 − rate)`` otherwise.

    Differs from Keras: the run's seed governs the draws; `seed` is mixed into it.

    Shapes: x (batch, …) -> same; `noise_shape` has None for the input's size, 1 for an axis that shares one draw.
    Raises: ArgumentError for a rate outside 0 … 1.
    Source: Srivastava et al. 2014; keras.layers.Dropout.
    Example:
        >>> Dropout(0.5)(jnp.ones((1, 3))).tolist()
        [[1.0, 1.0, 1.0]]
    """

    rate: Scalar
    noise_shape: Any = static(None)
    seed: Any = None

    def disturb(self, x: Array, key: Key) -> Array:
        kept = keeps(key, self.rate, _noise_shape(self.noise_shape, x.shape))
        share = 1.0 - jnp.asarray(self.rate, x.dtype)
        # With rate 1 nothing is kept, and 1/0 would make the gradient NaN.
        return jnp.where(kept, x / jnp.where(share > 0, share, 1), 0)


@module
class GaussianNoise(Noise):
    """In training ``x + N(0, stddev²)``.

    Differs from Keras: the run's seed governs the draws; `seed` is mixed into it.

    Shapes: x (batch, …) -> same.
    Raises: ArgumentError for a negative stddev.
    Source: keras.layers.GaussianNoise.
    Example:
        >>> GaussianNoise(0.1)(jnp.ones((1, 3))).tolist()
        [[1.0, 1.0, 1.0]]
    """

    stddev: Scalar
    seed: Any = None

    def disturb(self, x: Array, key: Key) -> Array:
        return x + jnp.asarray(self.stddev, x.dtype) * jax.random.normal(key, x.shape, x.dtype)


@module
class GaussianDropout(Noise):
    """In training ``x · N(1, rate / (1 − rate))``.

    Differs from Keras: the run's seed governs the draws; `seed` is mixed into it.

    Shapes: x (batch, …) -> same.
    Raises: ArgumentError for a rate outside 0 … 1.
    Source: Srivastava et al. 2014, section 10; keras.layers.GaussianDropout.
    Example:
        >>> GaussianDropout(0.1)(jnp.ones((1, 3))).tolist()
        [[1.0, 1.0, 1.0]]
    """

    rate: Scalar
    seed: Any = None

    def disturb(self, x: Array, key: Key) -> Array:
        rate = jnp.asarray(self.rate, x.dtype)
        return x * (1.0 + jnp.sqrt(rate / (1.0 - rate)) * jax.random.normal(key, x.shape, x.dtype))


@module
class AlphaDropout(Noise):
    """Dropout that keeps the mean and variance of SELU's outputs.

    Dropped values become ``α′ = −λα ≈ −1.7581``; then ``y = a x + b`` with
    ``a = ((1 − rate)(1 + rate · α′²))^{−½}`` and ``b = −a α′ rate``.

    Differs from Keras: the run's seed governs the draws; `seed` is mixed into it.

    Shapes: x (batch, …) -> same; `noise_shape` as in Dropout.
    Raises: ArgumentError for a rate outside 0 … 1.
    Source: Klambauer et al. 2017; keras.layers.AlphaDropout.
    Example:
        >>> AlphaDropout(0.1)(jnp.ones((1, 3))).tolist()
        [[1.0, 1.0, 1.0]]
    """

    rate: Scalar
    noise_shape: Any = static(None)
    seed: Any = None

    def disturb(self, x: Array, key: Key) -> Array:
        low = -1.0507009873554804934193349852946 * 1.6732632423543772848170429916717
        rate = jnp.asarray(self.rate, x.dtype)
        kept = keeps(key, self.rate, _noise_shape(self.noise_shape, x.shape))
        a = ((1.0 - rate) * (1.0 + rate * low**2)) ** -0.5
        return a * jnp.where(kept, x, jnp.asarray(low, x.dtype)) - a * low * rate
