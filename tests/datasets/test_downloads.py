"""The data sets of Keras: from small files of the same form, never from the network."""

from __future__ import annotations

import gzip
import importlib
import inspect
import io
import json
import pickle
import tarfile
from pathlib import Path

import keras
import numpy as np
import pytest
import requests

from nyuron import datasets
from nyuron.core import ArgumentError, DataError, FileFormatError
from nyuron.datasets import _store
from nyuron.datasets._idx import read_idx
from nyuron.datasets._npz import load_arrays

NAMES = datasets.names("download")
STEMS = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty NYURON_DATA and an empty cache, without a network."""
    monkeypatch.setenv("NYURON_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("NYURON_CACHE", str(tmp_path / "cache"))
    (tmp_path / "data").mkdir()

    def refuse(*args, **options):
        raise requests.exceptions.ConnectionError("no network in tests")

    monkeypatch.setattr(requests, "get", refuse)
    return tmp_path / "data"


def idx(array: np.ndarray, code: int = 8) -> bytes:
    sizes = b"".join(n.to_bytes(4, "big") for n in array.shape)
    return bytes([0, 0, code, array.ndim]) + sizes + array.astype(array.dtype.newbyteorder(">")).tobytes()


def texts(n: int, rng: np.random.Generator) -> np.ndarray:
    made = np.empty(n, object)
    made[:] = [rng.integers(1, 90_000, rng.integers(1, 40)).tolist() for _ in range(n)]
    return made


@pytest.mark.parametrize("name", NAMES)
def test_signatures_are_those_of_keras(name: str) -> None:
    ours = inspect.signature(getattr(datasets, name).load_data).parameters
    theirs = inspect.signature(getattr(keras.datasets, name).load_data).parameters
    named = [p for p in theirs.values() if p.kind is not p.VAR_KEYWORD]
    assert [(p.name, p.default) for p in ours.values()] == [(p.name, p.default) for p in named]


@pytest.mark.parametrize("name", [n for n in NAMES if not n.startswith("cifar") and n != "fashion_mnist"])
def test_checksums_are_those_of_keras(name: str) -> None:
    theirs = inspect.getsource(importlib.import_module(f"keras.src.datasets.{name}"))
    room = importlib.import_module(f"nyuron.datasets.{name}")
    for checksum in (room._CHECKSUM, getattr(room, "_WORDS_CHECKSUM", room._CHECKSUM)):
        assert checksum.split(":")[1] in theirs


@pytest.mark.parametrize("name", NAMES)
def test_without_a_network_the_error_says_how_to_place_the_file(name: str, folder: Path) -> None:
    with pytest.raises(DataError) as caught:
        getattr(datasets, name).load_data()
    said = str(caught.value)
    assert said.startswith(f"datasets.{name}: ") and "could not be downloaded" in said and "https://" in said
    assert str(folder / name) in said and str(_store.download_folder() / name) in said
    assert "fix:      download https://" in said and f"put it into {folder / name}" in said


def test_a_download_that_is_another_file_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pooch

    def write(self, url, output_file, caller):
        Path(output_file).write_bytes(b"something else")

    monkeypatch.setattr(pooch.HTTPDownloader, "__call__", write)
    with pytest.raises(FileFormatError, match=r"not the file that was expected(.|\n)*sha256:731c5ac6"):
        datasets.mnist.load_data()
    assert not [file for file in _store.download_folder().rglob("*") if file.is_file()]


def test_a_download_is_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import hashlib

    import pooch

    calls = []

    def write(self, url, output_file, caller):
        calls.append(url)
        Path(output_file).write_bytes(b"content")

    monkeypatch.setattr(pooch.HTTPDownloader, "__call__", write)
    remote = _store.Remote("a.bin", "https://example.org/a.bin", "md5:" + hashlib.md5(b"content").hexdigest())
    paths = [_store.fetch("thing", remote) for _ in range(2)]
    assert paths[0] == paths[1] == _store.download_folder() / "thing" / "a.bin" and paths[0].read_bytes() == b"content"
    assert calls == ["https://example.org/a.bin"]


# MNIST and its relatives.


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("inside", ["", "{name}"])
@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_idx_files_in_any_natural_place(
    name: str, inside: str, packed: bool, folder: Path, rng: np.random.Generator
) -> None:
    place = folder / inside.format(name=name)
    place.mkdir(exist_ok=True)
    arrays = [rng.integers(0, 256, shape).astype(np.uint8) for shape in ((6, 28, 28), (6,), (3, 28, 28), (3,))]
    for stem, array in zip(STEMS, arrays, strict=True):
        content = idx(array)
        (place / (stem + ".gz" * packed)).write_bytes(gzip.compress(content, mtime=0) if packed else content)
    (x, y), (x_test, y_test) = getattr(datasets, name).load_data()
    for ours, theirs in zip((x, y, x_test, y_test), arrays, strict=True):
        np.testing.assert_array_equal(ours, theirs)
        assert ours.dtype == np.uint8 and ours.flags.writeable


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_npz_files(name: str, folder: Path) -> None:
    arrays = {"x_train": np.ones((4, 28, 28), np.uint8), "y_train": np.arange(4, dtype=np.uint8)}
    (folder / name).mkdir()
    np.savez(folder / name / f"{name}.npz", **arrays, x_test=arrays["x_train"][:2], y_test=arrays["y_train"][:2])
    data = datasets.load(name)
    assert data.rows == (4, 2) and data.kind == "image" and data.value_range == (0, 255) and data.classes == 10


def test_mnist_itself(shared_data: Path) -> None:
    (x, y), (x_test, y_test) = datasets.mnist.load_data()
    assert (x.shape, y.shape, x_test.shape, y_test.shape) == ((60000, 28, 28), (60000,), (10000, 28, 28), (10000,))
    assert x.dtype == y.dtype == np.uint8 and np.bincount(y).tolist()[:3] == [5923, 6742, 5958]
    assert y[:5].tolist() == [5, 0, 4, 1, 9] and int(x[0].sum()) == 27525


@pytest.mark.parametrize("code, dtype", [(8, "u1"), (9, "i1"), (11, "i2"), (12, "i4"), (13, "f4"), (14, "f8")])
def test_idx_types(code: int, dtype: str, tmp_path: Path) -> None:
    array = np.arange(12).reshape(3, 4).astype(dtype)
    (tmp_path / "a").write_bytes(idx(array, code))
    found = read_idx(tmp_path / "a")
    np.testing.assert_array_equal(found, array)
    assert found.dtype == array.dtype


@pytest.mark.parametrize(
    "content, said",
    [
        (b"", "not an IDX file"),
        (b"PK\x03\x04rest", "not an IDX file(.|\n)*50 4b 03 04"),
        (b"\0\0\x08\x00", "not an IDX file"),
        (b"\0\0\x07\x01\0\0\0\x01a", "not an IDX file"),
        (b"\0\0\x08\x03\0\0", "truncated or damaged(.|\n)*a header of 16 bytes"),
        (idx(np.zeros((5, 5), np.uint8))[:-1], r"truncated or damaged(.|\n)*25 bytes of values for the shape \(5, 5\)"),
        (idx(np.zeros(5, np.uint8)) + b"more", "truncated or damaged"),
        (b"\0\0\x08\x04" + b"\xff" * 16, "truncated or damaged"),
        (gzip.compress(idx(np.zeros(500, np.uint8)), mtime=0)[:-9], "truncated or damaged(.|\n)*a complete gzip file"),
    ],
)
def test_idx_files_that_are_broken(content: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "a.gz").write_bytes(content)
    with pytest.raises(FileFormatError, match=said):
        read_idx(tmp_path / "a.gz")


def test_images_and_labels_that_do_not_belong_together(folder: Path) -> None:
    for stem, shape in zip(STEMS, ((6, 2, 2), (5,), (3, 2, 2), (3,)), strict=True):
        (folder / stem).write_bytes(idx(np.zeros(shape, np.uint8)))
    with pytest.raises(FileFormatError, match="do not belong together"):
        datasets.mnist.load_data()


# CIFAR.


def cifar_files(labels: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    names = (
        [f"data_batch_{i}.bin" for i in range(1, 6)] + ["test_batch.bin"] if labels == 1 else ["train.bin", "test.bin"]
    )
    return {name: rng.integers(0, 256, (3, labels + 3072)).astype(np.uint8) for name in names}


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("name, labels", [("cifar10", 1), ("cifar100", 2)])
def test_cifar(name: str, labels: int, packed: bool, folder: Path, rng: np.random.Generator) -> None:
    room, files = importlib.import_module(f"nyuron.datasets.{name}"), cifar_files(labels, rng)
    if packed:
        with tarfile.open(folder / room._REMOTE.name, "w:gz") as tar:
            for file, content in files.items():
                member = tarfile.TarInfo(f"{room._FOLDER}/{file}")
                member.size = content.nbytes
                tar.addfile(member, io.BytesIO(content.tobytes()))
    else:
        (folder / room._FOLDER).mkdir()
        for file, content in files.items():
            (folder / room._FOLDER / file).write_bytes(content.tobytes())
    (x, y), (x_test, y_test) = room.load_data()
    train = np.concatenate(list(files.values())[:-1])
    np.testing.assert_array_equal(y, train[:, labels - 1 : labels])
    assert x.shape == (len(train), 32, 32, 3) and x_test.shape == (3, 32, 32, 3) and y_test.shape == (3, 1)
    np.testing.assert_array_equal(x[1, :, :, 2], train[1, labels + 2048 :].reshape(32, 32))
    if labels == 2:
        np.testing.assert_array_equal(room.load_data("coarse")[0][1], train[:, :1])


def test_cifar_errors(folder: Path, rng: np.random.Generator) -> None:
    with pytest.raises(ArgumentError, match="unknown label_mode 'medium'"):
        datasets.cifar100.load_data("medium")
    place = folder / "cifar-100-binary"
    place.mkdir()
    for file in ("train.bin", "test.bin"):
        (place / file).write_bytes(bytes(3000))
    with pytest.raises(FileFormatError, match=r"truncated or damaged(.|\n)*records of 3074 bytes"):
        datasets.cifar100.load_data()
    archive = folder / "cifar-10-binary.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.addfile(tarfile.TarInfo("cifar-10-batches-py/data_batch_1"), io.BytesIO())
    with pytest.raises(FileFormatError, match="not the binary version of CIFAR"):
        datasets.cifar10.load_data()
    archive.write_bytes(archive.read_bytes()[:50])
    with pytest.raises(FileFormatError, match="the archive is damaged"):
        datasets.cifar10.load_data()


def test_class_names_are_as_many_as_classes() -> None:
    assert len(set(datasets.cifar100.CLASS_NAMES)) == 100 and len(datasets.cifar100.COARSE_NAMES) == 20
    assert datasets.reuters.get_label_names() == keras.datasets.reuters.get_label_names()


# House prices.


@pytest.mark.parametrize("name, features", [("boston_housing", 13), ("california_housing", 8)])
def test_house_prices_are_split_as_keras_does(
    name: str, features: int, folder: Path, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / f"{name}.npz"
    np.savez(path, x=rng.normal(size=(700, features)), y=rng.normal(size=700))
    theirs = importlib.import_module(f"keras.src.datasets.{name}")
    monkeypatch.setattr(theirs, "get_file", lambda *args, **options: str(path))
    for options in ({}, {"test_split": 0.35, "seed": 7}) + (({"version": "small"},) if features == 8 else ()):
        ours = getattr(datasets, name).load_data(**options)
        for a, b in zip(sum(ours, ()), sum(theirs.load_data(**options), ()), strict=True):
            np.testing.assert_array_equal(a, b)
    data = datasets.load(name)
    assert data.x_train.dtype == data.y_train.dtype == np.float32 and len(data.feature_names) == features
    with pytest.raises(ArgumentError, match="no share of the rows"):
        getattr(datasets, name).load_data(test_split=1.0)


def test_california_has_two_versions() -> None:
    with pytest.raises(ArgumentError, match="'large' or 'small'"):
        datasets.california_housing.load_data("medium")


# Texts.

OPTIONS = [
    {},
    {"num_words": 1000},
    {"num_words": 5000, "skip_top": 20, "oov_char": None},
    {"maxlen": 20, "seed": 3},
    {"start_char": None},
    {"start_char": None, "index_from": 0},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("name", ["imdb", "reuters"])
def test_texts_are_prepared_as_keras_does(
    name: str, options: dict, folder: Path, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / f"{name}.npz"
    if name == "imdb":
        arrays = {"x_train": texts(60, rng), "x_test": texts(40, rng)}
        np.savez(path, **arrays, y_train=rng.integers(0, 2, 60), y_test=rng.integers(0, 2, 40))
    else:
        np.savez(path, x=texts(90, rng), y=rng.integers(0, 46, 90))
    theirs = importlib.import_module(f"keras.src.datasets.{name}")
    monkeypatch.setattr(theirs, "get_file", lambda *args, **options: str(path))
    ours = getattr(datasets, name).load_data(**options)
    for a, b in zip(sum(ours, ()), sum(theirs.load_data(**options), ()), strict=True):
        assert len(a) == len(b) and all(np.array_equal(p, q) for p, q in zip(a, b, strict=True))
    assert datasets.load(name).kind == "sequences"


def test_texts_that_are_all_too_long(folder: Path, rng: np.random.Generator) -> None:
    np.savez(folder / "reuters.npz", x=texts(9, rng), y=np.zeros(9, int))
    with pytest.raises(ArgumentError, match="no text is that short"):
        datasets.reuters.load_data(maxlen=1)


@pytest.mark.parametrize("name", ["imdb", "reuters"])
def test_word_indices(name: str, folder: Path) -> None:
    (folder / name).mkdir()
    path = folder / name / f"{name}_word_index.json"
    path.write_text(json.dumps({"the": 1, "한글": 2}), encoding="utf-8")
    assert getattr(datasets, name).get_word_index() == {"the": 1, "한글": 2}
    path.write_text("{")
    with pytest.raises(FileFormatError, match="word index is damaged"):
        getattr(datasets, name).get_word_index()


# Arrays of lists, which NumPy pickles.


def stored(content: bytes, n: int, path: Path) -> Path:
    """An .npz file whose array 'x' is announced as n objects and holds this pickle."""
    import zipfile

    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "|O", "fortran_order": False, "shape": (n,)})
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.npy", header.getvalue() + content)
    return path


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_lists_of_every_integer_and_protocol(protocol: int, tmp_path: Path) -> None:
    again = [1, 2, 3]
    lists = [
        [],
        [0, 255, 256, 65535, 65536, -1, 2**31 - 1, -(2**31)],
        [2**31, -(2**40), 2**70],
        [75, 77, 74],
        again,
        again,
    ]
    lists.append(list(range(3000)))
    array = np.empty(len(lists), object)
    array[:] = lists
    path = stored(pickle.dumps(array, protocol=protocol), len(lists), tmp_path / "a.npz")
    assert load_arrays(path, "x")[0].tolist() == lists


class Evil:
    """What a hostile file would hold."""

    def __init__(self, target: Path):
        self.target = target

    def __reduce__(self):
        return (Path.touch, (self.target,))


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4, 5])
def test_hostile_files_run_nothing(protocol: int, tmp_path: Path) -> None:
    array = np.empty(2, object)
    array[:] = [[1], Evil(tmp_path / "ran")]
    for content in (pickle.dumps(array, protocol), pickle.dumps(Evil(tmp_path / "ran"), protocol)):
        path = stored(content, 2, tmp_path / "evil.npz")
        with pytest.raises(FileFormatError, match="not safe to read"):
            load_arrays(path, "x")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "content",
    [
        b"cos\nsystem\n(S'true'\ntR.",
        b"cbuiltins\neval\n(X\x01\x00\x00\x001tR.",
        b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x04true\x85R.",
        b"cnumpy\nndarray\n(K\x01tRcos\nsystem\n.",
        b"\x80\x02cnumpy\nload\n.",
        b"(ios\nsystem\n.",
        b"\x80\x02P1\n.",
    ],
)
def test_hostile_instructions_are_refused(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match="UnsafeError"):
        load_arrays(stored(content, 1, tmp_path / "evil.npz"), "x")


def test_damaged_lists_and_files(tmp_path: Path, rng: np.random.Generator) -> None:
    whole = pickle.dumps(texts(20, rng), protocol=4)
    for cut in (*range(0, 150, 7), len(whole) - 1):
        with pytest.raises(FileFormatError):
            load_arrays(stored(whole[:cut], 20, tmp_path / "a.npz"), "x")
    for _ in range(200):
        content = bytearray(whole)
        content[rng.integers(0, len(whole))] = rng.integers(0, 256)
        try:
            load_arrays(stored(bytes(content), 20, tmp_path / "a.npz"), "x")
        except FileFormatError:
            continue
    with pytest.raises(FileFormatError, match="19 lists were announced"):
        load_arrays(stored(whole, 19, tmp_path / "a.npz"), "x")
    with pytest.raises(FileFormatError, match="with x: arrays"):
        load_arrays(stored(pickle.dumps(np.array([1, "a"], object)), 2, tmp_path / "a.npz"), "x")
    (tmp_path / "a.npz").write_bytes(b"no zip")
    with pytest.raises(FileFormatError, match="BadZipFile"):
        load_arrays(tmp_path / "a.npz", "x")
    np.savez(tmp_path / "a.npz", y=np.zeros(3))
    with pytest.raises(FileFormatError, match="KeyError"):
        load_arrays(tmp_path / "a.npz", "x")
