"""Wine: three growers."""

from __future__ import annotations

from nyuron.datasets._embedded import load_embedded
from nyuron.datasets._parts import Parts

CLASS_NAMES = ("class_0", "class_1", "class_2")
FEATURE_NAMES = (
    "alcohol",
    "malic_acid",
    "ash",
    "alcalinity_of_ash",
    "magnesium",
    "total_phenols",
    "flavanoids",
    "nonflavanoid_phenols",
    "proanthocyanins",
    "color_intensity",
    "hue",
    "od280/od315_of_diluted_wines",
    "proline",
)


def load_data(test_split: float = 0.2, seed: int = 0) -> Parts:
    """178 wines of three growers: 13 chemical measures.

    Shapes: x (n, 13), y (n,) 0 … 2.
    Source: sklearn.datasets.load_wine; Aeberhard, Forina 1991 (UCI), CC BY 4.0.
    Example:
        >>> (x_train, y_train), (x_test, y_test) = load_data()
        >>> x_train.shape, x_test.shape
        ((142, 13), (36, 13))
    """
    return load_embedded("wine", test_split, seed)
