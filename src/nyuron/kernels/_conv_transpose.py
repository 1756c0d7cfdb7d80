"""Transposed convolution."""

from __future__ import annotations

import functools
from typing import Any

import jax
import jax.numpy as jnp
from jax.custom_batching import sequential_vmap

from nyuron.core import Array
from nyuron.kernels import _reference
from nyuron.kernels._choice import is_own_faster
from nyuron.kernels._chunks import by_chunks
from nyuron.kernels._conv import product_bytes
from nyuron.kernels._products import input_product, product, weight_product
from nyuron.kernels._window import Window


def conv_transpose(
    x: Array,
    kernel: Array,
    bias: Array | None = None,
    *,
    window: Window,
    output_padding: tuple[int, ...] | None = None,
    activation: str | None = None,
) -> Array:
    """``y[S i + D k − P] += x[i] W[k]ᵀ``, then bias and activation: the transpose of a convolution with that kernel.

    On CPU its products are those of `conv` in other roles: the output is that convolution's input gradient, the input's
    gradient its output.

    Shapes: x (batch, *sizes, channels), W (*size, filters, channels), b (filters,) -> (batch, *new sizes, filters).
    """
    pads = _reference.transposed_pads(window, output_padding)
    sizes = _reference.transposed_sizes(x.shape[1:-1], window, output_padding)
    # The convolution of which this is the transpose, with its own pads.
    back = tuple((span - 1 - low, span - 1 - high) for span, (low, high) in zip(window.spans, pads, strict=True))
    if min(map(min, back)) < 0 or x.dtype != kernel.dtype or not is_own_faster():
        return _reference.conv_transpose(
            x, kernel, bias, window=window, output_padding=output_padding, activation=activation
        )
    y: Any = _transposed(x, kernel, window._replace(padding=back), sizes)
    return _reference.finish(y, bias, activation)


@functools.partial(jax.custom_vjp, nondiff_argnums=(2, 3))
def _transposed(x: Array, kernel: Array, window: Window, sizes: tuple[int, ...]) -> Array:
    return _forward_pass(window, sizes)(x, kernel)


def _forward(x: Array, kernel: Array, window: Window, sizes: tuple[int, ...]) -> Any:
    return _forward_pass(window, sizes)(x, kernel), (x, kernel)


def _backward(window: Window, sizes: tuple[int, ...], saved: Any, gradient: Array) -> Any:
    return _backward_pass(window, sizes)(*saved, gradient)


_transposed.defvjp(_forward, _backward)


@functools.cache
def _forward_pass(window: Window, sizes: tuple[int, ...]) -> Any:
    @sequential_vmap
    def run(x: Array, kernel: Array) -> Array:
        def on(x: Array) -> Any:
            return input_product(x, kernel, window, sizes), ()

        return by_chunks(on, x, x.shape[0], product_bytes(window, sizes, *kernel.shape[-2:]))[0]

    return run


@functools.cache
def _backward_pass(window: Window, sizes: tuple[int, ...]) -> Any:
    @sequential_vmap
    def run(x: Array, kernel: Array, gradient: Array) -> Any:
        def on(arrays: Any) -> Any:
            x, g = arrays
            return product(g, kernel, window), weight_product(g, jnp.moveaxis(x, 0, -2), window)

        return by_chunks(on, (x, gradient), x.shape[0], product_bytes(window, sizes, *kernel.shape[-2:]))

    return run
