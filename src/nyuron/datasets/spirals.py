"""Spirals: arms wound around each other."""

from __future__ import annotations

import numpy as np

from nyuron.datasets._parts import Parts, classified

FEATURE_NAMES = ("x1", "x2")


def load_data(
    samples: int = 1000,
    noise: float = 0.03,
    arms: int = 2,
    turns: float = 1.5,
    test_split: float = 0.2,
    seed: int = 0,
) -> Parts:
    """Arms wound around each other, as many as classes: radius r ∈ [0.1, 1], angle 2π(turns · r + k / arms).

    Shapes: x (n, 2), y (n,) 0 … arms − 1; noise is the standard deviation around the arm.
    Source: after Lang, Witbrock 1988, Learning to tell two spirals apart.
    Example:
        >>> load_data(10)[0][0].shape
        (8, 2)
    """
    random = np.random.default_rng(seed)
    y = np.arange(samples) % arms
    radius = np.sqrt(random.uniform(0.01, 1, samples))
    angle = 2 * np.pi * (turns * radius + y / arms)
    x = (radius * [np.cos(angle), np.sin(angle)]).T
    return classified(x + random.normal(0, noise, x.shape), y, test_split, seed)
