"""XOR: points around the corners of a square."""

from __future__ import annotations

import numpy as np

from nyuron.datasets._parts import Parts, classified

FEATURE_NAMES = ("x1", "x2")


def load_data(
    samples: int = 1000,
    noise: float = 0.15,
    test_split: float = 0.2,
    seed: int = 0,
) -> Parts:
    """Points around the corners of the unit square; opposite corners are alike. No straight line parts them.

    Shapes: x (n, 2), y (n,) 0 or 1; noise is the standard deviation around a corner.
    Source: Minsky, Papert 1969.
    Example:
        >>> load_data(10)[0][0].shape
        (8, 2)
    """
    random = np.random.default_rng(seed)
    corner = np.arange(samples)[:, None] // [2, 1] % 2
    return classified(corner + random.normal(0, noise, (samples, 2)), corner[:, 0] ^ corner[:, 1], test_split, seed)
