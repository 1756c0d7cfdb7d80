"""Iris: three species of flowers."""

from __future__ import annotations

from nyuron.datasets._embedded import load_embedded
from nyuron.datasets._parts import Parts

CLASS_NAMES = ("setosa", "versicolor", "virginica")
FEATURE_NAMES = ("sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)")


def load_data(test_split: float = 0.2, seed: int = 0) -> Parts:
    """150 irises of three species: length and width of sepals and petals.

    Shapes: x (n, 4) in cm, y (n,) 0 … 2.
    Source: sklearn.datasets.load_iris; Fisher 1936 (UCI), CC BY 4.0.
    Example:
        >>> (x_train, y_train), (x_test, y_test) = load_data()
        >>> x_train.shape, x_test.shape
        ((120, 4), (30, 4))
    """
    return load_embedded("iris", test_split, seed)
