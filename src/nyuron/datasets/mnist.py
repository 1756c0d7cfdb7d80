"""MNIST: handwritten digits."""

from __future__ import annotations

from nyuron.datasets._idx_images import Images, find_idx, load_idx
from nyuron.datasets._npz import load_arrays
from nyuron.datasets._store import KERAS_FILES, Remote, fetch, find_local

_CHECKSUM = "sha256:731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
CLASS_NAMES = tuple(map(str, range(10)))


def load_data(path: str = "mnist.npz") -> Images:
    """60 000 + 10 000 pictures of handwritten digits, 28×28, grey, and the digits.

    Looked for, in this order: `path` in NYURON_DATA or the cache; the four original IDX files there, gzip or not; then
    a checked download.

    Shapes: x (n, 28, 28) uint8 0 … 255, y (n,) uint8 0 … 9.
    Raises: DataError with how to place the file by hand when there is no network; FileFormatError for a damaged file.
    Source: keras.datasets.mnist.load_data; LeCun, Cortes, Burges; CC BY-SA 3.0.
    """
    found = find_local("mnist", path)
    idx = find_idx("mnist") if found is None else None
    if idx is not None:
        return load_idx(idx)
    found = found or fetch("mnist", Remote(path, KERAS_FILES + "mnist.npz", _CHECKSUM))
    x_train, y_train, x_test, y_test = load_arrays(found, "x_train", "y_train", "x_test", "y_test")
    return (x_train, y_train), (x_test, y_test)
