"""Images shifted at random."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from nyuron.core import Array, Key, Scalar, Shape, module, static
from nyuron.layers._random_image import draw, span
from nyuron.layers._random_move import RandomMove, as_it_came, channels_last
from nyuron.layers._sampling import read_separately


@module
class RandomTranslation(RandomMove):
    """In training each image is shifted down and right by shares of its height and width, uniform in [−f, f].

    A factor may be a pair (lower, upper). `fill_mode` says what lies outside the image: 'reflect', 'wrap', 'nearest', or
    'constant', which is `fill_value`.

    Differs from Keras: a call without `training=True` changes nothing; the run's seed governs the draws, and `seed` is
    mixed into it.

    Shapes: x (batch, height, width, channels) -> same.
    Raises: ArgumentError for a factor outside −1 … 1, an unknown fill_mode or interpolation; ShapeError for other
        shapes.
    Source: keras.layers.RandomTranslation.
    Example:
        >>> RandomTranslation(0.1, 0.1)(jnp.ones((1, 2, 2, 1))).ravel().tolist()
        [1.0, 1.0, 1.0, 1.0]
    """

    height_factor: Any
    width_factor: Any
    fill_mode: str = static("reflect")
    interpolation: str = static("bilinear")
    seed: Any = None
    fill_value: Scalar = 0.0
    data_format: Any = static(None)

    def check_shapes(self, *shapes: Shape) -> None:
        super().check_shapes(*shapes)
        self.check_factor("height_factor", -1.0, 1.0)
        self.check_factor("width_factor", -1.0, 1.0)

    def disturb(self, x: Array, key: Key) -> Array:
        keys = jax.random.split(key)
        down = draw(keys[0], x.shape[0], *span(self.height_factor), x.dtype)
        right = draw(keys[1], x.shape[0], *span(self.width_factor), x.dtype)
        return self.shifted(x, down, right)

    def shifted(self, x: Array, down: Array, right: Array) -> Array:
        """Images shifted by shares of their height and width."""
        x = channels_last(x, self.data_format)
        rows = jnp.arange(x.shape[1], dtype=x.dtype) - down[:, None] * x.shape[1]
        columns = jnp.arange(x.shape[2], dtype=x.dtype) - right[:, None] * x.shape[2]
        y = read_separately(x, rows, columns, self.interpolation, self.fill_mode, self.fill_value)
        return as_it_came(y, self.data_format)
