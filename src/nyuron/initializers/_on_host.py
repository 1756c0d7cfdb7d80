"""Draws made by NumPy: the bits of jax.random, without a compilation for each shape.

A key is here its two words. Source: Salmon et al. 2011, threefry-2×32 with 20 rounds, and JAX's way of counting
(`jax_threefry_partitionable`).
"""

from __future__ import annotations

import math
from typing import Any

import jax
import numpy as np

from nyuron.kernels import threefry

_TURNS = ((13, 15, 26, 6), (17, 29, 16, 24))
MOST = 1 << 20
"""Values beyond which a compiled program is faster, its compilation included."""


def can_draw_on_host() -> bool:
    """Whether JAX counts as is done here."""
    settings: Any = jax.config
    return bool(settings.jax_threefry_partitionable) and not settings.jax_enable_x64


def split_on_host(key: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """As jax.random.split(key)."""
    words = np.stack(_threefry(key, 2), axis=-1)
    return words[0], words[1]


def uniform_on_host(key: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """From [−1, 1), as jax.random.uniform(key, shape, float32, −1, 1)."""
    x, y = _threefry(key, math.prod(shape))
    floats = (((x ^ y) >> np.uint32(9)) | np.uint32(0x3F800000)).view(np.float32)
    # 2 (f − 1) − 1, of which each part is exact.
    return (np.float32(2) * (floats - np.float32(1)) - np.float32(1)).reshape(shape)


def _threefry(key: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Two words for each of the counters 0, 1, …"""
    found = threefry(key, count)
    if found is not None:
        return found
    words = (int(key[0]), int(key[1]), int(key[0]) ^ int(key[1]) ^ 0x1BD11BDA)
    x, y = np.zeros(count, np.uint32), np.arange(count, dtype=np.uint32)
    x += np.uint32(words[0])
    y += np.uint32(words[1])
    for i in range(5):
        for turn in _TURNS[i % 2]:
            x += y
            y = (y << np.uint32(turn)) | (y >> np.uint32(32 - turn))
            y ^= x
        x += np.uint32(words[(i + 1) % 3])
        y += np.uint32((words[(i + 2) % 3] + i + 1) % 2**32)
    return x, y
