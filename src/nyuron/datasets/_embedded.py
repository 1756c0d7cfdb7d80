"""Data sets that scikit-learn carries in itself: nothing is downloaded."""

from __future__ import annotations

from typing import Any

from nyuron.datasets._parts import Parts, classified, measured


def load_embedded(name: str, test_split: float, seed: int) -> Parts:
    """scikit-learn's data set of that name in two parts; pictures as pictures, targets in their own units."""
    import sklearn.datasets

    options: dict[str, Any] = {"scaled": False} if name == "diabetes" else {}
    bunch: Any = getattr(sklearn.datasets, f"load_{name}")(**options)
    if name == "diabetes":
        return measured(bunch.data, bunch.target, test_split, seed)
    return classified(bunch.images if name == "digits" else bunch.data, bunch.target, test_split, seed)
