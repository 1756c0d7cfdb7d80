"""What the two tables of house prices share."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from nyuron.core import ArgumentError
from nyuron.datasets._npz import load_arrays
from nyuron.datasets._sequences import shuffled

Parts = tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


def check_test_split(test_split: float) -> None:
    """Raise ArgumentError unless 0 ≤ test_split < 1."""
    if not 0 <= test_split < 1:
        raise ArgumentError(
            f"test_split={test_split!r} is no share of the rows",
            expected="0 ≤ test_split < 1",
            got=repr(test_split),
            fix="test_split=0.2",
        )


def load_shuffled(path: Path, test_split: float, seed: int, rows: int | None = None) -> Parts:
    """x and y of an .npz file in a random order, the last part for testing."""
    x, y = load_arrays(path, "x", "y")
    x, y = shuffled(seed, x[:rows], y[:rows])
    cut = int(len(x) * (1 - test_split))
    return (x[:cut], y[:cut]), (x[cut:], y[cut:])
