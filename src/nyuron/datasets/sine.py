"""Sine: forecasting a noisy wave."""

from __future__ import annotations

import numpy as np

from nyuron.datasets._parts import Parts, forecast


def load_data(
    samples: int = 1000,
    noise: float = 0.1,
    window: int = 12,
    period: float = 20.0,
    test_split: float = 0.2,
    seed: int = 0,
) -> Parts:
    """The next value of a noisy sine, from the `window` values before it. The test part is the last stretch of time.

    Shapes: x (n, window), y (n,).
    Source: sin(2πt / period) + noise · ε.
    Example:
        >>> load_data(10)[0][0].shape
        (8, 12)
    """
    random = np.random.default_rng(seed)
    time = np.arange(samples + window)
    return forecast(np.sin(2 * np.pi * time / period) + random.normal(0, noise, len(time)), window, test_split)
