"""The largest and the mean value under a window."""

from __future__ import annotations

import functools
import math

import jax
import jax.numpy as jnp
from jax import lax

from nyuron.core import Array
from nyuron.kernels import _reference
from nyuron.kernels._choice import is_own_faster
from nyuron.kernels._taps import count, spread, taps
from nyuron.kernels._window import Window

NOWHERE = 255
"""Stands for the place of a maximum that no gradient goes to."""
MOST_PLACES = 64
"""Windows with more places are left to XLA: the program would have a slice for each of them."""


def max_pool(x: Array, window: Window) -> Array:
    """The largest value under the window; padding never is. Among equals the first one gets the gradient.

    Shapes: x (batch, *sizes, channels) -> (batch, *new sizes, channels).
    """
    if count(window) > MOST_PLACES or not is_own_faster():
        return _reference.max_pool(x, window)
    return _max_pool(x, window, x.shape[1:-1])


def average_pool(x: Array, window: Window) -> Array:
    """The mean of the values under the window, padding left out.

    Shapes: x (batch, *sizes, channels) -> (batch, *new sizes, channels).
    """
    if count(window) > MOST_PLACES or not is_own_faster():
        return _reference.average_pool(x, window)
    total = functools.reduce(jnp.add, taps(x, window))
    return total / jnp.asarray(_reference.pool_counts(x.shape[1:-1], window), x.dtype)


def largest(x: Array, window: Window) -> tuple[Array, Array]:
    """The largest value under the window, and which of the window's places it has."""
    first, *rest = taps(x, window, -math.inf)
    best, place = first, jnp.zeros(first.shape, jnp.uint8)
    for i, tap in enumerate(rest, 1):
        place = jnp.where(best >= tap, place, jnp.uint8(i))
        best = jnp.maximum(best, tap)
    return best, place


def put_back(gradient: Array, place: Array, window: Window, sizes: tuple[int, ...]) -> Array:
    """Each gradient at the place of its maximum, in an array of these sizes."""
    if window.is_tiling:
        return _untiled(gradient, place, window, sizes)
    zero = jnp.zeros((), gradient.dtype)
    parts = [jnp.where(place == jnp.uint8(i), gradient, zero) for i in range(count(window))]
    return spread(parts, window, sizes)


def _untiled(gradient: Array, place: Array, window: Window, sizes: tuple[int, ...]) -> Array:
    """`put_back` where windows lie side by side: in one pass, which writes each value once and in the order of memory."""
    batch, *counts, channels = gradient.shape
    behind = tuple(range(2, 2 * window.rank + 1, 2))
    numbers = jnp.arange(count(window), dtype=jnp.uint8).reshape(1, *(n for k in window.size for n in (1, k)), 1)
    hits = jnp.expand_dims(place, behind) == numbers
    tiles = jnp.where(hits, jnp.expand_dims(gradient, behind), jnp.zeros((), gradient.dtype))
    spans = tuple(m * k for m, k in zip(counts, window.size, strict=True))
    widths = [(-low, low + n - span, 0) for n, span, (low, _) in zip(sizes, spans, window.pads(sizes), strict=True)]
    return lax.pad(
        tiles.reshape(batch, *spans, channels), jnp.zeros((), gradient.dtype), ((0, 0, 0), *widths, (0, 0, 0))
    )


@functools.partial(jax.custom_vjp, nondiff_argnums=(1, 2))
def _max_pool(x: Array, window: Window, sizes: tuple[int, ...]) -> Array:
    return functools.reduce(jnp.maximum, taps(x, window, -math.inf))


def _forward(x: Array, window: Window, sizes: tuple[int, ...]) -> tuple[Array, Array]:
    return largest(x, window)


def _backward(window: Window, sizes: tuple[int, ...], place: Array, gradient: Array) -> tuple[Array]:
    return (put_back(gradient, place, window, sizes),)


_max_pool.defvjp(_forward, _backward)
