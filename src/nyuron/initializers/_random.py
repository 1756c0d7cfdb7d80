"""First values drawn from one distribution, whatever the shape."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from nyuron.core import Array, Key, module
from nyuron.initializers._initializer import RandomInitializer, dtype_of


@module
class RandomNormal(RandomInitializer):
    """Draws from N(mean, stddev²).

    Shapes: () -> shape.
    Source: keras.initializers.RandomNormal.
    Example:
        >>> RandomNormal(seed=1)((2, 3)).shape
        (2, 3)
    """

    mean: Any = 0.0
    stddev: Any = 0.05
    seed: Any = None

    def __call__(self, shape: Sequence[int], dtype: Any = "float32", key: Key | None = None) -> Array:
        z = jax.random.normal(self.key_for(key), tuple(shape), dtype_of(dtype))
        return jnp.asarray(self.mean, z.dtype) + jnp.asarray(self.stddev, z.dtype) * z


@module
class TruncatedNormal(RandomInitializer):
    """Draws from N(mean, stddev²), those beyond two `stddev` drawn again: the spread is 0.8796 · stddev.

    Shapes: () -> shape.
    Source: keras.initializers.TruncatedNormal.
    Example:
        >>> float(abs(TruncatedNormal(seed=1)((1000,))).max()) <= 0.1
        True
    """

    mean: Any = 0.0
    stddev: Any = 0.05
    seed: Any = None

    def __call__(self, shape: Sequence[int], dtype: Any = "float32", key: Key | None = None) -> Array:
        z = jax.random.truncated_normal(self.key_for(key), -2.0, 2.0, tuple(shape), dtype_of(dtype))
        return jnp.asarray(self.mean, z.dtype) + jnp.asarray(self.stddev, z.dtype) * z


@module
class RandomUniform(RandomInitializer):
    """Draws from [minval, maxval).

    Shapes: () -> shape.
    Source: keras.initializers.RandomUniform.
    Example:
        >>> float(abs(RandomUniform(seed=1)((1000,))).max()) <= 0.05
        True
    """

    minval: Any = -0.05
    maxval: Any = 0.05
    seed: Any = None

    def __call__(self, shape: Sequence[int], dtype: Any = "float32", key: Key | None = None) -> Array:
        dtype = dtype_of(dtype)
        low, high = jnp.asarray(self.minval, dtype), jnp.asarray(self.maxval, dtype)
        return jax.random.uniform(self.key_for(key), tuple(shape), dtype, low, high)


random_normal, truncated_normal, random_uniform = RandomNormal, TruncatedNormal, RandomUniform
