"""Folders and archives of images, texts and sounds: what is found, what is read, what is left out."""

from __future__ import annotations

import stat
import warnings
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from keras.src.utils import dataset_utils
from PIL import Image
from scipy.io import wavfile

from nyuron import Sequential, layers
from nyuron.core import ArgumentError, DataError, FileFormatError
from nyuron.data import BrokenFilesWarning, Files, batch_count, is_batched_source
from nyuron.utils import audio_dataset_from_directory, image_dataset_from_directory, text_dataset_from_directory

IMAGES: dict[str, Any] = {"image_size": (6, 5), "verbose": False}


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three classes of PNG, whose pixels say which they are: class × 50 + number."""
    root = tmp_path_factory.mktemp("pictures")
    for c, name in enumerate(("cat", "dog", "새")):
        (root / name / "more").mkdir(parents=True)
        for i in range(5):
            where = root / name / ("more" if i == 4 else ".")
            Image.new("RGB", (7 + i, 9), (c * 50 + i,) * 3).save(where / f"{i}.png")
    (root / "cat" / "notes.md").write_text("not a picture")
    (root / ".hidden").mkdir()
    (root / ".hidden" / "0.png").write_bytes(b"")
    return root


def values(batch: Any) -> list[int]:
    return [int(x) for x in batch[:, 0, 0, 0]]


def test_classes_are_the_folders(pictures: Path) -> None:
    data = image_dataset_from_directory(pictures, shuffle=False, batch_size=4, **IMAGES)
    assert data.class_names == ["cat", "dog", "새"]
    assert len(data) == batch_count(data) == 4 and is_batched_source(data)
    batches = list(data)
    assert [len(x) for x, _ in batches] == [4, 4, 4, 3]
    x, y = (np.concatenate(parts) for parts in zip(*batches, strict=True))
    assert x.shape == (15, 6, 5, 3) and x.dtype == np.float32 and y.dtype == np.int32
    assert values(x) == [c * 50 + i for c in range(3) for i in range(5)]
    assert y.tolist() == [0] * 5 + [1] * 5 + [2] * 5
    assert [Path(p).name for p in data.file_paths[:5]] == ["0.png", "1.png", "2.png", "3.png", "4.png"]


def test_order_and_split_are_keras(pictures: Path) -> None:
    found, labels, names = dataset_utils.index_directory(
        str(pictures), "inferred", (".png",), shuffle=True, seed=7, verbose=False
    )
    ours = image_dataset_from_directory(pictures, seed=7, **IMAGES)
    assert [Path(p) for p in ours.file_paths] == [Path(p) for p in found] and ours.class_names == names
    parts = {}
    for subset in ("training", "validation"):
        wanted, _ = dataset_utils.get_training_or_validation_split(found, labels, 0.3, subset)
        part = image_dataset_from_directory(pictures, seed=7, validation_split=0.3, subset=subset, **IMAGES)
        assert [Path(p) for p in part.file_paths] == [Path(p) for p in wanted]
        parts[subset] = part
    both = image_dataset_from_directory(pictures, seed=7, validation_split=0.3, subset="both", **IMAGES)
    assert [p.file_paths for p in both] == [parts["training"].file_paths, parts["validation"].file_paths]


def test_each_pass_of_training_has_its_own_order(pictures: Path) -> None:
    def orders(seed: int) -> list[list[int]]:
        training, validation = image_dataset_from_directory(
            pictures, seed=seed, validation_split=0.4, subset="both", **IMAGES
        )
        assert values(next(iter(validation))[0]) == values(next(iter(validation))[0])
        return [values(next(iter(training))[0]) for _ in range(2)]

    first, again, other = orders(1), orders(1), orders(2)
    assert first == again != other
    assert first[0] != first[1] and sorted(first[0]) == sorted(first[1])
    labels = {value: label for x, y in image_dataset_from_directory(pictures, seed=3, **IMAGES) for value, label in zip(values(x), y, strict=True)}  # fmt: skip
    assert all(label == value // 50 for value, label in labels.items()) and len(labels) == 15


@pytest.mark.parametrize(
    ("label_mode", "shape", "dtype"),
    [("int", (15,), np.int32), ("categorical", (15, 3), np.float32), (None, None, None)],
)
def test_label_modes(pictures: Path, label_mode: Any, shape: Any, dtype: Any) -> None:
    batch = next(iter(image_dataset_from_directory(pictures, label_mode=label_mode, **IMAGES)))
    if label_mode is None:
        assert isinstance(batch, np.ndarray)
    else:
        assert batch[1].shape == shape and batch[1].dtype == dtype
    two = image_dataset_from_directory(
        pictures, label_mode="binary", class_names=["dog", "cat"], shuffle=False, **IMAGES
    )
    x, y = next(iter(two))
    assert values(x)[:5] == [50, 51, 52, 53, 54] and y.tolist() == [[0.0]] * 5 + [[1.0]] * 5


def test_labels_may_be_given(pictures: Path) -> None:
    labels = [i % 2 for i in range(15)]
    data = image_dataset_from_directory(pictures, labels=labels, shuffle=False, **IMAGES)
    x, y = next(iter(data))
    assert y.tolist() == labels and data.class_names == ["0", "1"] and len(x) == 15
    alone = image_dataset_from_directory(pictures, labels=None, shuffle=False, **IMAGES)
    assert isinstance(next(iter(alone)), np.ndarray) and alone.class_names is None


def test_an_archive_is_a_folder(pictures: Path, tmp_path: Path) -> None:
    archive = tmp_path / "pictures.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
        for file in sorted(pictures.rglob("*.png")):
            name = file.relative_to(pictures)
            out.write(file, Path("wrapped/in/folders") / name)
        out.writestr("__MACOSX/cat/._0.png", b"junk")
        link = zipfile.ZipInfo("wrapped/in/folders/cat/link.png")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        out.writestr(link, "/etc/passwd")
    (one, other) = (image_dataset_from_directory(path, seed=5, batch_size=4, **IMAGES) for path in (archive, pictures))
    assert one.class_names == other.class_names
    for (x, y), (x2, y2) in zip(one, other, strict=True):
        np.testing.assert_array_equal(x, x2)
        np.testing.assert_array_equal(y, y2)


def test_korean_names_of_old_archives_are_read(tmp_path: Path) -> None:
    archive = tmp_path / "old.zip"
    with zipfile.ZipFile(archive, "w") as out:
        for name in ("가/글.txt", "나/글.txt"):
            entry = zipfile.ZipInfo(name.encode("cp949").decode("cp437"))
            out.writestr(entry, "한글".encode("cp949"))
    raw = archive.read_bytes()
    archive.write_bytes(raw)
    with zipfile.ZipFile(archive) as opened:  # zipfile marks names beyond ASCII as UTF-8: as old programs write them
        flags = [entry.flag_bits & 0x800 for entry in opened.infolist()]
    if all(flags):
        archive.write_bytes(_without_utf8_flag(raw, ("가/글.txt", "나/글.txt")))
    data = text_dataset_from_directory(archive, shuffle=False, verbose=False)
    assert data.class_names == ["가", "나"]
    assert next(iter(data))[0].tolist() == ["한글", "한글"]


def _without_utf8_flag(raw: bytes, names: tuple[str, ...]) -> bytes:
    """The archive as Windows wrote it: names in CP949, and no word of UTF-8."""
    out = bytearray(raw)
    for name in names:
        garbled, meant = name.encode("cp949").decode("cp437").encode(), name.encode("cp949")
        assert garbled in raw
        for mark, at_flag, at_size, start in ((b"PK\x03\x04", 6, 26, 30), (b"PK\x01\x02", 8, 28, 46)):
            place = bytes(out).find(mark)
            while place >= 0 and bytes(out[place + start : place + start + len(garbled)]) != garbled:
                place = bytes(out).find(mark, place + 1)
            assert place >= 0
            out[place + at_flag : place + at_flag + 2] = b"\x00\x00"
            out[place + at_size : place + at_size + 2] = len(meant).to_bytes(2, "little")
            out[place + start : place + start + len(garbled)] = meant
    return _with_offsets(bytes(out))


def _with_offsets(raw: bytes) -> bytes:
    """The directory's places of the files, and of itself, after names have become shorter."""
    out = bytearray(raw)
    files, place = [], raw.find(b"PK\x03\x04")
    while place >= 0:
        files.append(place)
        place = raw.find(b"PK\x03\x04", place + 1)
    directory = place = raw.find(b"PK\x01\x02")
    for first in files:
        out[place + 42 : place + 46] = first.to_bytes(4, "little")
        last, place = place, raw.find(b"PK\x01\x02", place + 1)
    end = raw.find(b"PK\x05\x06")
    assert last
    out[end + 12 : end + 16] = (end - directory).to_bytes(4, "little")
    out[end + 16 : end + 20] = directory.to_bytes(4, "little")
    return bytes(out)


