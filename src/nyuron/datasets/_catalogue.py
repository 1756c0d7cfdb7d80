"""All data sets by name."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from nyuron.core import unknown_name
from nyuron.data import CLASSIFICATION, REGRESSION, Dataset
from nyuron.datasets._embedded import ABOUT as EMBEDDED
from nyuron.datasets._embedded import load_embedded
from nyuron.datasets._generated import GENERATORS, load_generated

_DIGITS = tuple("0123456789")
_DOWNLOADED = {
    "mnist": (CLASSIFICATION, "28×28 images of handwritten digits", "LeCun, Cortes, Burges; CC BY-SA 3.0"),
    "fashion_mnist": (CLASSIFICATION, "28×28 images of clothing", "Zalando; MIT"),
    "cifar10": (CLASSIFICATION, "32×32 colour pictures in 10 classes", "Krizhevsky 2009"),
    "cifar100": (CLASSIFICATION, "32×32 colour pictures in 100 classes", "Krizhevsky 2009"),
    "california_housing": (REGRESSION, "house prices in Californian districts", "Pace & Barry 1997"),
    "boston_housing": (REGRESSION, "house prices around Boston", "Harrison & Rubinfeld 1978"),
}


def names() -> list[str]:
    """Every name that `load` knows: those that need no download first."""
    return [*EMBEDDED, *GENERATORS, *_DOWNLOADED]


def load(name: str, *, test: float = 0.2, seed: int = 0) -> Dataset:
    """The data set of that name. Those with a test part of their own keep it; the others are split by the seed.

    Raises: UnknownNameError with the nearest name; DataError when it must be downloaded and cannot.
    Example:
        >>> load("iris").rows
        (120, 30)
    """
    if name == "boston":
        name = "boston_housing"
    if name in EMBEDDED:
        return load_embedded(name, test, seed)
    if name in GENERATORS:
        return load_generated(name, test=test, seed=seed)
    if name not in _DOWNLOADED:
        raise unknown_name("data set", name, names())
    room: Any = importlib.import_module(f"nyuron.datasets.{name}")
    (x, y), (x_test, y_test) = room.load_data()
    task, description, licence = _DOWNLOADED[name]
    is_image = x.dtype == np.uint8
    classes = getattr(room, "CLASSES", _DIGITS if name == "mnist" else ())
    kind = np.int32 if task == CLASSIFICATION else np.float32
    return Dataset(
        name,
        x if is_image else x.astype(np.float32),
        y.reshape(-1).astype(kind),
        x_test if is_image else x_test.astype(np.float32),
        y_test.reshape(-1).astype(kind),
        task,
        feature_names=getattr(room, "FEATURES", ()),
        class_names=classes,
        description=description,
        licence=licence,
        value_range=(0.0, 255.0) if is_image else None,
    )
