"""Handwritten digits: 60 000 + 10 000 images of 28×28 bytes. LeCun, Cortes, Burges; CC BY-SA 3.0."""

from __future__ import annotations

import numpy as np

from nyuron.datasets._fetch import KERAS, fetch, given
from nyuron.datasets._idx import read_idx

Parts = tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
_NAMES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")


def load_data(path: str = "mnist.npz") -> Parts:
    """((x_train, y_train), (x_test, y_test)): images uint8 (n, 28, 28), labels uint8 (n,).

    Raises: DataError if the files are not here and cannot be downloaded.
    Source: keras.datasets.mnist.load_data.
    """
    found = [given(f"mnist/{name}.gz", f"mnist/{name}", f"{name}.gz", name) for name in _NAMES]
    if all(f is not None for f in found):
        a, b, c, d = (read_idx(f) for f in found if f is not None)
        return (a, b), (c, d)
    digest = "sha256:731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
    with np.load(fetch(path, KERAS + "mnist.npz", digest, also=("mnist/mnist.npz",)), allow_pickle=False) as arrays:
        return (arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"])
