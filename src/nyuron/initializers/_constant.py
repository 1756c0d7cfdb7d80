"""First values that are not random."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from nyuron.core import Array, Key, ShapeError, module
from nyuron.initializers._initializer import Initializer, dtype_of


@module
class Zeros(Initializer):
    """All 0.

    Shapes: () -> shape.
    Source: keras.initializers.Zeros.
    Example:
        >>> Zeros()((2,)).tolist()
        [0.0, 0.0]
    """

    def __call__(self, shape: Sequence[int], dtype: Any = "float32", key: Key | None = None) -> Array:
        return jnp.zeros(tuple(shape), dtype_of(dtype))

    def on_host(self, key: np.ndarray, shape: Sequence[int]) -> np.ndarray | None:
        return np.zeros(tuple(shape), np.float32)


@module
class Ones(Initializer):
    """All 1.

    Shapes: () -> shape.
    Source: keras.initializers.Ones.
    Example:
        >>> Ones()((2,)).tolist()
        [1.0, 1.0]
    """

    def __call__(self, shape: Sequence[int], dtype: Any = "float32", key: Key | None = None) -> Array:
        return jnp.ones(tuple(shape), dtype_of(dtype))

    def on_host(self, key: np.ndarray, shape: Sequence[int]) -> np.ndarray | None:
        return np.ones(tuple(shape), np.float32)


@module
class Constant(Initializer):
    """All `value`, a number or an array that can be broadcast.

    Shapes: () -> shape.
    Source: keras.initializers.Constant.
    Example:
        >>> Constant(3)((2,)).tolist()
        [3.0, 3.0]
    """

    value: Any = 0.0

    def __post_init__(self) -> None:
        if isinstance(self.value, list | tuple):
            object.__setattr__(self, "value", np.asarray(self.value))

    def __call__(self, shape: Sequence[int], dtype: Any = "float32", key: Key | None = None) -> Array:
        return jnp.broadcast_to(jnp.asarray(self.value, dtype_of(dtype)), tuple(shape))


@module
class FromArray(Initializer):
    """Exactly these values, such as trained embeddings.

    Shapes: () -> values.shape.
    Raises: ShapeError if another shape is asked for.
    Source: keras.initializers.get of an array.
    Example:
        >>> FromArray(jnp.array([1.0, 2.0]))((2,)).tolist()
        [1.0, 2.0]
    """

    values: Any

    def __call__(self, shape: Sequence[int], dtype: Any = "float32", key: Key | None = None) -> Array:
        values = jnp.asarray(self.values, dtype_of(dtype))
        if values.shape != tuple(shape):
            raise ShapeError(
                "the weight has another shape than the array that is to start it",
                who="FromArray",
                expected=tuple(shape),
                got=values.shape,
                fix="pass an array of the weight's shape",
            )
        return values


@module
class Identity(Initializer):
    """The identity matrix times `gain`; zero where the matrix is not square.

    Shapes: () -> (rows, columns).
    Raises: ShapeError unless the shape has two axes.
    Source: keras.initializers.Identity.
    Example:
        >>> Identity()((2, 2)).tolist()
        [[1.0, 0.0], [0.0, 1.0]]
    """

    gain: Any = 1.0

    def __call__(self, shape: Sequence[int], dtype: Any = "float32", key: Key | None = None) -> Array:
        if len(shape) != 2:
            raise ShapeError(
                "only a matrix can be the identity",
                who=repr(self),
                expected="(rows, columns)",
                got=shape,
                fix="use Identity for a matrix, such as Dense's kernel, and GlorotUniform() here",
            )
        return jnp.asarray(self.gain, dtype_of(dtype)) * jnp.eye(*shape, dtype=dtype_of(dtype))


zeros, ones, constant, identity = Zeros, Ones, Constant, Identity
IdentityInitializer = Identity
