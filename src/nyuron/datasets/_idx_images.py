"""MNIST and the data sets that come in its form."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from nyuron.core import FileFormatError
from nyuron.datasets._idx import read_idx
from nyuron.datasets._store import find_local

STEMS = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")

Images = tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


def find_idx(dataset: str) -> list[Path] | None:
    """The four IDX files of a data set, gzip or not, or None unless all are there."""
    paths = [find_local(dataset, *_spellings(stem)) for stem in STEMS]
    found = [path for path in paths if path is not None]
    return found if len(found) == len(STEMS) else None


def load_idx(paths: list[Path]) -> Images:
    """(x_train, y_train), (x_test, y_test) from training images, training labels, test images, test labels."""
    x_train, y_train, x_test, y_test = map(read_idx, paths)
    for images, labels, path in ((x_train, y_train, paths[0]), (x_test, y_test, paths[2])):
        if images.ndim != 3 or labels.ndim != 1 or len(images) != len(labels):
            raise FileFormatError(
                "images and labels do not belong together",
                who=str(path),
                expected="images (n, rows, columns) and labels (n,)",
                got=f"{images.shape} and {labels.shape}",
                fix="put the original files here",
            )
    return (x_train, y_train), (x_test, y_test)


def _spellings(stem: str) -> list[str]:
    dotted = stem.replace("-idx", ".idx")
    return [f"{stem}.gz", stem, f"{dotted}.gz", dotted]
