"""Nonlinear: one noisy curve over the unit interval."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from nyuron.core import DataError
from nyuron.data import read
from nyuron.datasets._parts import Parts, measured
from nyuron.datasets._store import find_local

FEATURE_NAMES = ("x",)


def curve(x: np.ndarray) -> np.ndarray:
    """The curve without noise: ``sin 2πx + x² / 2``."""
    return np.sin(2 * np.pi * x) + x**2 / 2


def load_data(samples: int = 1000, noise: float = 0.5, test_split: float = 0.2, seed: int = 0) -> Parts:
    """``y = sin 2πx + x² / 2 + noise · ε`` for x uniform on [0, 1]: the shape of the lectures' nonlinear.csv.

    Shapes: x (n, 1), y (n,).
    Source: fitted to nonlinear.csv of github dknife/ML, whose noise is 0.52.
    Example:
        >>> load_data(10)[0][0].shape
        (8, 1)
    """
    random = np.random.default_rng(seed)
    x = random.uniform(0, 1, samples)
    return measured(x[:, None], curve(x) + random.normal(0, noise, samples), test_split, seed)


def load_csv(path: str | os.PathLike[str] | None = None) -> tuple[np.ndarray, np.ndarray]:
    """The columns x and y of the lectures' own nonlinear.csv, from `path` or from the folder NYURON_DATA.

    Shapes: x (1000,), y (1000,) float32.
    Raises: DataError if the file is not there.
    Source: github dknife/ML.
    """
    found = find_local("nonlinear", "nonlinear.csv") if path is None else Path(path)
    if found is None:
        raise DataError(
            "nonlinear.csv is not on this machine",
            who="nonlinear.load_csv()",
            expected="the file in the folder that NYURON_DATA names",
            got=os.environ.get("NYURON_DATA") or "NYURON_DATA is not set",
            fix="load_csv(path), or load_data() for points of the same shape",
        )
    x, y = read(found).numbers(["x", "y"]).T
    return x.copy(), y.copy()
