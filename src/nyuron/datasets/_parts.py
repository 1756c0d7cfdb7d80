"""Training and test parts of the small data sets."""

from __future__ import annotations

from typing import Any

import numpy as np

from nyuron.data import split_rows

Parts = tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


def classified(x: Any, y: Any, test_split: float, seed: int) -> Parts:
    """x as float32, classes as int32, split at random so that both parts hold the same shares of each class."""
    x, y = np.asarray(x, np.float32), np.asarray(y, np.int32)
    return _taken(x, y, test_split, seed, stratify=y)


def measured(x: Any, y: Any, test_split: float, seed: int) -> Parts:
    """x and y as float32, split at random."""
    return _taken(np.asarray(x, np.float32), np.asarray(y, np.float32), test_split, seed)


def forecast(series: np.ndarray, window: int, test_split: float) -> Parts:
    """Each value of a series with the `window` values before it; the test part is the last stretch of time.

    Shapes: series (samples + window,) -> x (samples, window), y (samples,).
    """
    rows = np.lib.stride_tricks.sliding_window_view(np.asarray(series, np.float32), window + 1)
    x, y = rows[:, :-1].copy(), rows[:, -1].copy()
    cut = len(x) - round(len(x) * test_split)
    return (x[:cut], y[:cut]), (x[cut:], y[cut:])


def _taken(x: np.ndarray, y: np.ndarray, test_split: float, seed: int, stratify: Any = None) -> Parts:
    train, _, test = split_rows(len(x), test=test_split, validation=0, seed=seed, stratify=stratify)
    return (x[train], y[train]), (x[test], y[test])
