"""The three products of a convolution, in the forms that are fast on CPU also inside a compiled loop."""

from __future__ import annotations

from collections.abc import Sequence

import jax.numpy as jnp
from jax import lax

from nyuron.core import Array
from nyuron.kernels._reference import dimension_numbers
from nyuron.kernels._taps import count, spread
from nyuron.kernels._window import Pads, Window

MOST_PARTS = 27
"""Kernels with more places have their input gradient from XLA: each place is a term of one sum."""


def product(x: Array, kernel: Array, window: Window) -> Array:
    """``y[i] = Σₖ x[S i + D k − P] W[k]``.

    Shapes: x (batch, *sizes, inputs), W (*size, inputs, outputs) -> (batch, *output sizes, outputs).
    """
    x, pads = _reached(x, window.pads(x.shape[1:-1]))
    return lax.conv_general_dilated(
        x,
        kernel,
        window.strides,
        pads,
        rhs_dilation=window.dilation,
        dimension_numbers=dimension_numbers(window.rank),
    )


def _reached(x: Array, pads: Sequence[tuple[int, int]]) -> tuple[Array, Pads]:
    """x without what the window does not reach, and no pad below 0: few convolutions of XLA's take one."""
    limits = [n + min(high, 0) for n, (_, high) in zip(x.shape[1:-1], pads, strict=True)]
    x = lax.slice(x, (0,) * x.ndim, (x.shape[0], *limits, x.shape[-1]))
    return x, tuple((low, max(high, 0)) for low, high in pads)


def input_product(y: Array, kernel: Array, window: Window, sizes: tuple[int, ...]) -> Array:
    """The transpose of `product` in x: ``x[S i + D k − P] += y[i] W[k]ᵀ``, as one matrix product and a sum.

    Shapes: y (batch, *output sizes, outputs), W (*size, inputs, outputs) -> (batch, *sizes, inputs).
    """
    inputs, outputs = kernel.shape[-2:]
    if count(window) > MOST_PARTS:
        return _input_product_of_xla(y, kernel, window, sizes)
    columns = jnp.matmul(y, kernel.reshape(-1, outputs).T)
    parts = [lax.slice_in_dim(columns, i * inputs, (i + 1) * inputs, axis=-1) for i in range(count(window))]
    return spread(parts, window, sizes)


def _input_product_of_xla(y: Array, kernel: Array, window: Window, sizes: tuple[int, ...]) -> Array:
    pads = []
    parts = zip(sizes, y.shape[1:-1], window.pads(sizes), window.spans, window.strides, strict=True)
    for n, m, (low, _), span, s in parts:
        before = span - 1 - low
        pads.append((before, n + span - 1 - before - ((m - 1) * s + 1)))
    return lax.conv_general_dilated(
        y,
        jnp.flip(kernel, range(window.rank)).swapaxes(-1, -2),
        (1,) * window.rank,
        pads,
        lhs_dilation=window.strides,
        rhs_dilation=window.dilation,
        dimension_numbers=dimension_numbers(window.rank),
    )


def weight_product(x: Array, y: Array, window: Window) -> Array:
    """The transpose of `product` in W: ``W[k] = Σᵢ x[S i + D k − P]ᵀ y[i]``, a convolution with y as its kernel.

    Shapes: x (batch, *sizes, inputs), y (*output sizes, batch, outputs) -> (*size, inputs, outputs).
    """
    sizes, rank = x.shape[1:-1], window.rank
    pads = []
    parts = zip(sizes, y.shape[:-2], window.pads(sizes), window.spans, window.strides, strict=True)
    for n, m, (low, _), span, s in parts:
        # What the last window does not reach is left out.
        pads.append((low, (m - 1) * s + span - low - n))
    x, pads = _reached(x, pads)
    # Barriers, because XLA would fold the transposes into a convolution of a form that is slow inside loops.
    images, gradient = lax.optimization_barrier((x.swapaxes(0, -1), y))
    found = lax.conv_general_dilated(
        images,
        gradient,
        window.dilation,
        pads,
        rhs_dilation=window.strides,
        dimension_numbers=dimension_numbers(rank),
    )
    return jnp.moveaxis(lax.optimization_barrier(found), 0, -2)
