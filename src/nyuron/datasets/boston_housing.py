"""Boston housing: median house values of towns, 1970."""

from __future__ import annotations

from nyuron.datasets._housing import Parts, check_test_split, load_shuffled
from nyuron.datasets._store import KERAS_FILES, Remote, fetch

_CHECKSUM = "sha256:f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5"
FEATURE_NAMES = ("CRIM", "ZN", "INDUS", "CHAS", "NOX", "RM", "AGE", "DIS", "RAD", "TAX", "PTRATIO", "B", "LSTAT")


def load_data(path: str = "boston_housing.npz", test_split: float = 0.2, seed: int = 113) -> Parts:
    """506 towns near Boston: 13 figures and the median price in thousands of dollars.

    One of the figures, B, presumes that the segregation of people by race influences prices: use these data to talk
    about that, and `california_housing` for everything else.

    Shapes: x (n, 13), y (n,).
    Raises: DataError with how to place the file by hand when there is no network; FileFormatError for a damaged file.
    Source: keras.datasets.boston_housing.load_data; Harrison, Rubinfeld 1978.
    """
    check_test_split(test_split)
    file = fetch("boston_housing", Remote(path, KERAS_FILES + "boston_housing.npz", _CHECKSUM))
    return load_shuffled(file, test_split, seed)
