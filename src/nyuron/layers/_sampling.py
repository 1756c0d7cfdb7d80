"""Images read at places between their pixels: by two matrices where rows and columns part, else pixel by pixel."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from nyuron.core import Array

FILL_MODES = ("reflect", "wrap", "constant", "nearest")
METHODS = ("nearest", "bilinear")


class Tap(NamedTuple):
    """A neighbour of each place along one axis: its index, its weight, and whether it lies inside."""

    index: Array
    weight: Array
    is_inside: Array


def taps(places: Array, size: int, interpolation: str, fill_mode: str) -> tuple[Tap, ...]:
    """The neighbours that a place between pixels is read from."""
    if interpolation == "nearest":
        # Half away from zero, as in SciPy.
        near = jnp.sign(places) * jnp.floor(jnp.abs(places) + 0.5)
        return (_tap(near, jnp.ones_like(places), size, fill_mode),)
    low = jnp.floor(places)
    share = places - low
    return (_tap(low, 1 - share, size, fill_mode), _tap(low + 1, share, size, fill_mode))


def _tap(place: Array, weight: Array, size: int, fill_mode: str) -> Tap:
    index = place.astype(jnp.int32)
    is_inside = (index >= 0) & (index < size)
    if fill_mode == "reflect":  # d c b a | a b c d | d c b a
        index = jnp.mod(index, 2 * size)
        index = jnp.minimum(index, 2 * size - 1 - index)
    elif fill_mode == "wrap":
        index = jnp.mod(index, size)
    else:
        index = jnp.clip(index, 0, size - 1)
    return Tap(index, weight, is_inside if fill_mode == "constant" else jnp.ones_like(is_inside))


def read_separately(x: Array, rows: Array, columns: Array, interpolation: str, fill_mode: str, value: Any) -> Array:
    """Images read at every pair of a row and a column, two batched matrix products.

    Shapes: x (batch, height, width, channels), rows (batch, height), columns (batch, width) -> same as x.
    """
    by_row, row_share = _matrix(taps(rows, x.shape[1], interpolation, fill_mode), x.shape[1], x.dtype)
    by_column, column_share = _matrix(taps(columns, x.shape[2], interpolation, fill_mode), x.shape[2], x.dtype)
    exact = jax.lax.Precision.HIGHEST
    y = jnp.einsum("bih,bhwc->biwc", by_row, x, precision=exact)
    y = jnp.einsum("bjw,biwc->bijc", by_column, y, precision=exact)
    if fill_mode != "constant":
        return y
    outside = 1 - row_share[:, :, None] * column_share[:, None, :]
    return y + outside[..., None] * jnp.asarray(value, x.dtype)


def _matrix(neighbours: tuple[Tap, ...], size: int, dtype: Any) -> tuple[Array, Array]:
    """(batch, places, size) with each place's weights, and their sums over what lies inside."""
    whole, share = jnp.zeros((), dtype), jnp.zeros((), dtype)
    for tap in neighbours:
        weight = jnp.where(tap.is_inside, tap.weight, 0).astype(dtype)
        whole = whole + jnp.where(tap.index[..., None] == jnp.arange(size, dtype=jnp.int32), weight[..., None], 0)
        share = share + weight
    return whole, share


def read_at(x: Array, rows: Array, columns: Array, interpolation: str, fill_mode: str, value: Any) -> Array:
    """Images read at any places, by gathers from one flat list of pixels.

    Shapes: x (batch, height, width, channels), rows and columns (batch, height, width) -> same as x.
    """
    batch, height, width, channels = x.shape
    flat = jnp.asarray(x).reshape(batch * height * width, channels)
    first = jnp.arange(batch, dtype=jnp.int32)[:, None, None] * (height * width)
    value = jnp.asarray(value, x.dtype)
    y = jnp.zeros_like(x)
    for row in taps(rows, height, interpolation, fill_mode):
        for column in taps(columns, width, interpolation, fill_mode):
            pixels = flat.at[first + row.index * width + column.index].get(mode="promise_in_bounds")
            if fill_mode == "constant":
                pixels = jnp.where((row.is_inside & column.is_inside)[..., None], pixels, value)
            y = y + (row.weight * column.weight).astype(x.dtype)[..., None] * pixels
    return y
