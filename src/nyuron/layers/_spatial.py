"""What layers over series, images and volumes share: where their axes are, tuples for each axis, and checks."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import jax.numpy as jnp

from nyuron.core import ArgumentError, Array, Shape, ShapeError, module
from nyuron.kernels import Window
from nyuron.layers._axes import check_sizes
from nyuron.layers._images import FORMATS, check_choice
from nyuron.layers._layer import Layer

_KINDS = {1: ("series", "(batch, steps, channels)"), 2: ("images", "(batch, height, width, channels)")}
_VOLUMES = ("volumes", "(batch, depth, height, width, channels)")
_FIRST = {
    1: "(batch, channels, steps)",
    2: "(batch, channels, height, width)",
    3: "(batch, channels, depth, height, width)",
}


@module
class Spatial(Layer):
    """A layer over inputs with `rank` axes besides batch and channels, which are last or, as `data_format` says, first.

    Shapes: x (batch, *space, channels) -> as the layer says.
    Source: keras.layers.Conv2D and its kin.
    """

    rank: ClassVar[int] = 2
    passes_mask = False

    @property
    def is_channels_first(self) -> bool:
        """Whether the channels stand before the spatial axes."""
        return self.__dict__.get("data_format") == "channels_first"

    def channel_axis(self) -> int:
        """Where the channels are."""
        return 1 if self.is_channels_first else -1

    def space(self) -> tuple[int, ...]:
        """Positions of the spatial axes."""
        return tuple(range(2, self.rank + 2) if self.is_channels_first else range(1, self.rank + 1))

    def sizes(self, shape: Shape) -> tuple[int | None, ...]:
        """The spatial sizes of such an input."""
        return tuple(shape[axis] for axis in self.space())

    def with_sizes(self, shape: Shape, sizes: tuple[int | None, ...], channels: int | None) -> Shape:
        """A shape of this batch and format with other sizes and channels."""
        return (shape[0], channels, *sizes) if self.is_channels_first else (shape[0], *sizes, channels)

    def channels_last(self, x: Array) -> Array:
        """The input with its channels last."""
        return jnp.moveaxis(x, 1, -1) if self.is_channels_first else x

    def in_format(self, y: Array) -> Array:
        """The output, its channels last, in the layer's own format."""
        return jnp.moveaxis(y, -1, 1) if self.is_channels_first else y

    def check_shapes(self, *shapes: Shape) -> None:
        check_space(self, shapes[0])


def settle(layer: Any, *names: str) -> None:
    """Fields become tuples with one whole number for each spatial axis, in place; to be called from `__post_init__`."""
    for name in names:
        value = getattr(layer, name)
        if isinstance(value, int):
            value = (value,) * layer.rank
        elif isinstance(value, list | tuple):
            value = tuple(value)
        object.__setattr__(layer, name, value)


def check_space(layer: Any, shape: Shape) -> None:
    """Raise ArgumentError for an unknown data format, ShapeError for the wrong number of axes."""
    if "data_format" in layer.__dict__:
        check_choice(layer, "data_format", FORMATS)
    if len(shape) == layer.rank + 2:
        return
    kind, layout = _KINDS.get(layer.rank, _VOLUMES)
    if layer.is_channels_first:
        layout = _FIRST[layer.rank]
    fix = f"put Reshape before this layer, so that it gets {layout}"
    if len(shape) == layer.rank + 1 and not layer.is_channels_first and None not in shape[1:]:
        fix = f"put Reshape({(*shape[1:], 1)}) before this layer, or give it x[..., None]: one channel"
    raise ShapeError(
        f"the input is no batch of {kind}",
        who=layer.described(),
        expected=layout,
        got=f"{len(shape)} axes: {shape}",
        fix=fix,
    )


def check_positive(layer: Any, **counts: Any) -> None:
    """Raise ArgumentError unless each value is a whole number from 1 on."""
    for name, value in counts.items():
        if not isinstance(value, int) or value < 1:
            raise ArgumentError(
                f"{name} cannot be used",
                who=layer.described(),
                expected="a whole number from 1 on",
                got=repr(value),
                fix=f"{name}={max(round(value), 1) if isinstance(value, float) and math.isfinite(value) else 1}",
            )


def check_tuples(layer: Any, *names: str, least: int = 1) -> None:
    """Raise ArgumentError unless each field holds one whole number for each spatial axis."""
    for name in names:
        value = getattr(layer, name)
        is_right = isinstance(value, tuple) and len(value) == layer.rank
        if not is_right or not all(isinstance(n, int) and n >= least for n in value):
            raise ArgumentError(
                f"{name} cannot be used",
                who=layer.described(),
                expected=f"a whole number from {least} on"
                + (f", or {layer.rank} of them, one for each axis" if layer.rank > 1 else ""),
                got=repr(value),
                fix=f"{name}={max(least, 2) if layer.rank == 1 else (max(least, 2),) * layer.rank}",
            )


def check_channels(layer: Any, shape: Shape) -> None:
    """Raise ShapeError unless the number of channels is known, and the one that the layer was built for."""
    check_sizes(layer, shape, layer.channel_axis())


def check_window(layer: Any, window: Window, shape: Shape, sizes: tuple[int | None, ...], what: str) -> None:
    """Raise ShapeError where the "kernel" or "pool" reaches over more values than the input's spatial `sizes`."""
    known = tuple(1 if n is None else n for n in sizes)
    if all(n is None or m >= 1 for n, m in zip(sizes, window.output_sizes(known), strict=True)):
        return
    is_padded = window.padding != "valid"
    most = tuple(
        k if n is None else min(k, (n - 1) // d + 1)
        for n, k, d in zip(sizes, window.size, window.dilation, strict=True)
    )
    fix = "fewer pooling layers and strides before this layer"
    if not is_padded and min(most) > 0:
        fix = f"padding='same', or {what}_size={most[0] if len(most) == 1 else most} or less, or {fix}"
    raise ShapeError(
        f"the {what} is larger than the input",
        who=layer.described(),
        expected=f"at least {_times((1,) * len(sizes) if is_padded else window.spans)} values for this {what}",
        got=f"{_times(sizes)}, from an input of shape {shape}",
        fix=fix,
    )


def _times(sizes: tuple[int | None, ...]) -> str:
    return " × ".join("any" if n is None else str(n) for n in sizes)
