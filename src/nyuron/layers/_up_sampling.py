"""Series, images and volumes made larger."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from nyuron.core import Array, Params, Shape, State, module, static
from nyuron.layers._call import Call
from nyuron.layers._images import INTERPOLATIONS, check_choice, resize
from nyuron.layers._spatial import Spatial, check_positive, check_tuples, settle


@module
class UpSampling(Spatial):
    """What the layers that repeat values share.

    Shapes: x (batch, *space, channels) -> (batch, *larger space, channels).
    Source: keras.layers.UpSampling2D and its kin.
    """

    takes_integers = True

    def factors(self) -> tuple[int, ...]:
        """How many values stand where one stood, for each spatial axis."""
        size = self.__dict__["size"]
        return (size,) if isinstance(size, int) else size

    def compute_output_shape(self, *shapes: Shape) -> Shape:
        pairs = zip(self.sizes(shapes[0]), self.factors(), strict=True)
        sizes = tuple(None if n is None else n * factor for n, factor in pairs)
        return self.with_sizes(shapes[0], sizes, shapes[0][self.channel_axis()])

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        for axis, factor in zip(self.space(), self.factors(), strict=True):
            x = jnp.repeat(x, factor, axis=axis)
        return x, state


@module
class UpSampling1D(UpSampling):
    """Each step `size` times, one after another.

    Shapes: x (batch, steps, channels) -> (batch, size · steps, channels).
    Raises: ShapeError for other shapes; ArgumentError unless `size` is a positive whole number.
    Source: keras.layers.UpSampling1D.
    Example:
        >>> UpSampling1D()(jnp.array([[[1.0], [2.0]]])).ravel().tolist()
        [1.0, 1.0, 2.0, 2.0]
    """

    size: int = static(2)
    rank = 1

    def check_shapes(self, *shapes: Shape) -> None:
        super().check_shapes(*shapes)
        check_positive(self, size=self.size)


@module
class UpSampling2D(UpSampling):
    """Images `size` times as large: each pixel repeated, or the values between pixels interpolated.

    `interpolation` is 'nearest', 'bilinear', 'bicubic', 'lanczos3' or 'lanczos5'.

    Shapes: x (batch, height, width, channels) -> (batch, size₀ · height, size₁ · width, channels); with data_format
        "channels_first" channels stand second.
    Raises: ShapeError for other shapes; ArgumentError for an unknown interpolation.
    Source: keras.layers.UpSampling2D.
    Example:
        >>> UpSampling2D()(jnp.array([[[[1.0], [2.0]]]])).ravel().tolist()
        [1.0, 1.0, 2.0, 2.0, 1.0, 1.0, 2.0, 2.0]
    """

    size: Any = static((2, 2))
    data_format: str | None = static(None)
    interpolation: str = static("nearest")
    rank = 2

    def __post_init__(self) -> None:
        super().__post_init__()
        settle(self, "size")
        object.__setattr__(self, "interpolation", self.interpolation.lower())

    def check_shapes(self, *shapes: Shape) -> None:
        super().check_shapes(*shapes)
        check_tuples(self, "size")
        check_choice(self, "interpolation", INTERPOLATIONS)

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        if self.interpolation == "nearest":
            return super().apply(params, state, x, call=call)
        height, width = self.sizes(self.compute_output_shape(x.shape))
        x = x if jnp.issubdtype(x.dtype, jnp.inexact) else x.astype(jnp.float32)
        return resize(x, (height or 0, width or 0), self.data_format, self.interpolation), state


@module
class UpSampling3D(UpSampling):
    """Volumes `size` times as large: each value repeated along every axis.

    Shapes: x (batch, depth, height, width, channels) -> (batch, size₀ · depth, size₁ · height, size₂ · width,
        channels); with data_format "channels_first" channels stand second.
    Raises: ShapeError for other shapes.
    Source: keras.layers.UpSampling3D.
    Example:
        >>> UpSampling3D()(jnp.ones((1, 2, 3, 4, 5))).shape
        (1, 4, 6, 8, 5)
    """

    size: Any = static((2, 2, 2))
    data_format: str | None = static(None)
    rank = 3

    def __post_init__(self) -> None:
        super().__post_init__()
        settle(self, "size")

    def check_shapes(self, *shapes: Shape) -> None:
        super().check_shapes(*shapes)
        check_tuples(self, "size")
