"""Images at another size, on the host: a few weighted rows, then a few weighted columns."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "area", "lanczos3", "lanczos5", "gaussian", "mitchellcubic")


def resized(x: np.ndarray, size: tuple[int, int], interpolation: str = "bilinear") -> np.ndarray:
    """An image at another size, without smoothing before it shrinks ('area' averages).

    Shapes: x (height, width, channels) -> (new height, new width, channels) float32.
    Source: tf.image.resize and keras.ops.image.resize with antialias=False.
    Example:
        >>> resized(np.arange(4.0).reshape(1, 4, 1), (1, 2)).ravel().tolist()
        [0.5, 2.5]
    """
    x = np.asarray(x, np.float32)
    if x.shape[:2] == tuple(size):
        return x
    for axis, new in enumerate(size):
        if x.shape[axis] != new or interpolation in ("gaussian", "mitchellcubic"):  # these blur at any size
            x = _along(x, axis, *taps(x.shape[axis], new, interpolation))
    return x


def _along(x: np.ndarray, axis: int, index: np.ndarray, weight: np.ndarray) -> np.ndarray:
    shape = [1, 1, 1]
    shape[axis] = -1
    parts = (np.take(x, index[:, k], axis) * weight[:, k].reshape(shape) for k in range(index.shape[1]))
    total = next(parts)
    for part in parts:
        total += part
    return total


@lru_cache(256)
def taps(old: int, new: int, interpolation: str) -> tuple[np.ndarray, np.ndarray]:
    """Which pixels each new pixel is made of, and their weights.

    Shapes: () -> (new, taps) both.
    """
    scale = old / new
    if interpolation == "nearest":
        index = (2 * np.arange(new) + 1) * old // (2 * new)
        return index[:, None].astype(np.int32), np.ones((new, 1), np.float32)
    if interpolation == "area":
        edges = np.arange(new + 1) * scale
        index = np.floor(edges[:-1])[:, None] + np.arange(math.ceil(scale) + 1)
        inside = np.minimum(index + 1, edges[1:, None]) - np.maximum(index, edges[:-1, None])
        weight = np.clip(inside, 0, None)
    else:
        kernel, radius = _KERNELS[interpolation]
        places = (np.arange(new) + 0.5) * scale - 0.5
        index = np.floor(places)[:, None] + np.arange(1 - radius, radius + 1)
        weight = kernel(np.abs(places[:, None] - index))
    weight = np.where((index >= 0) & (index < old), weight, 0)
    weight = weight / weight.sum(1, keepdims=True)
    return np.clip(index, 0, old - 1).astype(np.int32), weight.astype(np.float32)


def _cubic(x: np.ndarray, b: float, c: float) -> np.ndarray:
    """Mitchell and Netravali's family: (0, ½) is Keys's kernel, (⅓, ⅓) their own."""
    near = (12 - 9 * b - 6 * c) * x**3 + (-18 + 12 * b + 6 * c) * x**2 + 6 - 2 * b
    far = (-b - 6 * c) * x**3 + (6 * b + 30 * c) * x**2 + (-12 * b - 48 * c) * x + 8 * b + 24 * c
    return np.where(x < 1, near, np.where(x < 2, far, 0)) / 6


def _lanczos(x: np.ndarray, radius: int) -> np.ndarray:
    return np.where(x < radius, np.sinc(x) * np.sinc(x / radius), 0)


_KERNELS = {
    "bilinear": (lambda x: np.clip(1 - x, 0, None), 1),
    "bicubic": (lambda x: _cubic(x, 0, 0.5), 2),
    "mitchellcubic": (lambda x: _cubic(x, 1 / 3, 1 / 3), 2),
    "lanczos3": (lambda x: _lanczos(x, 3), 3),
    "lanczos5": (lambda x: _lanczos(x, 5), 5),
    "gaussian": (lambda x: np.where(x < 1.5, np.exp(-2 * x**2), 0), 2),
}
