"""Vectors of length one."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np


def normalize(x: Any, axis: int = -1, order: float = 2) -> Any:
    """``x / ‖x‖`` along an axis, with the norm of that order; what is zero stays zero.

    Shapes: x (…) -> the same; NumPy from NumPy, JAX from JAX.
    Source: keras.utils.normalize.
    Example:
        >>> normalize([[3.0, 4.0]]).tolist()
        [[0.6, 0.8]]
    """
    if isinstance(x, jax.Array):
        norm = jnp.linalg.norm(x, order, axis, keepdims=True)
        return x / jnp.where(norm == 0, jnp.ones_like(norm), norm)
    x = np.asarray(x)
    norm = np.linalg.norm(x, order, axis, keepdims=True)
    return x / np.where(norm == 0, 1, norm).astype(norm.dtype)
