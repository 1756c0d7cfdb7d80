"""Folders of images."""

from __future__ import annotations

import os
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np

from nyuron.core import ArgumentError, MissingPackageError
from nyuron.core._errors import suggestion
from nyuron.data._file_batches import file_batches
from nyuron.data._labelled import check_split, labelled_files
from nyuron.data._loaded import in_parts
from nyuron.data._resample import INTERPOLATIONS, resized

_WHO = "image_dataset_from_directory()"
_ENDINGS = (".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")
IMAGE_DECODERS = ("BMP", "GIF", "JPEG", "PNG", "TIFF", "WEBP")
_MODES = {"grayscale": "L", "rgb": "RGB", "rgba": "RGBA"}


def image_dataset_from_directory(
    directory: str | os.PathLike[str],
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: Sequence[str] | None = None,
    color_mode: str = "rgb",
    batch_size: int = 32,
    image_size: tuple[int, int] = (256, 256),
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    interpolation: str = "bilinear",
    follow_links: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    data_format: str | None = None,
    format: str = "tf",
    verbose: bool = True,
) -> Any:
    """Images in folders by class, or in a zip archive of such folders, as batches (x, y) for `fit`.

    `labels`: 'inferred' from the folders' names; integers in the order of the sorted paths; or None. `label_mode`:
    'int' (n,), 'binary' (n, 1), 'categorical' (n, classes), or None for x alone. `subset` 'training' or 'validation'
    takes one part of a `validation_split`, 'both' gives the two. Images are resized to `image_size`, stretched unless
    they are cropped or padded to its proportions. Files that cannot be read are left out, with one warning that counts
    and names them.

    Differs from Keras: also reads zip archives, TIFF and WebP; gives an object of ours (`take`, `map`, `cache`; `fit`
    reads ahead by itself), and `format` changes nothing.

    Shapes: x (batch, height, width, channels) float32 0 … 255, channels 1, 3 or 4 by `color_mode` 'grayscale', 'rgb',
        'rgba'; channels second for data_format 'channels_first'.
    Raises: ArgumentError for arguments that cannot be used; DataError if there are no images, or none can be read.
    Source: keras.utils.image_dataset_from_directory.
    Example:
        >>> import pathlib, tempfile
        >>> from PIL import Image
        >>> root = pathlib.Path(tempfile.mkdtemp())
        >>> for name in ("cat", "dog"):
        ...     (root / name).mkdir()
        ...     Image.new("RGB", (9, 7)).save(root / name / "0.png")
        >>> data = image_dataset_from_directory(root, image_size=(4, 4), verbose=False)
        >>> [(x.shape, sorted(y.tolist())) for x, y in data], data.class_names
        ([((2, 4, 4, 3), [0, 1])], ['cat', 'dog'])
    """
    del format
    for name, value, allowed in (
        ("color_mode", color_mode, tuple(_MODES)),
        ("interpolation", interpolation, INTERPOLATIONS),
        ("data_format", data_format, ("channels_last", "channels_first", None)),
    ):
        if value not in allowed:
            raise ArgumentError(
                f"unknown {name} {value!r}",
                who=_WHO,
                expected=", ".join(map(repr, allowed)),
                got=repr(value),
                fix=suggestion(name, value, allowed),
            )
    if crop_to_aspect_ratio and pad_to_aspect_ratio:
        raise ArgumentError("images are either cropped or padded to the new proportions", who=_WHO, fix="choose one")
    size = _size(image_size)
    need_pillow(_WHO)
    check_split(_WHO, validation_split, subset, shuffle, seed)
    found = labelled_files(_WHO, directory, labels, label_mode, class_names, _ENDINGS, shuffle, seed, follow_links)

    def load(data: bytes, name: str) -> np.ndarray:
        del name
        x = decode_image(data, color_mode)
        if crop_to_aspect_ratio:
            x = resized(_window(x, size), size, interpolation)
        elif pad_to_aspect_ratio:
            x = _framed(x, size, interpolation)
        else:
            x = resized(x, size, interpolation)
        return np.moveaxis(x, -1, 0) if data_format == "channels_first" else x

    def make(chosen: Any) -> Any:
        return file_batches(_WHO, chosen, label_mode, batch_size, load, np.stack)

    return in_parts(found, validation_split, subset, verbose, make)


def _size(image_size: Any) -> tuple[int, int]:
    try:
        height, width = (int(n) for n in image_size)
    except (TypeError, ValueError):
        height = width = 0
    if height < 1 or width < 1:
        raise ArgumentError(
            "image_size cannot be used", who=_WHO, expected="(height, width)", got=repr(image_size), fix="(128, 128)"
        )
    return height, width


def need_pillow(who: str) -> None:
    """Raise MissingPackageError unless Pillow is installed."""
    try:
        import PIL  # noqa: F401
    except ImportError as error:
        raise MissingPackageError(
            "reading pictures needs Pillow", who=who, got="it is not installed", fix="pip install pillow"
        ) from error


def decode_image(data: bytes, color_mode: str = "rgb") -> np.ndarray:
    """The pixels of an image file, 0 … 255; of several pictures in a file the first.

    Shapes: () -> (height, width, channels) uint8.
    Raises: OSError and what else Pillow raises, for damaged files and other formats.
    """
    from PIL import Image

    with Image.open(BytesIO(data), formats=IMAGE_DECODERS) as image:
        image.load()
        if image.mode.startswith("I"):  # 16 bits: the upper ones, which Pillow's own conversion would not take
            image = Image.fromarray((np.asarray(image).astype(np.uint32) >> 8).astype(np.uint8))
        pixels = np.asarray(image.convert(_MODES[color_mode]))
    return pixels[..., None] if pixels.ndim == 2 else pixels


def _window(x: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The largest centred window of these proportions."""
    height, width = x.shape[:2]
    kept = (max(min(height, int(width * size[0] / size[1])), 1), max(min(width, int(height * size[1] / size[0])), 1))
    top, left = int((height - kept[0]) / 2), int((width - kept[1]) / 2)
    return x[top : top + kept[0], left : left + kept[1]]


def _framed(x: np.ndarray, size: tuple[int, int], interpolation: str) -> np.ndarray:
    """The whole image in the middle of a black frame."""
    height, width = x.shape[:2]
    across, down = size[0] * width, size[1] * height
    inner = (size[0], max(across // height, 1)) if across <= down else (max(down // width, 1), size[1])
    done = np.zeros((*size, x.shape[2]), np.float32)
    # The share that rounding left out is counted to the frame's second half, as TensorFlow does.
    top = 0 if across <= down else max(int((size[0] - down / width) / 2), 0)
    left = max(int((size[1] - across / height) / 2), 0) if across <= down else 0
    done[top : top + inner[0], left : left + inner[1]] = resized(x, inner, interpolation)
    return done
