"""Convolution with what follows it: bias, rectifier, the largest value of each pool."""

from __future__ import annotations

import functools
import math
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax.custom_batching import sequential_vmap

from nyuron.core import Array
from nyuron.kernels import _reference
from nyuron.kernels._choice import is_own_faster
from nyuron.kernels._chunks import by_chunks
from nyuron.kernels._pool import MOST_PLACES, NOWHERE, largest, put_back
from nyuron.kernels._products import input_product, product, weight_product
from nyuron.kernels._taps import count
from nyuron.kernels._window import Window

Saved = Any
"""Inputs if the kernel's gradient is wanted, the kernel if the inputs' is, and what tells where gradients go."""


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
    """``y[i] = φ(Σₖ x[S i + D k − P] W[k] + b)``, φ being "relu" or none, then the largest value of each pool.

    On CPU the batch is taken in pieces that stay in the cache from the product to the pool, and backwards from the
    pool's gradient to the products; the kernel's gradient is a convolution with the output's gradient as its kernel.
    Groups, and other devices, have XLA's own form. Members under `jax.vmap` are taken one after another.

    Shapes: x (batch, *sizes, channels), W (*size, channels / groups, filters), b (filters,)
        -> (batch, *new sizes, filters).
    """
    fits = groups == 1 and (pool is None or count(pool) <= MOST_PLACES) and x.dtype == kernel.dtype
    if not fits or not is_own_faster():
        return _reference.conv(x, kernel, bias, window=window, groups=groups, activation=activation, pool=pool)
    # Its pads are fixed, for the gradients too.
    window = window._replace(padding=window.pads(x.shape[1:-1]))
    if pool is not None:
        window, pool = _seen(window, pool, x.shape[1:-1])
    return _conv(x, kernel, bias, window, activation == "relu", pool)


def _seen(window: Window, pool: Window, sizes: tuple[int, ...]) -> tuple[Window, Window]:
    """The windows without the outputs behind the last pool, which nobody sees."""
    outputs = window.output_sizes(sizes)
    pads, pool_pads = [], []
    for axis, (low, high) in enumerate(pool.pads(outputs)):
        pools, stride = pool.output_sizes(outputs)[axis], pool.strides[axis]
        unseen = max(outputs[axis] - ((pools - 1) * stride + pool.spans[axis] - low), 0)
        before, behind = window.pads(sizes)[axis]
        pads.append((before, behind - unseen * window.strides[axis]))
        pool_pads.append((low, 0 if unseen else high))
    return window._replace(padding=tuple(pads)), pool._replace(padding=tuple(pool_pads))


@functools.partial(jax.custom_vjp, nondiff_argnums=(3, 4, 5))
def _conv(
    x: Array, kernel: Array, bias: Array | None, window: Window, is_rectified: bool, pool: Window | None
) -> Array:
    return _forward_pass(window, is_rectified, pool, False)(x, kernel, bias)[0]


def _forward(x: Any, kernel: Any, bias: Any, window: Window, is_rectified: bool, pool: Window | None) -> Any:
    y, where = _forward_pass(window, is_rectified, pool, True)(
        x.value, kernel.value, None if bias is None else bias.value
    )
    # A first layer's input and a frozen layer's kernel need no gradient.
    kept_x, kept_kernel = x.value if kernel.perturbed else None, kernel.value if x.perturbed else None
    return y, (kept_x, kept_kernel, where, _Facts(x.value.shape[1:-1], kernel.value.shape[-2], bias is not None))


@jax.tree_util.register_static
class _Facts(NamedTuple):
    """What the backward pass must know besides numbers."""

    sizes: tuple[int, ...]
    channels: int
    has_bias: bool


def _backward(window: Window, is_rectified: bool, pool: Window | None, saved: Saved, gradient: Any) -> Any:
    x, kernel, where, facts = saved
    shape, dtype = gradient.shape, gradient.dtype
    if isinstance(gradient, jax.custom_derivatives.SymbolicZero):
        gradient = jnp.zeros(shape, dtype)
    run = _backward_pass(window, is_rectified, pool, facts)
    of_input, of_kernel, of_bias = run(x, kernel, where, gradient)
    return of_input, of_kernel, of_bias if facts.has_bias else None


_conv.defvjp(_forward, _backward, symbolic_zeros=True)


@functools.cache
def _forward_pass(window: Window, is_rectified: bool, pool: Window | None, is_saving: bool) -> Any:
    """A function of (x, kernel, bias) that gives the output, and what tells where its gradient goes."""

    @sequential_vmap
    def run(x: Array, kernel: Array, bias: Array | None) -> tuple[Array, Array | None]:
        def on(x: Array) -> Any:
            y = product(x, kernel, window)
            if pool is None:
                y = y if bias is None else y + bias
                return (jnp.maximum(y, 0) if is_rectified else y, None), ()
            y, place = largest(y, pool)
            y = y if bias is None else y + bias
            if is_rectified:
                # The largest of rectified values is the rectified largest one.
                place = jnp.where(y > 0, place, jnp.uint8(NOWHERE))
                y = jnp.maximum(y, 0)
            return (y, place if is_saving else None), ()

        (y, place), _ = by_chunks(on, x, x.shape[0], product_bytes(window, x.shape[1:-1], *kernel.shape[-2:]))
        return y, (y if is_rectified and is_saving else None) if pool is None else place

    return run


@functools.cache
def _backward_pass(window: Window, is_rectified: bool, pool: Window | None, facts: _Facts) -> Any:
    """A function of (x, kernel, where, gradient) that gives the gradients of x, kernel and bias."""
    outputs = window.output_sizes(facts.sizes)

    @sequential_vmap
    def run(x: Array | None, kernel: Array | None, where: Array | None, gradient: Array) -> Any:
        def on(arrays: Any) -> Any:
            x, where, g = arrays
            zero = jnp.zeros((), g.dtype)
            if is_rectified:
                g = jnp.where(where > 0 if pool is None else where != jnp.uint8(NOWHERE), g, zero)
            of_bias = jnp.sum(g, tuple(range(g.ndim - 1))) if facts.has_bias else None
            if kernel is None and x is not None and pool is not None:
                # The kernel's gradient takes it transposed, and before the pool's gradient is put back it is smaller.
                shape = (*outputs, *g.shape[:: g.ndim - 1])
                g, where = (jnp.moveaxis(a, 0, -2).reshape(1, *a.shape[1:-1], -1) for a in (g, where))
                return None, (weight_product(x, put_back(g, where, pool, outputs).reshape(shape), window), of_bias)
            if pool is not None:
                g = put_back(g, where, pool, outputs)
            of_input = None if kernel is None else input_product(g, kernel, window, facts.sizes)
            of_kernel = None if x is None else weight_product(x, jnp.moveaxis(g, 0, -2), window)
            return of_input, (of_kernel, of_bias)

        bytes_each = product_bytes(window, facts.sizes, facts.channels, gradient.shape[-1])
        of_input, (of_kernel, of_bias) = by_chunks(on, (x, where, gradient), gradient.shape[0], bytes_each)
        return of_input, of_kernel, of_bias

    return run


def product_bytes(window: Window, sizes: tuple[int, ...], inputs: int, outputs: int) -> int:
    """What one example's products take: the values under the kernel at every place, and the output."""
    return math.prod(window.output_sizes(sizes)) * (count(window) * inputs + outputs) * 4
