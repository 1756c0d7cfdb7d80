"""Digits: small handwritten digits."""

from __future__ import annotations

from nyuron.datasets._embedded import load_embedded
from nyuron.datasets._parts import Parts

CLASS_NAMES = tuple(map(str, range(10)))


def load_data(test_split: float = 0.2, seed: int = 0) -> Parts:
    """1 797 pictures of handwritten digits, 8×8, grey.

    Shapes: x (n, 8, 8) float32 0 … 16, y (n,) 0 … 9.
    Source: sklearn.datasets.load_digits; Alpaydin, Kaynak 1998 (UCI), CC BY 4.0.
    Example:
        >>> (x_train, y_train), (x_test, y_test) = load_data()
        >>> x_train.shape, x_test.shape
        ((1438, 8, 8), (359, 8, 8))
    """
    return load_embedded("digits", test_split, seed)
