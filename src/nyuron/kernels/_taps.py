"""The values under each place of a window, and their transpose: values put back where they were taken."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence

import jax.numpy as jnp
from jax import lax

from nyuron.core import Array
from nyuron.kernels._window import Window


def places(window: Window) -> Iterator[tuple[int, ...]]:
    """Every place of the window, as its distance from the first one."""
    for place in itertools.product(*map(range, window.size)):
        yield tuple(k * d for k, d in zip(place, window.dilation, strict=True))


def count(window: Window) -> int:
    """How many places the window has."""
    return math.prod(window.size)


def taps(x: Array, window: Window, fill: float = 0.0) -> list[Array]:
    """For each place of the window, the values that lie under it as it moves over x, padded with `fill`.

    Shapes: x (batch, *sizes, channels) -> each (batch, *output sizes, channels).
    """
    sizes = x.shape[1:-1]
    outputs, pads = window.output_sizes(sizes), window.pads(sizes)
    if any(low or high for low, high in pads):
        x = lax.pad(x, jnp.asarray(fill, x.dtype), ((0, 0, 0), *((low, high, 0) for low, high in pads), (0, 0, 0)))
    found = []
    for place in places(window):
        ends = tuple(p + (n - 1) * s + 1 for p, n, s in zip(place, outputs, window.strides, strict=True))
        starts = (0, *place, 0)
        found.append(lax.slice(x, starts, (x.shape[0], *ends, x.shape[-1]), (1, *window.strides, 1)))
    return found


def spread(parts: Sequence[Array], window: Window, sizes: tuple[int, ...]) -> Array:
    """The transpose of `taps`: each part put back where it was taken from an input of these sizes, and summed."""
    pads = window.pads(sizes)
    total = None
    for part, place in zip(parts, places(window), strict=True):
        widths = []
        for n, m, p, s, (low, _) in zip(part.shape[1:-1], sizes, place, window.strides, pads, strict=True):
            before = p - low
            widths.append((before, m - before - ((n - 1) * s + 1), s - 1))
        put = lax.pad(part, jnp.zeros((), part.dtype), ((0, 0, 0), *widths, (0, 0, 0)))
        total = put if total is None else total + put
    return jnp.zeros((0,)) if total is None else total
