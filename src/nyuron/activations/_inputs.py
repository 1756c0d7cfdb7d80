"""What every activation does to its arguments first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from nyuron.core import Array


def floating(x: Any) -> Array:
    """An array of floating point; integers and booleans become float32."""
    x = x if isinstance(x, jax.Array) else jnp.asarray(x)
    return x if jnp.issubdtype(x.dtype, jnp.inexact) else x.astype(jnp.float32)


def like(x: Array, number: Any) -> Any:
    """A parameter such as a slope in the precision of `x`; plain numbers take it by themselves."""
    return number if isinstance(number, int | float) else jnp.asarray(number, x.dtype)


def is_number(value: Any, expected: float) -> bool:
    """Whether it is known without computing, and equal: never true of a traced value."""
    return isinstance(value, int | float) and value == expected


def rectifier_beyond(limit: float, function: Callable[[Array], Array], x: Array) -> Array:
    """`function`, and max(x, 0) outside ±limit, where the two are one in floating point: inf − inf cannot arise."""
    return function(jnp.clip(x, -limit, limit)) + jax.nn.relu(x - limit)
