"""A step, taken for each time in order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from nyuron.core import Array

Step = Callable[[tuple[Array, ...], Any, Any], tuple[Array, tuple[Array, ...], Any]]


def through_time(
    step: Step,
    states: tuple[Array, ...],
    carried: Any,
    xs: Array,
    mask: Array | None,
    *,
    held: int = 0,
    is_backwards: bool = False,
    is_unrolled: bool = False,
) -> tuple[Array, tuple[Array, ...], Any]:
    """Outputs in the order in which they were made, the last states, and what was carried along.

    ``step(states, carried, x) -> (output, states, carried)``. Where the mask is False a step changes no state, and its
    output is that of the step before, which is the state `held`.

    Shapes: xs (time, batch, …); mask (time, batch) or None -> outputs (time, batch, …).
    """

    def one(carry: Any, entry: Any) -> Any:
        before, x, counts = carry[0], entry[0], entry[1]
        output, after, kept = step(before, carry[1], x)
        if counts is not None:
            after = tuple(pick(counts, new, old) for new, old in zip(after, before, strict=True))
            output = pick(counts, output, before[held])
        return (after, kept), output

    (states, carried), outputs = jax.lax.scan(
        one, (states, carried), (xs, mask), reverse=is_backwards, unroll=is_unrolled
    )
    return (jnp.flip(outputs, 0) if is_backwards else outputs), states, carried


def pick(counts: Array, new: Array, old: Array) -> Array:
    """`new` in the rows that count, else `old`."""
    return jnp.where(counts.reshape(counts.shape + (1,) * (new.ndim - counts.ndim)), new, old)
