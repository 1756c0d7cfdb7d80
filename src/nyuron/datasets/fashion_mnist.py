"""Fashion-MNIST: articles of clothing."""

from __future__ import annotations

from nyuron.datasets._idx_images import STEMS, Images, find_idx, load_idx
from nyuron.datasets._npz import load_arrays
from nyuron.datasets._store import KERAS_FILES, Remote, fetch, find_local

_CHECKSUMS = (
    "md5:8d4fb7e6c68d591d4c3dfef9ec88bf0d",
    "md5:25c81989df183df01b3e8a0aad5dffbe",
    "md5:bef4ecab320f06d8554ea6380940ec79",
    "md5:bb300cfdad3c16e7a12a480ee83cd310",
)
CLASS_NAMES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)


def load_data() -> Images:
    """60 000 + 10 000 pictures of clothing in ten classes, 28×28, grey.

    Looked for in NYURON_DATA/fashion_mnist and the cache (fashion_mnist.npz, or the four IDX files, gzip or not), then
    downloaded and checked.

    Shapes: x (n, 28, 28) uint8 0 … 255, y (n,) uint8 0 … 9.
    Raises: DataError with how to place the files by hand when there is no network; FileFormatError for damaged files.
    Source: keras.datasets.fashion_mnist.load_data; Xiao, Rasul, Vollgraf 2017; MIT licence. Differs from Keras: the
        files are checked, against the MD5 sums that their authors publish.
    """
    npz = find_local("fashion_mnist", "fashion_mnist.npz")
    if npz is not None:
        x_train, y_train, x_test, y_test = load_arrays(npz, "x_train", "y_train", "x_test", "y_test")
        return (x_train, y_train), (x_test, y_test)
    remotes = [
        Remote(f"{stem}.gz", f"{KERAS_FILES}{stem}.gz", checksum)
        for stem, checksum in zip(STEMS, _CHECKSUMS, strict=True)
    ]
    return load_idx(find_idx("fashion_mnist") or [fetch("fashion_mnist", remote) for remote in remotes])
