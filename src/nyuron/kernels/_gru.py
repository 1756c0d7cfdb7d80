"""The gated recurrent unit over whole sequences."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from nyuron.core import Array
from nyuron.kernels._sequence import (
    are_kernels_plain,
    barrier,
    before,
    over_members,
    pick,
    project,
    projected,
    sigmoid,
    weight_gradient,
)

Outputs = tuple[Array | None, Array]


def gru(
    x: Array,
    kernel: Array,
    recurrent_kernel: Array,
    bias: Array | None,
    h: Array,
    mask: Array | None = None,
    is_backwards: bool = False,
    every: bool = True,
) -> Outputs:
    """``z, r = σ(x_t W + b + h R + b′)``; ``n = tanh(x_t W + b + r ⊙ (h R + b′))``; ``h ← z ⊙ h + (1 − z) ⊙ n``; all h, last h.

    Inputs are projected for all steps at once. Going back, the loop over time finds the gates' deltas alone; the
    gradients of W, R, b and b′ are one product each over all steps. Outputs stand at their steps, also backwards. A
    step where the mask is False changes nothing. Without
    `every` the first output is None.

    Shapes: x (*members, time, batch, features), W (*members, features, 3 units), R (*members, units, 3 units), b and b′
        together (*members, 2, 3 units) or None, h (*members, batch, units), mask (*members, time, batch) or None.
    """
    if are_kernels_plain():
        return gru_reference(x, kernel, recurrent_kernel, bias, h, mask, is_backwards, every)
    return over_members(lambda *a: _gru(*a, is_backwards, every), x, kernel, recurrent_kernel, bias, h, mask)


@partial(jax.custom_vjp, nondiff_argnums=(6, 7))
def _gru(
    x: Array, kernel: Array, r: Array, bias: Array | None, h: Array, mask: Array | None, is_backwards: bool, every: bool
) -> Outputs:
    return _forward(x, kernel, r, bias, h, mask, is_backwards, every)[0]


def _forward(
    x: Array, kernel: Array, r: Array, bias: Array | None, h: Array, mask: Array | None, is_backwards: bool, every: bool
) -> tuple[Outputs, Any]:
    # Each gate has arrays of its own: XLA on CPU does not vectorise functions of slices.
    xs = projected(x, kernel, None if bias is None else bias[0], 3)
    rz, rr, rn = jnp.split(r, 3, axis=-1)
    bz, br, bn = (0, 0, 0) if bias is None else jnp.split(bias[1], 3, axis=-1)

    def step(h: Array, entry: Any) -> Any:
        (xz, xr, xn), counts = entry
        z, reset, inner = sigmoid(xz + (h @ rz + bz)), sigmoid(xr + (h @ rr + br)), barrier(h @ rn + bn)
        n = jnp.tanh(xn + reset * inner)
        after = pick(counts, z * (h - n) + n, h)
        return after, (after if every else h, z, reset, n, inner)

    last, (hs, *saved) = jax.lax.scan(step, h, (xs, mask), reverse=is_backwards)
    return (hs if every else None, last), (x, kernel, r, bias, h, hs, mask, saved)


def _backward(is_backwards: bool, every: bool, residuals: Any, cotangents: Outputs) -> tuple[Any, ...]:
    x, kernel, r, bias, first, hs, mask, saved = residuals
    dhs, dh = cotangents
    back = r.T
    previous = before(first, hs, is_backwards) if every else hs

    def step(dh: Array, entry: Any) -> Any:
        dy, counts, h, z, reset, n, inner = entry
        dh = dh if dy is None else dh + dy
        # A masked step hands it on as it is.
        through, dh = pick(counts, jnp.zeros_like(dh), dh), pick(counts, dh, 0)
        dn = barrier(dh * (1 - z) * (1 - n * n))
        deltas = dh * (h - n) * z * (1 - z), dn * inner * reset * (1 - reset), dn * reset
        d = barrier(jnp.concatenate(barrier(deltas), axis=-1))
        dh = d @ back + dh * z
        return (dh if counts is None else dh + through), (d, dn)

    dh, (ds, dn) = jax.lax.scan(step, dh, (dhs, mask, previous, *saved), reverse=not is_backwards)
    # z and r have the same deltas on both sides; n has reset ⊙ dn on the recurrent one.
    units = dn.shape[-1]
    gates, new = jnp.split(kernel, [2 * units], axis=-1)
    dx = project(ds[..., : 2 * units], gates.T, None) + project(dn, new.T, None)
    dkernel = jnp.concatenate([weight_gradient(x, ds)[:, : 2 * units], weight_gradient(x, dn)], axis=-1)
    dbias = None
    if bias is not None:
        inner = jnp.sum(ds, (0, 1))
        dbias = jnp.stack([jnp.concatenate([inner[: 2 * units], jnp.sum(dn, (0, 1))]), inner])
    return dx, dkernel, weight_gradient(previous, ds), dbias, dh, None


_gru.defvjp(_forward, _backward)


def gru_reference(
    x: Array,
    kernel: Array,
    recurrent_kernel: Array,
    bias: Array | None,
    h: Array,
    mask: Array | None = None,
    is_backwards: bool = False,
    every: bool = True,
) -> Outputs:
    """The same as `gru`, step by step as the equations have it."""

    def run(x: Array, kernel: Array, r: Array, bias: Array | None, h: Array, mask: Array | None) -> Outputs:
        outer, inner = (None, None) if bias is None else (bias[0], bias[1])

        def step(h: Array, entry: Any) -> Any:
            x, counts = entry
            zx, rx, nx = jnp.split(project(x, kernel, outer), 3, axis=-1)
            zh, rh, nh = jnp.split(project(h, r, inner), 3, axis=-1)
            z, reset = jax.nn.sigmoid(zx + zh), jax.nn.sigmoid(rx + rh)
            h = pick(counts, z * h + (1 - z) * jnp.tanh(nx + reset * nh), h)
            return h, h

        last, hs = jax.lax.scan(step, h, (x, mask), reverse=is_backwards)
        return hs if every else None, last

    return over_members(run, x, kernel, recurrent_kernel, bias, h, mask)
