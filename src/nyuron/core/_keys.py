"""Random keys: one seed governs everything."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import jax
import numpy as np

from nyuron.core._types import Key


class _SeedStream:
    """The process's stream of seeds: unpredictable until `set_random_seed`, then always the same."""

    def __init__(self) -> None:
        self._source = np.random.SeedSequence()
        self._drawn = 0

    def reset(self, seed: int) -> None:
        self._source = np.random.SeedSequence(seed)
        self._drawn = 0

    def next(self) -> int:
        self._drawn += 1
        entropy = np.random.SeedSequence(self._source.entropy, spawn_key=(self._drawn,))
        return int(entropy.generate_state(1)[0])


_seeds = _SeedStream()


def set_random_seed(seed: int) -> None:
    """Fix every random choice that follows: weights, shuffling, dropout; also those of `random` and NumPy.

    Source: keras.utils.set_random_seed.
    """
    _seeds.reset(seed)
    random.seed(seed)
    np.random.seed(seed % 2**32)


@contextmanager
def seeded(seed: int, drawn: int = 0) -> Iterator[Callable[[], int]]:
    """Within the block everything random is as after `set_random_seed(seed)` and `drawn` seeds taken from the stream.

    The value is a function that says how many have been taken; afterwards all is as before.
    """
    stream, legacy, plain = (_seeds._source, _seeds._drawn), np.random.get_state(), random.getstate()
    set_random_seed(seed)
    _seeds._drawn = drawn
    try:
        yield lambda: _seeds._drawn
    finally:
        _seeds._source, _seeds._drawn = stream
        np.random.set_state(legacy)
        random.setstate(plain)


def next_seed() -> int:
    """The next seed of the process's stream, 0 … 2³²−1."""
    return _seeds.next()


def seed_data(seed: int) -> np.ndarray:
    """The 64 bits of a seed as two words: the data of its threefry key."""
    if -(2**31) <= seed < 0:
        # As the argument of a compiled program it is an int32, which has no more bits.
        seed %= 2**32
    return np.asarray([(seed >> 32) & 0xFFFFFFFF, seed & 0xFFFFFFFF], np.uint32)


def key_of(data: Any) -> Key:
    """The threefry key of two words."""
    return jax.random.wrap_key_data(data, impl="threefry2x32")


def key_from(seed: int | jax.Array) -> Key:
    """The threefry key of a seed, which may be traced."""
    if isinstance(seed, jax.Array):
        return jax.random.key(seed, impl="threefry2x32")
    return key_of(seed_data(int(seed)))


def fold(key: Key, *indices: int | jax.Array) -> Key:
    """`fold_in` over several indices, such as (member, epoch, step)."""
    for index in indices:
        key = jax.random.fold_in(key, index)
    return key
