"""House prices around Boston in the 1970s: 506 rows, 13 columns. Known to be ethically flawed (column B)."""

from __future__ import annotations

import numpy as np

from nyuron.datasets._fetch import KERAS, fetch
from nyuron.datasets.mnist import Parts


def load_data(path: str = "boston_housing.npz", test_split: float = 0.2, seed: int = 113) -> Parts:
    """((x_train, y_train), (x_test, y_test)): x (n, 13), y in thousands of dollars.

    Source: keras.datasets.boston_housing.load_data.
    """
    digest = "sha256:f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5"
    with np.load(fetch(path, KERAS + "boston_housing.npz", digest), allow_pickle=False) as arrays:
        x, y = arrays["x"], arrays["y"]
    order = np.arange(len(x))
    np.random.RandomState(seed).shuffle(order)
    at = int(len(x) * (1 - test_split))
    return (x[order[:at]], y[order[:at]]), (x[order[at:]], y[order[at:]])
