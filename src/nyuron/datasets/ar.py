"""AR: forecasting an autoregressive series."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nyuron.core import ArgumentError
from nyuron.datasets._parts import Parts, forecast

_WARM_UP = 200


def load_data(
    samples: int = 1000,
    coefficients: Sequence[float] = (0.6, 0.3),
    noise: float = 1.0,
    window: int = 12,
    test_split: float = 0.2,
    seed: int = 0,
) -> Parts:
    """The next value of ``yₜ = Σ cᵢ yₜ₋ᵢ + noise · ε``, from the `window` values before it.

    No forecast can have a mean squared error below noise². The test part is the last stretch of time.

    Shapes: x (n, window), y (n,).
    Raises: ArgumentError if the coefficients make the series grow without bound.
    Source: an AR(p) process.
    Example:
        >>> load_data(10)[0][0].shape
        (8, 12)
    """
    roots = np.roots([1, *(-c for c in coefficients)])
    if np.abs(roots).max(initial=0) >= 1:
        raise ArgumentError(
            "the series would grow without bound",
            who="ar.load_data()",
            expected="coefficients whose characteristic roots lie inside the unit circle",
            got=f"{tuple(coefficients)}, largest root {np.abs(roots).max():.3g}",
            fix="coefficients whose absolute values sum to less than 1",
        )
    shocks = np.random.default_rng(seed).normal(0, noise, _WARM_UP + samples + window)
    series = np.zeros_like(shocks)
    for t, shock in enumerate(shocks):
        series[t] = shock + sum(c * series[t - i] for i, c in enumerate(coefficients, 1) if i <= t)
    return forecast(series[_WARM_UP:], window, test_split)
