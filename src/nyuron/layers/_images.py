"""Images: where height and width are, their size, cropping and resizing."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp

from nyuron.core import ArgumentError, Array, Shape, ShapeError

INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")
FORMATS = (None, "channels_last", "channels_first")


def image_axes(data_format: str | None) -> tuple[int, int]:
    """Positions of height and width among the four axes; None is 'channels_last'."""
    return (2, 3) if data_format == "channels_first" else (1, 2)


def check_images(layer: Any, shape: Shape, *, is_sized: bool = True) -> None:
    """Raise ArgumentError for an unknown data format, ShapeError unless these are images of a known size."""
    if layer.data_format not in FORMATS:
        raise ArgumentError(
            "unknown data_format",
            who=layer.described(),
            expected="'channels_last' or 'channels_first'",
            got=repr(layer.data_format),
            fix="data_format='channels_last'",
        )
    if len(shape) != 4:
        raise ShapeError(
            "the input is no batch of images",
            who=layer.described(),
            expected="(batch, height, width, channels)",
            got=f"{len(shape)} axes: {shape}",
            fix="x[None] makes a batch of one image; x[..., None] adds the axis of grey images' single channel",
        )
    if is_sized and any(shape[axis] is None for axis in image_axes(layer.data_format)):
        raise ShapeError(
            "the images' height and width must be known",
            who=layer.described(),
            expected="fixed sizes",
            got=shape,
            fix="Input((height, width, channels)); images of several sizes become one by image_size= of "
            "nyuron.utils.image_dataset_from_directory",
        )


def check_choice(layer: Any, name: str, allowed: tuple[Any, ...]) -> None:
    """Raise ArgumentError unless the layer's field has one of the allowed values."""
    value = getattr(layer, name)
    if value not in allowed:
        raise ArgumentError(
            f"unknown {name}",
            who=layer.described(),
            expected=f"one of {', '.join(map(repr, allowed))}",
            got=repr(value),
            fix=f"{name}={next(v for v in allowed if v is not None)!r}",
        )


def with_size(shape: Shape, size: tuple[int, int], data_format: str | None) -> Shape:
    """The shape of such images at another size."""
    new = list(shape)
    for axis, n in zip(image_axes(data_format), size, strict=True):
        new[axis] = n
    return tuple(new)


def crop(x: Array, start: tuple[int, int], size: tuple[int, int], data_format: str | None) -> Array:
    """The window of that size whose first pixel is at `start`."""
    for axis, first, n in zip(image_axes(data_format), start, size, strict=True):
        x = jax.lax.slice_in_dim(x, first, min(first + n, x.shape[axis]), axis=axis)
    return x


def crop_to_aspect(x: Array, size: tuple[int, int], data_format: str | None) -> Array:
    """The largest centred window whose sides are in the proportion of `size`."""
    height, width = (x.shape[axis] for axis in image_axes(data_format))
    kept_height = max(min(height, int(width * size[0] / size[1])), 1)
    kept_width = max(min(width, int(height * size[1] / size[0])), 1)
    return crop(x, ((height - kept_height) // 2, (width - kept_width) // 2), (kept_height, kept_width), data_format)


def pad_to_aspect(x: Array, size: tuple[int, int], data_format: str | None, value: Any) -> Array:
    """The images in the middle of the smallest frame whose sides are in the proportion of `size`."""
    axes = image_axes(data_format)
    height, width = (x.shape[axis] for axis in axes)
    before = ((max(height, int(width * size[0] / size[1])) - height) // 2, 0)
    if before[0] == 0:
        before = (0, (max(width, int(height * size[1] / size[0])) - width) // 2)
    widths = [(0, 0, 0)] * 4
    for axis, n in zip(axes, before, strict=True):
        widths[axis] = (n, n, 0)
    return jax.lax.pad(x, jnp.asarray(value, x.dtype), widths)


def resize(
    x: Array, size: tuple[int, int], data_format: str | None, interpolation: str = "bilinear", antialias: bool = False
) -> Array:
    """Images at another size."""
    shape = with_size(x.shape, size, data_format)
    if shape == x.shape:
        return x
    if interpolation == "nearest":
        for axis, n in zip(image_axes(data_format), size, strict=True):
            old = x.shape[axis]
            # Constant indices: XLA turns taking every k-th row into a strided slice, and other rows into one copy.
            x = jnp.take(x, jnp.asarray([math.floor((i + 0.5) * old / n) for i in range(n)]), axis=axis)
        return x
    return jax.image.resize(x, shape, method=interpolation, antialias=antialias, precision=jax.lax.Precision.HIGHEST)
