"""Small colour pictures: 50 000 + 10 000 of 32×32×3 bytes in 10 classes. Krizhevsky 2009."""

from __future__ import annotations

from nyuron.datasets._cifar import read_records
from nyuron.datasets.mnist import Parts

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
_DIGEST = "md5:c32a1d4ab5d03f1284b67883e8d87530"


def load_data() -> Parts:
    """((x_train, y_train), (x_test, y_test)): images uint8 (n, 32, 32, 3), labels uint8 (n, 1).

    Differs from Keras: reads the archive's binary form, which carries no code.
    Source: keras.datasets.cifar10.load_data.
    """
    folder, archive = "cifar-10-batches-bin/", "cifar-10-binary.tar.gz"
    x, y = read_records(archive, _DIGEST, [f"{folder}data_batch_{i}.bin" for i in range(1, 6)], 1)
    x_test, y_test = read_records(archive, _DIGEST, [f"{folder}test_batch.bin"], 1)
    return (x, y), (x_test, y_test)
