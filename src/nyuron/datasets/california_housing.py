"""House prices in Californian districts in 1990: 20 640 rows, 8 columns."""

from __future__ import annotations

import numpy as np

from nyuron.core import ArgumentError
from nyuron.datasets._fetch import KERAS, fetch
from nyuron.datasets.mnist import Parts

FEATURES = (
    "longitude",
    "latitude",
    "housing_median_age",
    "total_rooms",
    "total_bedrooms",
    "population",
    "households",
    "median_income",
)


def load_data(
    version: str = "large", path: str = "california_housing.npz", test_split: float = 0.2, seed: int = 113
) -> Parts:
    """((x_train, y_train), (x_test, y_test)): x (n, 8), y in dollars; 'small' has 600 rows.

    Source: keras.datasets.california_housing.load_data.
    """
    if version not in ("large", "small"):
        raise ArgumentError(
            "unknown version", who="california_housing", expected="'large' or 'small'", got=repr(version)
        )
    digest = "sha256:1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f"
    with np.load(fetch(path, KERAS + "california_housing.npz", digest), allow_pickle=False) as arrays:
        x, y = arrays["x"], arrays["y"]
    if version == "small":
        x, y = x[:600], y[:600]
    order = np.arange(len(x))
    np.random.RandomState(seed).shuffle(order)
    at = int(len(x) * (1 - test_split))
    return (x[order[:at]], y[order[:at]]), (x[order[at:]], y[order[at:]])
