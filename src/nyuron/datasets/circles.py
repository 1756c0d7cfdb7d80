"""Circles: a ring inside a ring."""

from __future__ import annotations

import numpy as np

from nyuron.datasets._parts import Parts, classified

FEATURE_NAMES = ("x1", "x2")


def load_data(
    samples: int = 1000,
    noise: float = 0.1,
    factor: float = 0.5,
    test_split: float = 0.2,
    seed: int = 0,
) -> Parts:
    """A ring of radius 1 (class 0) around a ring of radius `factor` (class 1).

    Shapes: x (n, 2), y (n,) 0 or 1; noise is the standard deviation around the ring.
    Source: sklearn.datasets.make_circles.
    Example:
        >>> load_data(10)[0][0].shape
        (8, 2)
    """
    random = np.random.default_rng(seed)
    y = np.arange(samples) % 2
    angle = random.uniform(0, 2 * np.pi, samples)
    x = (np.where(y, factor, 1.0) * [np.cos(angle), np.sin(angle)]).T
    return classified(x + random.normal(0, noise, x.shape), y, test_split, seed)
