"""Diabetes: how it progresses."""

from __future__ import annotations

from nyuron.datasets._embedded import load_embedded
from nyuron.datasets._parts import Parts

FEATURE_NAMES = ("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6")


def load_data(test_split: float = 0.2, seed: int = 0) -> Parts:
    """442 patients: ten measures, and how far the disease went in a year. The measures are not scaled.

    Shapes: x (n, 10), y (n,) 25 … 346.
    Source: sklearn.datasets.load_diabetes(scaled=False); Efron, Hastie, Johnstone, Tibshirani 2004.
    Example:
        >>> (x_train, y_train), (x_test, y_test) = load_data()
        >>> x_train.shape, x_test.shape
        ((354, 10), (88, 10))
    """
    return load_embedded("diabetes", test_split, seed)
