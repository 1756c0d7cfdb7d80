"""Small colour pictures: 50 000 + 10 000 of 32×32×3 bytes in 100 classes of 20 kinds. Krizhevsky 2009."""

from __future__ import annotations

from nyuron.core import ArgumentError
from nyuron.datasets._cifar import read_records
from nyuron.datasets.mnist import Parts

_DIGEST = "md5:03b5dce01913d631647c71ecec9e9cb8"


def load_data(label_mode: str = "fine") -> Parts:
    """((x_train, y_train), (x_test, y_test)); labels uint8 (n, 1), 'fine' (100 classes) or 'coarse' (20).

    Differs from Keras: reads the archive's binary form, which carries no code.
    Source: keras.datasets.cifar100.load_data.
    """
    if label_mode not in ("fine", "coarse"):
        raise ArgumentError(
            "unknown label_mode", who="cifar100.load_data", expected="'fine' or 'coarse'", got=repr(label_mode)
        )
    column = slice(0, 1) if label_mode == "coarse" else slice(1, 2)
    folder, archive = "cifar-100-binary/", "cifar-100-binary.tar.gz"
    x, y = read_records(archive, _DIGEST, [f"{folder}train.bin"], 2)
    x_test, y_test = read_records(archive, _DIGEST, [f"{folder}test.bin"], 2)
    return (x, y[:, column]), (x_test, y_test[:, column])
