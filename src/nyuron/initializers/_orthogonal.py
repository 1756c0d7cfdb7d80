"""First values that keep lengths."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from nyuron.core import Array, Key, ShapeError, module
from nyuron.initializers._initializer import RandomInitializer, dtype_of


@module
class Orthogonal(RandomInitializer):
    """`gain` times a random matrix with orthonormal columns (rows, if there are fewer): for recurrent weights.

    Shapes: () -> (…, columns), all axes but the last flattened into rows.
    Raises: ShapeError for fewer than two axes.
    Source: Saxe et al. 2014; keras.initializers.Orthogonal.
    Example:
        >>> q = Orthogonal(seed=1)((3, 3))
        >>> bool(jnp.allclose(q.T @ q, jnp.eye(3), atol=1e-6))
        True
    """

    gain: Any = 1.0
    seed: Any = None

    def __call__(self, shape: Sequence[int], dtype: Any = "float32", key: Key | None = None) -> Array:
        if len(shape) < 2:
            raise ShapeError(
                "only a matrix can be orthogonal",
                who=repr(self),
                expected="two axes or more",
                got=shape,
                fix="use Orthogonal for a kernel, and Zeros() or Ones() for a vector such as a bias",
            )
        dtype = dtype_of(dtype)
        # QR has no half precision.
        precise = dtype if dtype.itemsize >= 4 else jnp.dtype("float32")
        rows, columns = math.prod(shape[:-1]), shape[-1]
        z = jax.random.normal(self.key_for(key), (max(rows, columns), min(rows, columns)), precise)
        q, r = jnp.linalg.qr(z)
        # With the signs of R's diagonal taken out, Q is uniform over the orthogonal matrices.
        q = q * jnp.sign(jnp.diagonal(r))
        q = q.T if rows < columns else q
        return (jnp.asarray(self.gain, precise) * q.reshape(shape)).astype(dtype)


orthogonal = OrthogonalInitializer = Orthogonal
