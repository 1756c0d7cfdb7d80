"""The house prices of the lectures; without their file, scikit-learn's patients stand in."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import nyuron as keras


class Houses(NamedTuple):
    """Standardised table and target in two parts, and the way back from the target."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    in_units: Callable[[Any], np.ndarray]
    unit: str


def load() -> Houses:
    """The Ames table where NYURON_DATA has it."""
    if Path(os.environ.get("NYURON_DATA", "."), "ames_housing.csv").is_file():
        houses = keras.datasets.ames_housing
        (x, y), (x_test, y_test) = houses.load_data()
        return Houses(x, y, x_test, y_test, houses.to_dollars, "dollars")
    data = keras.datasets.load("diabetes")
    rows, target = keras.data.Standardizer.fit(data.x_train), keras.data.Standardizer.fit(data.y_train)
    parts = rows.transform(data.x_train), target.transform(data.y_train)
    held = rows.transform(data.x_test), target.transform(data.y_test)
    return Houses(*parts, *held, lambda y: target.inverse(np.asarray(y, np.float32)), "points of the illness")
