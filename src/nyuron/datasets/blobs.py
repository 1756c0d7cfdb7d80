"""Blobs: round clouds of points."""

from __future__ import annotations

import numpy as np

from nyuron.datasets._parts import Parts, classified


def load_data(
    samples: int = 1000,
    noise: float = 1.0,
    centers: int = 4,
    features: int = 2,
    test_split: float = 0.2,
    seed: int = 0,
) -> Parts:
    """Gaussian clouds around centres on a ring of radius 5 in the first two features.

    Shapes: x (n, features), y (n,) 0 … centers − 1; noise is the clouds' standard deviation.
    Source: after sklearn.datasets.make_blobs.
    Example:
        >>> load_data(10, centers=2)[0][0].shape
        (8, 2)
    """
    random = np.random.default_rng(seed)
    y = np.arange(samples) % centers
    angle = 2 * np.pi * np.arange(centers) / centers
    centre = np.zeros((centers, max(features, 2)))
    centre[:, :2] = 5 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    x = centre[y, :features] + random.normal(0, noise, (samples, features))
    return classified(x, y, test_split, seed)
