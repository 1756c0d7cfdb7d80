"""Work on a batch in pieces that stay in a core's cache."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

BYTES = 2**20
"""What a piece's products may take: about a core's second-level cache."""


def chunk_size(batch: int, bytes_each: int) -> int:
    """The largest divisor of the batch whose examples fit, one at least."""
    most = max(min(batch, BYTES // max(bytes_each, 1)), 1)
    return next(n for n in range(most, 0, -1) if batch % n == 0) if batch else 1


def by_chunks(function: Callable[..., tuple[Any, Any]], arrays: Any, batch: int, bytes_each: int) -> tuple[Any, Any]:
    """``function(arrays) -> (each, total)`` on pieces of the batch: `each` put together again, `total` summed."""
    size = chunk_size(batch, bytes_each)
    if size == batch:
        return function(arrays)
    pieces = jax.tree.map(lambda a: a.reshape(batch // size, size, *a.shape[1:]), arrays)

    def add(total: Any, piece: Any) -> tuple[Any, Any]:
        each, more = function(piece)
        return jax.tree.map(jnp.add, total, more), each

    shapes = jax.eval_shape(function, jax.tree.map(lambda a: a[0], pieces))[1]
    total, each = lax.scan(add, jax.tree.map(lambda a: jnp.zeros(a.shape, a.dtype), shapes), pieces)
    return jax.tree.map(lambda a: a.reshape(math.prod(a.shape[:2]), *a.shape[2:]), each), total
