"""Images mirrored at random."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from nyuron.core import Array, Key, Shape, module, static
from nyuron.layers._images import check_choice, image_axes
from nyuron.layers._noise import keeps
from nyuron.layers._random_image import RandomImage, per_image


@module
class RandomFlip(RandomImage):
    """In training each image is mirrored with probability ½, left to right, top to bottom, or each by its own draw.

    `mode`: 'horizontal', 'vertical' or 'horizontal_and_vertical'.

    Differs from Keras: a call without `training=True` changes nothing; the two directions are drawn independently,
    where Keras mirrors both or none; the run's seed governs the draws, and `seed` is mixed into it.

    Shapes: x (batch, height, width, channels) -> same.
    Raises: ArgumentError for an unknown mode; ShapeError for other shapes.
    Source: keras.layers.RandomFlip.
    Example:
        >>> RandomFlip("horizontal")(jnp.array([1.0, 2.0]).reshape(1, 1, 2, 1)).ravel().tolist()
        [1.0, 2.0]
    """

    mode: str = static("horizontal_and_vertical")
    seed: Any = None
    data_format: Any = static(None)

    def check_shapes(self, *shapes: Shape) -> None:
        super().check_shapes(*shapes)
        check_choice(self, "mode", ("horizontal", "vertical", "horizontal_and_vertical"))

    def disturb(self, x: Array, key: Key) -> Array:
        vertical, horizontal = image_axes(self.data_format)
        for number, (word, axis) in enumerate((("horizontal", horizontal), ("vertical", vertical))):
            if word in self.mode:
                is_flipped = keeps(jax.random.fold_in(key, number), 0.5, (x.shape[0],))
                x = jnp.where(per_image(is_flipped), jnp.flip(x, axis), x)
        return x
