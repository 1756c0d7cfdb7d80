"""Moons: two half circles that reach into each other."""

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
    """Two half circles that reach into each other.

    Shapes: x (n, 2), y (n,) 0 or 1; noise is the standard deviation around the curve.
    Source: sklearn.datasets.make_moons.
    Example:
        >>> load_data(10)[0][0].shape
        (8, 2)
    """
    random = np.random.default_rng(seed)
    y = np.arange(samples) % 2
    angle = random.uniform(0, np.pi, samples)
    x = np.where(y, [1 - np.cos(angle), 0.5 - np.sin(angle)], [np.cos(angle), np.sin(angle)]).T
    return classified(x + random.normal(0, noise, x.shape), y, test_split, seed)
