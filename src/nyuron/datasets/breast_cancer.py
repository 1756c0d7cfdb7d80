"""Breast cancer: malignant or benign."""

from __future__ import annotations

from nyuron.datasets._embedded import load_embedded
from nyuron.datasets._parts import Parts

_MEASURES = (
    "radius",
    "texture",
    "perimeter",
    "area",
    "smoothness",
    "compactness",
    "concavity",
    "concave points",
    "symmetry",
    "fractal dimension",
)
CLASS_NAMES = ("malignant", "benign")
FEATURE_NAMES = (
    *(f"mean {measure}" for measure in _MEASURES),
    *(f"{measure} error" for measure in _MEASURES),
    *(f"worst {measure}" for measure in _MEASURES),
)


def load_data(test_split: float = 0.2, seed: int = 0) -> Parts:
    """569 tumours: 30 measures of the cells' nuclei; 0 malignant, 1 benign.

    Shapes: x (n, 30), y (n,) 0 or 1.
    Source: sklearn.datasets.load_breast_cancer; Wolberg, Street, Mangasarian 1995 (UCI), CC BY 4.0.
    Example:
        >>> (x_train, y_train), (x_test, y_test) = load_data()
        >>> x_train.shape, x_test.shape
        ((455, 30), (114, 30))
    """
    return load_embedded("breast_cancer", test_split, seed)