@pytest.mark.parametrize("name", ["../escape.png", "a/../../escape.png", "/etc/escape.png", "C:/escape.png"])
def test_archives_that_point_outside_are_refused(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as out:
        out.writestr(name, b"x")
    with pytest.raises(FileFormatError, match="names a file outside itself"):
        Files(tmp_path / "bad.zip")


def test_what_unpacks_to_too_much_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nyuron.data._files.MOST_BYTES", 1000)
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("a/0.txt", b"0" * 100_000)
        out.writestr("a/1.txt", b"1")
    data = text_dataset_from_directory(tmp_path / "bomb.zip", shuffle=False, verbose=False)
    with pytest.warns(BrokenFilesWarning, match="1 of 2 files cannot be read"):
        assert [x.tolist() for x, _ in data] == [["1"]]


def test_no_archive(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"PK\x03\x04 cut off")
    with pytest.raises(FileFormatError, match="no zip archive, or a damaged one"):
        Files(tmp_path / "x.zip")
    with pytest.raises(DataError, match="no such folder or archive"):
        Files(tmp_path / "y")


def test_broken_pictures_are_named_once(tmp_path: Path) -> None:
    good = tmp_path / "a" / "0.png"
    good.parent.mkdir()
    Image.new("RGB", (8, 8), (9, 9, 9)).save(good)
    whole = good.read_bytes()
    (tmp_path / "a" / "1.png").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "a" / "2.jpg").write_bytes(b"")
    (tmp_path / "a" / "3.png").write_bytes(b"<html>not found</html>")
    (tmp_path / "a" / "4.png").write_bytes(whole)
    data = image_dataset_from_directory(tmp_path, shuffle=False, batch_size=2, **IMAGES)
    with pytest.warns(BrokenFilesWarning, match=r"3 of 5 files cannot be read and are left out:\n.*1\.png") as told:
        batches = list(data)
    assert len(told) == 1 and "2.jpg" in str(told[0].message)
    assert [len(x) for x, _ in batches] == [2] and len(data) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(list(data)) == 1
    for name in ("0.png", "4.png"):
        (tmp_path / "a" / name).write_bytes(b"x")
    with pytest.raises(DataError, match="none of the files can be read"):
        list(image_dataset_from_directory(tmp_path, **IMAGES))


