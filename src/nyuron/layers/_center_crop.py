"""The middle of images."""

from __future__ import annotations

from typing import Any

from nyuron.core import Array, Params, Shape, State, module, static
from nyuron.layers._call import Call
from nyuron.layers._images import check_images, crop, crop_to_aspect, image_axes, resize, with_size
from nyuron.layers._layer import Layer


@module
class CenterCrop(Layer):
    """The middle `height` × `width` pixels; smaller images are cropped to the proportions and enlarged.

    Differs from Keras: images come in batches.

    Shapes: x (batch, height, width, channels) -> (batch, new height, new width, channels).
    Raises: ShapeError for other shapes.
    Source: keras.layers.CenterCrop.
    Example:
        >>> CenterCrop(2, 2)(jnp.arange(16.0).reshape(1, 4, 4, 1)).ravel().tolist()
        [5.0, 6.0, 9.0, 10.0]
    """

    height: int = static()
    width: int = static()
    data_format: Any = static(None)

    def check_shapes(self, *shapes: Shape) -> None:
        check_images(self, shapes[0])

    def compute_output_shape(self, *shapes: Shape) -> Shape:
        return with_size(shapes[0], (self.height, self.width), self.data_format)

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        size = (self.height, self.width)
        rest = [x.shape[axis] - n for axis, n in zip(image_axes(self.data_format), size, strict=True)]
        if min(rest) < 0:
            return resize(crop_to_aspect(x, size, self.data_format), size, self.data_format), state
        return crop(x, (rest[0] // 2, rest[1] // 2), size, self.data_format), state
