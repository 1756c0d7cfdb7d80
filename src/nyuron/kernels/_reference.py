"""Convolution and pooling as XLA has them: the plain forms that every faster one is held against."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from nyuron.core import Array
from nyuron.kernels._window import Window


def dimension_numbers(rank: int) -> lax.ConvDimensionNumbers:
    """Batch first, channels last; the kernel has its inputs and outputs last."""
    space = tuple(range(1, rank + 1))
    layout = (0, rank + 1, *space)
    return lax.ConvDimensionNumbers(layout, (rank + 1, rank, *range(rank)), layout)


def finish(y: Array, bias: Array | None, activation: str | None, pool: Window | None = None) -> Array:
    """What follows the products: bias, activation, pooling."""
    if bias is not None:
        y = y + bias
    if activation == "relu":
        y = jax.nn.relu(y)
    return y if pool is None else max_pool(y, pool)


def conv(
    x: Array,
    kernel: Array,
    bias: Array | None = None,
    *,
    window: Window,
    groups: int = 1,
    activation: str | None = None,
    pool: Window | None = None,
) -> Array:
    """Convolution by `jax.lax.conv_general_dilated`; see nyuron.kernels.conv."""
    y = lax.conv_general_dilated(
        x,
        kernel,
        window.strides,
        window.pads(x.shape[1:-1]),
        rhs_dilation=window.dilation,
        dimension_numbers=dimension_numbers(window.rank),
        feature_group_count=groups,
    )
    return finish(y, bias, activation, pool)


def depthwise_conv(
    x: Array, kernel: Array, bias: Array | None = None, *, window: Window, activation: str | None = None
) -> Array:
    """Each channel by itself; see nyuron.kernels.depthwise_conv."""
    *size, channels, multiplier = kernel.shape
    kernel = kernel.reshape(*size, 1, channels * multiplier)
    return conv(x, kernel, bias, window=window, groups=channels, activation=activation)


def transposed_pads(window: Window, output_padding: tuple[int, ...] | None) -> tuple[tuple[int, int], ...]:
    """Zeros around the spread-out input of a transposed convolution, as Keras counts them."""
    pads = []
    for i, (span, stride) in enumerate(zip(window.spans, window.strides, strict=True)):
        extra = None if output_padding is None else output_padding[i]
        if window.padding == "valid":
            pads.append((span - 1, span - 1 + (max(stride - span, 0) if extra is None else extra)))
        else:
            total = stride + span - 2 if extra is None else span + span % 2 - 2 + extra
            before = min(total // 2 + total % 2, span - 1)
            pads.append((before, total - before))
    return tuple(pads)


def transposed_sizes(
    sizes: tuple[int, ...], window: Window, output_padding: tuple[int, ...] | None = None
) -> tuple[int, ...]:
    """The output's sizes of a transposed convolution."""
    parts = zip(sizes, window.strides, transposed_pads(window, output_padding), window.spans, strict=True)
    return tuple((n - 1) * s + 1 + low + high - span + 1 for n, s, (low, high), span in parts)


def conv_transpose(
    x: Array,
    kernel: Array,
    bias: Array | None = None,
    *,
    window: Window,
    output_padding: tuple[int, ...] | None = None,
    activation: str | None = None,
) -> Array:
    """Transposed convolution; see nyuron.kernels.conv_transpose."""
    y = lax.conv_general_dilated(
        x,
        jnp.flip(kernel, range(window.rank)).swapaxes(-1, -2),
        (1,) * window.rank,
        transposed_pads(window, output_padding),
        lhs_dilation=window.strides,
        rhs_dilation=window.dilation,
        dimension_numbers=dimension_numbers(window.rank),
    )
    return finish(y, bias, activation)


def _reduce(x: Array, initial: float, reduce: object, window: Window) -> Array:
    return lax.reduce_window(
        x,
        np.asarray(initial, x.dtype)[()],
        reduce,  # type: ignore[arg-type]
        (1, *window.size, 1),
        (1, *window.strides, 1),
        ((0, 0), *window.pads(x.shape[1:-1]), (0, 0)),
        window_dilation=(1, *window.dilation, 1),
    )


def max_pool(x: Array, window: Window) -> Array:
    """The largest value under the window; padding never is."""
    return _reduce(x, -math.inf, lax.max, window)


def average_pool(x: Array, window: Window) -> Array:
    """The mean of the values under the window, padding left out."""
    total = _reduce(x, 0.0, lax.add, window)
    counts = pool_counts(x.shape[1:-1], window)
    return total / jnp.asarray(counts, x.dtype) if isinstance(counts, np.ndarray) else total / counts


def pool_counts(sizes: tuple[int, ...], window: Window) -> np.ndarray | int:
    """How many values, padding left out, lie under the window at each place; one number where it is the same."""
    pads = window.pads(sizes)
    if not any(low or high for low, high in pads):
        return math.prod(window.size)
    counts = np.ones((1, *window.output_sizes(sizes), 1))
    for axis, (n, (low, _)) in enumerate(zip(sizes, pads, strict=True)):
        starts = np.arange(counts.shape[axis + 1]) * window.strides[axis] - low
        places = starts[:, None] + np.arange(window.size[axis]) * window.dilation[axis]
        inside = ((places >= 0) & (places < n)).sum(1)
        counts = counts * inside.reshape([-1 if a == axis + 1 else 1 for a in range(counts.ndim)])
    return counts
