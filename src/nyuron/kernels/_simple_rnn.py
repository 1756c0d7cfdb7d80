"""The recurrent layer without gates over whole sequences."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from nyuron.core import Array
from nyuron.kernels._sequence import are_kernels_plain, before, over_members, pick, project, weight_gradient

Outputs = tuple[Array | None, Array]


def simple_rnn(
    x: Array,
    kernel: Array,
    recurrent_kernel: Array,
    bias: Array | None,
    h: Array,
    mask: Array | None = None,
    is_backwards: bool = False,
    every: bool = True,
) -> Outputs:
    """``h ← tanh(x_t W + b + h R)``; all h, last h.

    Inputs are projected for all steps at once. Going back, the loop over time finds the deltas alone; the gradients of
    W, R and b are one product each over all steps. Outputs stand at their steps, also backwards. A step where the mask
    is False changes nothing. Without `every` the first output is None.

    Shapes: x (*members, time, batch, features), W (*members, features, units), R (*members, units, units),
        b (*members, units) or None, h (*members, batch, units), mask (*members, time, batch) or None.
    """
    if are_kernels_plain():
        return simple_rnn_reference(x, kernel, recurrent_kernel, bias, h, mask, is_backwards, every)
    run = partial(_simple_rnn, is_backwards=is_backwards, every=every)
    return over_members(run, x, kernel, recurrent_kernel, bias, h, mask)


def _simple_rnn(
    x: Array, kernel: Array, r: Array, bias: Array | None, h: Array, mask: Array | None, is_backwards: bool, every: bool
) -> Outputs:
    return _through(project(x, kernel, bias), r, h, mask, is_backwards, every)


@partial(jax.custom_vjp, nondiff_argnums=(4, 5))
def _through(z: Array, r: Array, h: Array, mask: Array | None, is_backwards: bool, every: bool) -> Outputs:
    return _forward(z, r, h, mask, is_backwards, every)[0]


def _forward(z: Array, r: Array, h: Array, mask: Array | None, is_backwards: bool, every: bool) -> tuple[Outputs, Any]:
    def step(h: Array, entry: Any) -> Any:
        z, counts = entry
        h = pick(counts, jnp.tanh(z + h @ r), h)
        return h, h

    last, hs = jax.lax.scan(step, h, (z, mask), reverse=is_backwards)
    return (hs if every else None, last), (r, h, hs, mask)


def _backward(is_backwards: bool, every: bool, residuals: Any, cotangents: Outputs) -> tuple[Any, ...]:
    r, first, hs, mask = residuals
    dhs, dh = cotangents
    back = r.T

    def step(dh: Array, entry: Any) -> Any:
        dy, counts, h = entry
        dh = dh if dy is None else dh + dy
        # A masked step hands it on as it is.
        through, d = pick(counts, jnp.zeros_like(dh), dh), pick(counts, dh * (1 - h * h), 0)
        dh = d @ back
        return (dh if counts is None else dh + through), d

    dh, ds = jax.lax.scan(step, dh, (dhs, mask, hs), reverse=not is_backwards)
    return ds, weight_gradient(before(first, hs, is_backwards), ds), dh, None


_through.defvjp(_forward, _backward)


def simple_rnn_reference(
    x: Array,
    kernel: Array,
    recurrent_kernel: Array,
    bias: Array | None,
    h: Array,
    mask: Array | None = None,
    is_backwards: bool = False,
    every: bool = True,
) -> Outputs:
    """The same as `simple_rnn`, step by step as the equation has it."""

    def run(x: Array, kernel: Array, r: Array, bias: Array | None, h: Array, mask: Array | None) -> Outputs:
        def step(h: Array, entry: Any) -> Any:
            x, counts = entry
            h = pick(counts, jnp.tanh(project(x, kernel, bias) + h @ r), h)
            return h, h

        last, hs = jax.lax.scan(step, h, (x, mask), reverse=is_backwards)
        return hs if every else None, last

    return over_members(run, x, kernel, recurrent_kernel, bias, h, mask)
