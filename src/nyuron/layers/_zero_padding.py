"""Zeros around series, images and volumes."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from nyuron.core import Array, Params, Shape, State, module, static
from nyuron.layers._borders import Borders, as_borders, as_tuples, check_borders
from nyuron.layers._call import Call
from nyuron.layers._spatial import Spatial


@module
class ZeroPadding(Spatial):
    """What the layers that add zeros share.

    Shapes: x (batch, *space, channels) -> (batch, *larger space, channels).
    Source: keras.layers.ZeroPadding2D and its kin.
    """

    takes_integers = True

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "padding", as_tuples(self.__dict__["padding"]))

    def borders(self) -> Borders:
        """Zeros before and behind each spatial axis."""
        return as_borders(self.__dict__["padding"], self.rank)

    def check_shapes(self, *shapes: Shape) -> None:
        super().check_shapes(*shapes)
        check_borders(self, "padding")

    def compute_output_shape(self, *shapes: Shape) -> Shape:
        pairs = zip(self.sizes(shapes[0]), self.borders(), strict=True)
        sizes = tuple(None if n is None else n + before + behind for n, (before, behind) in pairs)
        return self.with_sizes(shapes[0], sizes, shapes[0][self.channel_axis()])

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        widths = [(0, 0)] * x.ndim
        for axis, pair in zip(self.space(), self.borders(), strict=True):
            widths[axis] = pair
        return jnp.pad(x, widths), state


@module
class ZeroPadding1D(ZeroPadding):
    """Zeros before the first and behind the last step; `padding` is one number, or (before, behind).

    Shapes: x (batch, steps, channels) -> (batch, before + steps + behind, channels); "channels_first": (batch,
        channels, steps).
    Raises: ShapeError for other shapes; ArgumentError for a padding that cannot be read.
    Source: keras.layers.ZeroPadding1D.
    Example:
        >>> ZeroPadding1D((1, 2))(jnp.ones((1, 2, 1))).ravel().tolist()
        [0.0, 1.0, 1.0, 0.0, 0.0]
    """

    padding: Any = static(1)
    data_format: str | None = static(None)
    rank = 1


@module
class ZeroPadding2D(ZeroPadding):
    """Zeros around images; `padding` is one number, (height, width), or ((top, bottom), (left, right)).

    Shapes: x (batch, height, width, channels) -> (batch, top + height + bottom, left + width + right, channels); with
        data_format "channels_first" channels stand second.
    Raises: ShapeError for other shapes; ArgumentError for a padding that cannot be read.
    Source: keras.layers.ZeroPadding2D.
    Example:
        >>> ZeroPadding2D()(jnp.ones((1, 3, 4, 2))).shape
        (1, 5, 6, 2)
    """

    padding: Any = static((1, 1))
    data_format: str | None = static(None)
    rank = 2


@module
class ZeroPadding3D(ZeroPadding):
    """Zeros around volumes; `padding` is one number, one for each axis, or (before, behind) for each.

    Shapes: x (batch, depth, height, width, channels) -> the three in the middle larger by before + behind; with
        data_format "channels_first" channels stand second.
    Raises: ShapeError for other shapes; ArgumentError for a padding that cannot be read.
    Source: keras.layers.ZeroPadding3D.
    Example:
        >>> ZeroPadding3D(2)(jnp.ones((1, 3, 4, 5, 2))).shape
        (1, 7, 8, 9, 2)
    """

    padding: Any = static(((1, 1), (1, 1), (1, 1)))
    data_format: str | None = static(None)
    rank = 3
