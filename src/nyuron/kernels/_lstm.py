"""The long short-term memory over whole sequences."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from nyuron.core import Array
from nyuron.kernels._sequence import (
    apart,
    are_kernels_plain,
    barrier,
    before,
    over_members,
    pick,
    project,
    projected,
    projection_gradients,
    sigmoid,
    weight_gradient,
)

Outputs = tuple[Array | None, Array, Array]


def lstm(
    x: Array,
    kernel: Array,
    recurrent_kernel: Array,
    bias: Array | None,
    h: Array,
    c: Array,
    mask: Array | None = None,
    is_backwards: bool = False,
    every: bool = True,
) -> Outputs:
    """``i, f, g, o = σ, σ, tanh, σ (x_t W + b + h R)``; ``c ← f ⊙ c + i ⊙ g``; ``h ← o ⊙ tanh c``; all h, last h, last c.

    Inputs are projected for all steps at once. Going back, the loop over time finds the gates' deltas alone; the
    gradients of W, R and b are one product each over all steps. Outputs stand at their steps, also backwards. A step
    where the mask is False changes nothing. Without
    `every` the first output is None.

    Shapes: x (*members, time, batch, features), W (*members, features, 4 units), R (*members, units, 4 units),
        b (*members, 4 units) or None, h and c (*members, batch, units), mask (*members, time, batch) or None.
    """
    if are_kernels_plain():
        return lstm_reference(x, kernel, recurrent_kernel, bias, h, c, mask, is_backwards, every)
    return over_members(lambda *a: _lstm(*a, is_backwards, every), x, kernel, recurrent_kernel, bias, h, c, mask)


@partial(jax.custom_vjp, nondiff_argnums=(7, 8))
def _lstm(
    x: Array,
    kernel: Array,
    r: Array,
    bias: Array | None,
    h: Array,
    c: Array,
    mask: Array | None,
    is_backwards: bool,
    every: bool,
) -> Outputs:
    return _forward(x, kernel, r, bias, h, c, mask, is_backwards, every)[0]


def _forward(
    x: Array,
    kernel: Array,
    r: Array,
    bias: Array | None,
    h: Array,
    c: Array,
    mask: Array | None,
    is_backwards: bool,
    every: bool,
) -> tuple[Outputs, Any]:
    # Each gate has arrays of its own: XLA on CPU does not vectorise functions of slices.
    zs = projected(x, kernel, bias, 4)
    ri, rf, rg, ro = jnp.split(r, 4, axis=-1)

    def step(carry: tuple[Array, Array], entry: Any) -> Any:
        (h, c), ((zi, zf, zg, zo), counts) = carry, entry
        i, f, g, o = sigmoid(zi + h @ ri), sigmoid(zf + h @ rf), jnp.tanh(zg + h @ rg), sigmoid(zo + h @ ro)
        new, t = apart(f * c + i * g, jnp.tanh)
        after = pick(counts, o * t, h), pick(counts, new, c)
        return after, (after[0] if every else h, c, i, f, g, o)

    (last_h, last_c), (hs, *saved) = jax.lax.scan(step, (h, c), (zs, mask), reverse=is_backwards)
    return (hs if every else None, last_h, last_c), (x, kernel, r, bias, h, hs, mask, saved)


def _backward(is_backwards: bool, every: bool, residuals: Any, cotangents: Outputs) -> tuple[Any, ...]:
    x, kernel, r, bias, first, hs, mask, saved = residuals
    dhs, dh, dc = cotangents
    back = r.T

    def step(carry: tuple[Array, Array], entry: Any) -> Any:
        (dh, dc), (dy, counts, c, i, f, g, o) = carry, entry
        dh = dh if dy is None else dh + dy
        # A masked step hands both on as they are.
        through = pick(counts, jnp.zeros_like(dh), dh), pick(counts, jnp.zeros_like(dc), dc)
        dh, dc = pick(counts, dh, 0), pick(counts, dc, 0)
        _, t = apart(f * c + i * g, jnp.tanh)
        dc = barrier(dc + dh * o * (1 - t * t))
        deltas = dc * g * i * (1 - i), dc * c * f * (1 - f), dc * i * (1 - g * g), dh * t * o * (1 - o)
        d = barrier(jnp.concatenate(barrier(deltas), axis=-1))
        dh, dc = d @ back, barrier(dc * f)
        return ((dh, dc) if counts is None else (dh + through[0], dc + through[1])), d

    (dh, dc), ds = jax.lax.scan(step, (dh, dc), (dhs, mask, *saved), reverse=not is_backwards)
    previous = before(first, hs, is_backwards) if every else hs
    dx, dkernel, dbias = projection_gradients(x, kernel, bias, ds)
    return dx, dkernel, weight_gradient(previous, ds), dbias, dh, dc, None


_lstm.defvjp(_forward, _backward)


def lstm_reference(
    x: Array,
    kernel: Array,
    recurrent_kernel: Array,
    bias: Array | None,
    h: Array,
    c: Array,
    mask: Array | None = None,
    is_backwards: bool = False,
    every: bool = True,
) -> Outputs:
    """The same as `lstm`, step by step as the equations have it."""

    def run(x: Array, kernel: Array, r: Array, bias: Array | None, h: Array, c: Array, mask: Array | None) -> Outputs:
        def step(carry: tuple[Array, Array], entry: Any) -> Any:
            (h, c), (x, counts) = carry, entry
            i, f, g, o = jnp.split(project(x, kernel, bias) + h @ r, 4, axis=-1)
            new = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
            h, c = pick(counts, jax.nn.sigmoid(o) * jnp.tanh(new), h), pick(counts, new, c)
            return (h, c), h

        (h, c), hs = jax.lax.scan(step, (h, c), (x, mask), reverse=is_backwards)
        return hs if every else None, h, c

    return over_members(run, x, kernel, recurrent_kernel, bias, h, c, mask)
