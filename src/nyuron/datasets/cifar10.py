"""CIFAR-10: small colour pictures in ten classes."""

from __future__ import annotations

from nyuron.datasets._cifar import load_records
from nyuron.datasets._idx_images import Images
from nyuron.datasets._store import Remote

_REMOTE = Remote(
    "cifar-10-binary.tar.gz",
    "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
    "md5:c32a1d4ab5d03f1284b67883e8d87530",
)
_FOLDER = "cifar-10-batches-bin"
CLASS_NAMES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


def load_data() -> Images:
    """50 000 + 10 000 colour pictures, 32×32, in ten classes.

    Looked for in NYURON_DATA and the cache (cifar-10-binary.tar.gz, or unpacked), then downloaded and checked.

    Shapes: x (n, 32, 32, 3) uint8 0 … 255, y (n, 1) uint8 0 … 9.
    Raises: DataError with how to place the file by hand when there is no network; FileFormatError for a damaged file.
    Source: keras.datasets.cifar10.load_data; Krizhevsky 2009. Differs from Keras: reads the binary version, since the
        one for Python is pickled; checked against the MD5 sum that its author publishes.
    """
    x_train, y_train = load_records(
        "cifar10", _REMOTE, _FOLDER, tuple(f"data_batch_{i}.bin" for i in range(1, 6)), labels=1
    )
    x_test, y_test = load_records("cifar10", _REMOTE, _FOLDER, ("test_batch.bin",), labels=1)
    return (x_train, y_train), (x_test, y_test)
