"""Single images as Keras loads, converts and writes them."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from PIL import Image

import nyuron
from nyuron.core import ArgumentError, FileFormatError, ShapeError
from nyuron.utils import array_to_img, img_to_array, load_img, save_img

X = np.random.default_rng(0).integers(0, 256, (11, 7, 3)).astype(np.uint8)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("images") / "x.png"
    Image.fromarray(X).save(path)
    return path


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"color_mode": "grayscale"},
        {"color_mode": "rgba", "target_size": (4, 9)},
        *({"target_size": (5, 5), "interpolation": m} for m in ("nearest", "bilinear", "bicubic", "hamming", "box", "lanczos")),
        {"target_size": (5, 5), "keep_aspect_ratio": True, "interpolation": "bilinear"},
        {"target_size": (3, 9), "keep_aspect_ratio": True},
    ],
)  # fmt: skip
def test_images_are_loaded_as_in_keras(file: Path, options: dict[str, Any]) -> None:
    ours, theirs = load_img(file, **options), keras.utils.load_img(file, **options)
    np.testing.assert_array_equal(np.asarray(ours), np.asarray(theirs))
    for data_format in ("channels_last", "channels_first"):
        found = img_to_array(ours, data_format)
        np.testing.assert_array_equal(found, keras.utils.img_to_array(theirs, data_format))
        assert found.dtype == np.float32
    np.testing.assert_array_equal(np.asarray(load_img(BytesIO(file.read_bytes()))), X)
    assert load_img(str(file)).size == (7, 11)


@pytest.mark.parametrize("scale", [True, False])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_arrays_become_images_as_in_keras(channels: int, scale: bool) -> None:
    x = np.random.default_rng(1).uniform(0, 200, (5, 6, channels)).astype(np.float32)
    wanted = np.asarray(keras.utils.array_to_img(x, scale=scale)).astype(int)
    assert np.abs(np.asarray(array_to_img(x, scale=scale)).astype(int) - wanted).max() <= 1
    moved = array_to_img(np.moveaxis(x, -1, 0), "channels_first", scale=scale)
    np.testing.assert_array_equal(np.asarray(moved), np.asarray(array_to_img(x, scale=scale)))


def test_images_are_written(tmp_path: Path) -> None:
    save_img(tmp_path / "x.png", X, scale=False)
    np.testing.assert_array_equal(np.asarray(load_img(tmp_path / "x.png")), X)
    with pytest.warns(UserWarning, match="JPEG has no transparency"):
        save_img(tmp_path / "x.jpg", np.dstack([X, X[..., :1]]), scale=False)
    with Image.open(tmp_path / "x.jpg") as image:
        assert image.mode == "RGB"


def test_errors(file: Path, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="unknown color_mode"):
        load_img(file, color_mode="grey")
    with pytest.raises(ArgumentError, match="unknown interpolation"):
        load_img(file, interpolation="cubic")
    (tmp_path / "x.png").write_bytes(file.read_bytes()[:60])
    with pytest.raises(FileFormatError, match="no image, or a damaged one"):
        load_img(tmp_path / "x.png")
    for shape in ((4, 4), (4, 4, 2), (1, 4, 4, 3)):
        with pytest.raises(ShapeError, match="no single image"):
            array_to_img(np.zeros(shape))


def test_keras_other_address() -> None:
    theirs = keras.preprocessing
    assert {n for n in dir(theirs) if n[0].islower()} == set(nyuron.preprocessing.__all__)
    assert {n for n in dir(theirs.sequence) if n[0].islower()} == set(nyuron.preprocessing.sequence.__all__)
    assert {n for n in dir(theirs.image) if n[0].islower()} - set(nyuron.preprocessing.image.__all__) == {
        "smart_resize"
    }
    assert nyuron.preprocessing.image_dataset_from_directory is nyuron.utils.image_dataset_from_directory
