"""California housing: median house values of districts, 1990."""

from __future__ import annotations

from nyuron.core import ArgumentError
from nyuron.datasets._housing import Parts, check_test_split, load_shuffled
from nyuron.datasets._store import KERAS_FILES, Remote, fetch

_CHECKSUM = "sha256:1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f"
FEATURE_NAMES = (
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
    """20 640 districts of California ('large') or the first 600 of them ('small'): 8 figures and the median price.

    Shapes: x (n, 8), y (n,) in dollars.
    Raises: ArgumentError for another version; DataError with how to place the file by hand when there is no network;
        FileFormatError for a damaged file.
    Source: keras.datasets.california_housing.load_data; Pace, Barry 1997.
    """
    check_test_split(test_split)
    if version not in ("large", "small"):
        raise ArgumentError(
            f"unknown version {version!r}",
            who="california_housing.load_data()",
            expected="'large' or 'small'",
            got=repr(version),
            fix="version='large'",
        )
    file = fetch("california_housing", Remote(path, KERAS_FILES + "california_housing.npz", _CHECKSUM))
    return load_shuffled(file, test_split, seed, rows=600 if version == "small" else None)