@pytest.mark.parametrize(("mode", "channels"), [("grayscale", 1), ("rgb", 3), ("rgba", 4)])
def test_every_kind_of_picture_is_read(tmp_path: Path, mode: str, channels: int) -> None:
    folder = tmp_path / "a"
    folder.mkdir()
    grey = np.arange(64, dtype=np.uint8).reshape(8, 8) * 4
    Image.fromarray(grey).save(folder / "0.png")
    Image.fromarray(grey.astype(np.uint16) << 8).save(folder / "1.png")
    Image.fromarray(grey).convert("P").save(folder / "2.gif")
    Image.fromarray(np.stack([grey] * 3, -1)).save(folder / "3.bmp")
    Image.fromarray(np.dstack([grey] * 3 + [np.full_like(grey, 77)])).save(folder / "4.tiff")
    Image.fromarray(grey).save(folder / "5.webp", lossless=True)
    Image.fromarray(grey).save(folder / "6.jpg", quality=100)
    data = image_dataset_from_directory(tmp_path, color_mode=mode, image_size=(8, 8), shuffle=False, verbose=False)
    x, _ = next(iter(data))
    assert x.shape == (7, 8, 8, channels)
    for i in range(7):
        np.testing.assert_allclose(x[i, ..., 0], grey, atol=3)
    if mode == "rgba":
        assert x[4, 0, 0, 3] == 77 and x[0, 0, 0, 3] == 255


