"""One image: from a file, as an array, and back."""

from __future__ import annotations

import os
import warnings
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from nyuron.core import ArgumentError, FileFormatError, ShapeError
from nyuron.core._errors import suggestion
from nyuron.data import IMAGE_DECODERS, need_pillow

_METHODS = ("nearest", "bilinear", "bicubic", "hamming", "box", "lanczos")
_KEPT = {"grayscale": ("L", "I;16", "I"), "rgb": ("RGB",), "rgba": ("RGBA",)}


def load_img(
    path: str | os.PathLike[str] | BytesIO,
    color_mode: str = "rgb",
    target_size: tuple[int, int] | None = None,
    interpolation: str = "nearest",
    keep_aspect_ratio: bool = False,
) -> Any:
    """The image in a file, as Pillow's object, resized to `target_size` (height, width) unless that is None.

    `keep_aspect_ratio` cuts the middle out before resizing; else the image is stretched.

    Raises: ArgumentError for an unknown color_mode or interpolation; FileFormatError for a file that is no image.
    Source: keras.utils.load_img.
    Example:
        >>> import tempfile
        >>> file = tempfile.mkdtemp() + "/grey.png"
        >>> save_img(file, np.zeros((4, 6, 1)))
        >>> img_to_array(load_img(file, target_size=(2, 3))).shape
        (2, 3, 3)
    """
    for name, value, allowed in (("color_mode", color_mode, _KEPT), ("interpolation", interpolation, _METHODS)):
        if value not in allowed:
            raise ArgumentError(
                f"unknown {name} {value!r}",
                who="load_img()",
                expected=", ".join(map(repr, allowed)),
                got=repr(value),
                fix=suggestion(name, value, allowed),
            )
    need_pillow("load_img()")
    from PIL import Image

    data = path.getvalue() if isinstance(path, BytesIO) else Path(path).expanduser().read_bytes()
    try:
        image: Any = Image.open(BytesIO(data), formats=IMAGE_DECODERS)
        image.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise FileFormatError(
            "this is no image, or a damaged one",
            who=f"load_img({getattr(path, 'name', path)!r:.80})",
            expected=", ".join(IMAGE_DECODERS),
            got=f"{error!s:.80}",
            fix="open it in another program; copy or convert it again",
        ) from error
    if image.mode not in _KEPT[color_mode]:
        image = image.convert(_KEPT[color_mode][0])
    if target_size is None or image.size == (target_size[1], target_size[0]):
        return image
    height, width = target_size
    box = None
    if keep_aspect_ratio:
        kept = min(image.size[0], image.size[1] * width // height), min(image.size[1], image.size[0] * height // width)
        left, top = (image.size[0] - kept[0]) // 2, (image.size[1] - kept[1]) // 2
        box = (left, top, left + kept[0], top + kept[1])
    return image.resize((width, height), Image.Resampling[interpolation.upper()], box=box)


def img_to_array(img: Any, data_format: str | None = None, dtype: Any = "float32") -> np.ndarray:
    """The pixels of Pillow's image.

    Shapes: () -> (height, width, channels), channels first for data_format 'channels_first'.
    Source: keras.utils.img_to_array.
    Example:
        >>> img_to_array(array_to_img(np.eye(2)[..., None])).ravel().tolist()
        [255.0, 0.0, 0.0, 255.0]
    """
    x = np.asarray(img, dtype or "float32")
    if x.ndim not in (2, 3):
        raise ShapeError(
            "this is no single image",
            who="img_to_array()",
            expected="two or three axes",
            got=x.shape,
            fix="img[0] for the first of a batch" if x.ndim == 4 else "an array of (height, width, channels)",
        )
    x = x[..., None] if x.ndim == 2 else x
    return np.moveaxis(x, -1, 0) if data_format == "channels_first" else x


def array_to_img(x: Any, data_format: str | None = None, scale: bool = True, dtype: Any = "float32") -> Any:
    """Pillow's image of an array; `scale` spreads the values over 0 … 255.

    Shapes: x (height, width, channels) with 1, 3 or 4 channels; channels first for data_format 'channels_first'.
    Raises: ShapeError for other shapes.
    Source: keras.utils.array_to_img.
    Example:
        >>> array_to_img(np.eye(2)[..., None]).getpixel((0, 0))
        255
    """
    need_pillow("array_to_img()")
    from PIL import Image

    x = np.asarray(x, dtype or "float32")
    x = np.moveaxis(x, 0, -1) if data_format == "channels_first" and x.ndim == 3 else x
    if x.ndim != 3 or x.shape[2] not in (1, 3, 4):
        raise ShapeError(
            "this is no single image",
            who="array_to_img()",
            expected="(height, width, channels) with 1, 3 or 4 channels",
            got=x.shape,
            fix="x[0] is the first image of a batch; x[..., None] gives a grey one its channel",
        )
    if scale:
        x = x - x.min()
        x = x * (255 / x.max()) if x.max() else x
    if x.shape[2] > 1:
        return Image.fromarray(x.astype(np.uint8))
    return Image.fromarray(x[:, :, 0].astype(np.int32 if x.max() > 255 else np.uint8))


def save_img(
    path: Any,
    x: Any,
    data_format: str | None = None,
    file_format: str | None = None,
    scale: bool = True,
    **kwargs: Any,
) -> None:
    """Write an array as an image file, of the kind that the name ends in or `file_format` says.

    Shapes: x as in array_to_img.
    Source: keras.utils.save_img.
    Example:
        >>> out = BytesIO()
        >>> save_img(out, np.zeros((2, 2, 3)), file_format="png")
        >>> out.getvalue()[1:4]
        b'PNG'
    """
    image = array_to_img(x, data_format, scale)
    if file_format is None and isinstance(path, str | os.PathLike):
        file_format = Path(path).suffix[1:].lower()
    file_format = "jpeg" if file_format and file_format.lower() == "jpg" else file_format
    if image.mode == "RGBA" and file_format == "jpeg":
        warnings.warn("save_img(): JPEG has no transparency; it is left out", stacklevel=2)
        image = image.convert("RGB")
    image.save(path, format=file_format, **kwargs)
