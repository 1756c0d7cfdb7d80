"""A window of images, at random."""

from __future__ import annotations

from typing import Any

import jax

from nyuron.core import Array, Params, Shape, State, module, static
from nyuron.layers._call import Call
from nyuron.layers._images import check_images, crop_to_aspect, image_axes, resize, with_size
from nyuron.layers._random_image import RandomImage


@module
class RandomCrop(RandomImage):
    """In training the `height` × `width` window at a random place, the same for a whole batch.

    Otherwise, and for images smaller than the window, the largest centred window of its proportions, resized.

    Differs from Keras: at inference the images come out at the new size, as Keras documents; Keras 3.15 hands them on
    whole. The run's seed governs the draws, and `seed` is mixed into it.

    Shapes: x (batch, height, width, channels) -> (batch, new height, new width, channels).
    Raises: ShapeError for other shapes.
    Source: keras.layers.RandomCrop.
    Example:
        >>> RandomCrop(2, 2)(jnp.ones((1, 4, 4, 3))).shape
        (1, 2, 2, 3)
    """

    height: int = static()
    width: int = static()
    seed: Any = None
    data_format: Any = static(None)

    keeps_shape = False

    def check_shapes(self, *shapes: Shape) -> None:
        check_images(self, shapes[0])

    def compute_output_shape(self, *shapes: Shape) -> Shape:
        return with_size(shapes[0], (self.height, self.width), self.data_format)

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        size, axes = (self.height, self.width), image_axes(self.data_format)
        rest = [x.shape[axis] - n for axis, n in zip(axes, size, strict=True)]
        if not call.training or min(rest) < 0:
            return resize(crop_to_aspect(x, size, self.data_format), size, self.data_format), state
        key = call.need_key(repr(self))
        key = key if self.seed is None else jax.random.fold_in(key, self.seed)
        starts = jax.random.randint(key, (2,), 0, jax.numpy.asarray([n + 1 for n in rest], "int32"), dtype="int32")
        for axis, n, start in zip(axes, size, starts, strict=True):
            x = jax.lax.dynamic_slice_in_dim(x, start, n, axis)
        return x, state
