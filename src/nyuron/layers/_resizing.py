"""Images at another size."""

from __future__ import annotations

from typing import Any

from nyuron.core import ArgumentError, Array, Params, Shape, State, module, static
from nyuron.layers._call import Call
from nyuron.layers._images import (
    INTERPOLATIONS,
    check_choice,
    check_images,
    crop_to_aspect,
    pad_to_aspect,
    resize,
    with_size,
)
from nyuron.layers._layer import Layer


@module
class Resizing(Layer):
    """Images of `height` × `width`, by interpolation between the pixels.

    `crop_to_aspect_ratio` first cuts the largest centred window of the new proportions; `pad_to_aspect_ratio` first
    sets the image into a frame of `fill_value`; else the image is stretched. `antialias` smooths before shrinking.

    Differs from Keras: images of integers come out as floating point, not rounded; images come in batches.

    Shapes: x (batch, height, width, channels) -> (batch, new height, new width, channels); channels second for
        data_format 'channels_first'.
    Raises: ArgumentError for an unknown interpolation, or both kinds of keeping the proportions; ShapeError for other
        shapes.
    Source: keras.layers.Resizing.
    Example:
        >>> Resizing(1, 2)(jnp.arange(16.0).reshape(1, 4, 4, 1)).ravel().tolist()
        [6.5, 8.5]
    """

    height: int = static()
    width: int = static()
    interpolation: str = static("bilinear")
    crop_to_aspect_ratio: bool = static(False)
    pad_to_aspect_ratio: bool = static(False)
    fill_mode: str = static("constant")
    fill_value: Any = 0.0
    antialias: bool = static(False)
    data_format: Any = static(None)

    def check_shapes(self, *shapes: Shape) -> None:
        check_images(self, shapes[0], is_sized=False)
        check_choice(self, "interpolation", INTERPOLATIONS)
        check_choice(self, "fill_mode", ("constant",))
        if self.crop_to_aspect_ratio and self.pad_to_aspect_ratio:
            raise ArgumentError(
                "an image is either cropped or padded to the new proportions",
                who=self.described(),
                expected="one of the two",
                got="crop_to_aspect_ratio and pad_to_aspect_ratio",
                fix="leave one of them out",
            )

    def compute_output_shape(self, *shapes: Shape) -> Shape:
        return with_size(shapes[0], (self.height, self.width), self.data_format)

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        size = (self.height, self.width)
        if self.crop_to_aspect_ratio:
            x = crop_to_aspect(x, size, self.data_format)
        elif self.pad_to_aspect_ratio:
            x = pad_to_aspect(x, size, self.data_format, self.fill_value)
        return resize(x, size, self.data_format, self.interpolation, self.antialias), state
