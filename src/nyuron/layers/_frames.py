"""A signal cut into overlapping frames."""

from __future__ import annotations

import math

import jax.numpy as jnp

from nyuron.core import Array

_MOST_SLICES = 64


def frame_count(samples: int, length: int, stride: int) -> int:
    """How many whole frames a signal holds."""
    return max((samples - length) // stride + 1, 0)


def frames(x: Array, length: int, stride: int) -> Array:
    """Every `length` samples of the last axis, `stride` apart.

    Frames are put together of blocks, a few strided slices: XLA gathers slowly on the CPU.

    Shapes: x (…, samples) -> (…, frames, length).
    """
    count = frame_count(x.shape[-1], length, stride)
    block = math.gcd(length, stride)
    if length // block > _MOST_SLICES:
        start = jnp.arange(count, dtype=jnp.int32)[:, None] * stride
        return jnp.take(x, start + jnp.arange(length, dtype=jnp.int32), axis=-1)
    step, used = stride // block, ((count - 1) * stride + length) // block
    blocks = x[..., : used * block].reshape(*x.shape[:-1], used, block)
    parts = [blocks[..., i : i + (count - 1) * step + 1 : step, :] for i in range(length // block)]
    return jnp.concatenate(parts, axis=-1)
