"""Draws made by NumPy where no program is being traced: the same bits, without a compilation for each shape."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.core
import numpy as np

from nyuron.core import Key

_TURNS = ((13, 15, 26, 6), (17, 29, 16, 24))
MOST = 1 << 20
"""Values beyond which a compiled program is faster, its compilation included."""


def is_outside_tracing(*values: Any) -> bool:
    """Whether all these are known numbers, not stand-ins in a program that is being traced."""
    return not any(isinstance(value, jax.core.Tracer) for value in values)


def draws_on_host(key: Any, shape: tuple[int, ...], dtype: Any, *numbers: Any) -> bool:
    """Whether `uniform` gives what jax.random.uniform would, which is known of threefry keys outside all tracing."""
    if not is_outside_tracing(key, *numbers) or np.dtype(dtype) != np.float32:
        return False
    settings: Any = jax.config
    is_threefry = str(jax.random.key_impl(key)) == "threefry2x32"
    return is_threefry and bool(settings.jax_threefry_partitionable) and math.prod(shape) <= MOST


def uniform(key: Key, shape: tuple[int, ...]) -> np.ndarray:
    """From [−1, 1), as jax.random.uniform(key, shape, float32, −1, 1).

    Source: Salmon et al. 2011, threefry-2×32 with 20 rounds; one counter a value, its two words joined by xor.
    """
    a, b = (np.uint32(word) for word in np.asarray(jax.random.key_data(key)))
    keys = (a, b, a ^ b ^ np.uint32(0x1BD11BDA))
    x, y = np.zeros(math.prod(shape), np.uint32), np.arange(math.prod(shape), dtype=np.uint32)
    x += keys[0]
    y += keys[1]
    for i in range(5):
        for turn in _TURNS[i % 2]:
            x += y
            y = (y << np.uint32(turn)) | (y >> np.uint32(32 - turn))
            y ^= x
        x += keys[(i + 1) % 3]
        y += keys[(i + 2) % 3]
        y += np.uint32(i + 1)
    floats = (((x ^ y) >> np.uint32(9)) | np.uint32(0x3F800000)).view(np.float32)
    # 2 (f − 1) − 1, of which each part is exact.
    return (np.float32(2) * (floats - np.float32(1)) - np.float32(1)).reshape(shape)