def test_proportions_may_be_kept(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    x = np.zeros((4, 8, 3), np.uint8)
    x[:, 2:6] = 200
    Image.fromarray(x).save(tmp_path / "a" / "0.png")
    options: dict[str, Any] = {"image_size": (4, 4), "interpolation": "nearest", "verbose": False}

    def first(**more: Any) -> np.ndarray:
        return next(iter(image_dataset_from_directory(tmp_path, **options, **more)))[0][0, :, :, 0]

    assert first(crop_to_aspect_ratio=True).tolist() == [[200] * 4] * 4
    assert first(pad_to_aspect_ratio=True).tolist() == [[0] * 4, [0, 200, 200, 0], [0, 200, 200, 0], [0] * 4]
    assert first().tolist() == [[0, 200, 200, 0]] * 4
    assert next(iter(image_dataset_from_directory(tmp_path, data_format="channels_first", **options)))[0].shape == (
        1,
        3,
        4,
        4,
    )


def test_take_skip_map_and_cache(pictures: Path) -> None:
    data = image_dataset_from_directory(pictures, batch_size=4, seed=1, **IMAGES)
    assert len(list(data.take(2))) == len(data.take(2)) == 2 and len(list(data.skip(3))) == len(data.skip(3)) == 1
    halves = data.map(lambda x, y: (x / 2, y)).prefetch(2)
    assert max(x.max() for x, _ in halves) == pytest.approx(52)
    kept = data.cache()
    for (x, _), (x2, _) in zip(list(kept), list(kept), strict=True):
        assert x is x2


def test_fit_evaluate_and_predict_take_it(pictures: Path) -> None:
    training, validation = image_dataset_from_directory(
        pictures, validation_split=0.4, subset="both", seed=0, batch_size=3, **IMAGES
    )
    model = Sequential([layers.Rescaling(1 / 255), layers.Flatten(), layers.Dense(3, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(training, validation_data=validation, epochs=3, verbose=0)
    assert len(history.history["val_loss"]) == 3 and np.isfinite(history.history["loss"]).all()
    assert set(model.evaluate(validation, verbose=0, return_dict=True)) == {"loss", "accuracy"}
    assert model.predict(validation, verbose=0).shape == (6, 3)


def test_texts(tmp_path: Path) -> None:
    for c, name in enumerate(("bad", "good")):
        (tmp_path / name).mkdir()
        for i, encoding in enumerate(("utf-8", "cp949", "utf-16", "utf-8-sig")):
            (tmp_path / name / f"{i}.txt").write_bytes(f"영화 {c}{i}".encode(encoding))
    data = text_dataset_from_directory(tmp_path, shuffle=False, verbose=False)
    x, y = next(iter(data))
    assert x.tolist() == [f"영화 {c}{i}" for c in range(2) for i in range(4)] and y.tolist() == [0] * 4 + [1] * 4
    short = text_dataset_from_directory(tmp_path, shuffle=False, max_length=2, verbose=False)
    assert set(next(iter(short))[0]) == {"영화"}
    layer = layers.TextVectorization(output_sequence_length=2)
    layer.adapt(data)
    assert layer.vocabulary_size() == 11 and layer.get_vocabulary()[2] == "영화"
    model = Sequential([layers.Embedding(12, 2), layers.Flatten(), layers.Dense(1, "sigmoid")])
    model.compile("adam", "binary_crossentropy")
    model.fit(data.map(lambda x, y: (layer(x), y)), epochs=2, verbose=0)


def test_sounds(tmp_path: Path) -> None:
    for c, name in enumerate(("no", "yes")):
        (tmp_path / name).mkdir()
        for i in range(3):
            wavfile.write(tmp_path / name / f"{i}.wav", 8000, np.full(10 + i, c * 1000 + i, np.int16))
    options: dict[str, Any] = {"shuffle": False, "verbose": False}
    x, y = next(iter(audio_dataset_from_directory(tmp_path, **options)))
    assert x.shape == (6, 12, 1) and y.tolist() == [0, 0, 0, 1, 1, 1]
    np.testing.assert_allclose(x[:, 0, 0] * 32768, [0, 1, 2, 1000, 1001, 1002])
    assert np.all(x[0, 10:] == 0) and np.all(x[4, :11] == x[4, 0])
    assert next(iter(audio_dataset_from_directory(tmp_path, output_sequence_length=4, **options)))[0].shape == (6, 4, 1)
    ragged = next(iter(audio_dataset_from_directory(tmp_path, ragged=True, **options)))[0]
    assert [len(sound) for sound in ragged] == [10, 11, 12] * 2
    resampled = next(iter(audio_dataset_from_directory(tmp_path, sampling_rate=16000, **options)))[0]
    assert resampled.shape == (6, 24, 1)
    wavfile.write(tmp_path / "yes" / "3.wav", 16000, np.zeros(9, np.int16))
    with pytest.raises(DataError, match=r"differ in their sampling rate(.|\n)*(8000|16000)(.|\n)*fix: +sampling_rate="):
        list(audio_dataset_from_directory(tmp_path, **options))
    wavfile.write(tmp_path / "yes" / "3.wav", 8000, np.zeros((9, 2), np.int16))
    with pytest.raises(DataError, match="differ in their number of channels"):
        list(audio_dataset_from_directory(tmp_path, **options))
    (tmp_path / "yes" / "3.wav").write_bytes(b"RIFF")
    with pytest.warns(BrokenFilesWarning, match="1 of 7"):
        assert [len(x) for x, _ in audio_dataset_from_directory(tmp_path, batch_size=9, **options)] == [6]


def test_it_says_what_it_found(pictures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    image_dataset_from_directory(pictures, validation_split=0.2, subset="training", seed=1)
    assert capsys.readouterr().out == "Found 15 files belonging to 3 classes.\nUsing 12 files for training.\n"


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"label_mode": "ints"}, ArgumentError, "unknown label_mode"),
        ({"labels": "folders"}, ArgumentError, "unknown labels"),
        ({"labels": [1, 2]}, ArgumentError, "a label for each file"),
        ({"labels": ["a"] * 15}, ArgumentError, "a list of integers"),
        ({"class_names": ["cow"]}, ArgumentError, "no folder for the class 'cow'"),
        ({"labels": None, "class_names": ["cat"]}, ArgumentError, "class_names is for labels that are read"),
        ({"label_mode": "binary"}, ArgumentError, "needs two classes"),
        ({"color_mode": "grey"}, ArgumentError, "unknown color_mode"),
        ({"interpolation": "cubic"}, ArgumentError, "unknown interpolation"),
        ({"image_size": 32}, ArgumentError, "image_size cannot be used"),
        ({"batch_size": 0}, ArgumentError, "batch_size counts"),
        ({"crop_to_aspect_ratio": True, "pad_to_aspect_ratio": True}, ArgumentError, "either cropped or padded"),
        ({"validation_split": 0.2}, ArgumentError, "go together"),
        ({"validation_split": 0.2, "subset": "test", "seed": 1}, ArgumentError, "unknown subset"),
        ({"validation_split": 0.2, "subset": "training"}, ArgumentError, "overlap"),
        ({"validation_split": 1.5, "subset": "training", "seed": 1}, ArgumentError, "no share"),
        ({"validation_split": 0.01, "subset": "training", "seed": 1}, ArgumentError, "leaves one part empty"),
    ],
)
def test_errors(pictures: Path, options: dict[str, Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        image_dataset_from_directory(pictures, **IMAGES | options)


def test_nothing_to_read(pictures: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no files to read(.|\n)*ending in .md, .png"):
        audio_dataset_from_directory(pictures, verbose=False)
    (tmp_path / "0.txt").write_text("side by side")
    with pytest.raises(DataError, match="the classes cannot be read from folders"):
        text_dataset_from_directory(tmp_path, verbose=False)
