"""Articles of clothing: 60 000 + 10 000 images of 28×28 bytes in 10 classes. Zalando; MIT."""

from __future__ import annotations

from nyuron.datasets._fetch import KERAS, fetch
from nyuron.datasets._idx import read_idx
from nyuron.datasets.mnist import Parts

CLASSES = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")
_MD5 = {
    "train-images-idx3-ubyte.gz": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
    "train-labels-idx1-ubyte.gz": "25c81989df183df01b3e8a0aad5dffbe",
    "t10k-images-idx3-ubyte.gz": "bef4ecab320f06d8554ea6380940ec79",
    "t10k-labels-idx1-ubyte.gz": "bb300cfdad3c16e7a12a480ee83cd310",
}


def load_data() -> Parts:
    """((x_train, y_train), (x_test, y_test)): images uint8 (n, 28, 28), labels uint8 (n,).

    Source: keras.datasets.fashion_mnist.load_data.
    """
    a, b, c, d = (
        read_idx(
            fetch(
                f"fashion-{name}",
                KERAS + name,
                f"md5:{digest}",
                also=(f"fashion_mnist/{name}", f"fashion-mnist/{name}"),
            )
        )
        for name, digest in _MD5.items()
    )
    return (a, b), (c, d)
