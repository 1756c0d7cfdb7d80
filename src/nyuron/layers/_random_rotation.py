"""Images turned at random."""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp

from nyuron.core import Array, Key, Scalar, Shape, module, static
from nyuron.layers._random_image import draw, span
from nyuron.layers._random_move import RandomMove, as_it_came, channels_last
from nyuron.layers._sampling import read_at


@module
class RandomRotation(RandomMove):
    """In training each image is turned about its middle by a part of a full turn, uniform in [−factor, factor].

    A positive part turns counter-clockwise. `factor` may be a pair (lower, upper). `fill_mode` says what lies outside
    the image: 'reflect', 'wrap', 'nearest', or 'constant', which is `fill_value`.

    Differs from Keras: a call without `training=True` changes nothing; the run's seed governs the draws, and `seed` is
    mixed into it.

    Shapes: x (batch, height, width, channels) -> same.
    Units: factor in turns: 0.1 is 36°.
    Raises: ArgumentError for a factor outside −1 … 1, an unknown fill_mode or interpolation; ShapeError for other
        shapes.
    Source: keras.layers.RandomRotation.
    Example:
        >>> RandomRotation(0.1)(jnp.ones((1, 2, 2, 1))).ravel().tolist()
        [1.0, 1.0, 1.0, 1.0]
    """

    factor: Any
    fill_mode: str = static("reflect")
    interpolation: str = static("bilinear")
    seed: Any = None
    fill_value: Scalar = 0.0
    data_format: Any = static(None)

    def check_shapes(self, *shapes: Shape) -> None:
        super().check_shapes(*shapes)
        self.check_factor("factor", -1.0, 1.0)

    def disturb(self, x: Array, key: Key) -> Array:
        return self.turned(x, draw(key, x.shape[0], *span(self.factor), x.dtype))

    def turned(self, x: Array, turns: Array) -> Array:
        """Images turned about their middle."""
        x = channels_last(x, self.data_format)
        middle = ((x.shape[1] - 1) / 2, (x.shape[2] - 1) / 2)
        down = (jnp.arange(x.shape[1], dtype=x.dtype) - middle[0])[None, :, None]
        right = (jnp.arange(x.shape[2], dtype=x.dtype) - middle[1])[None, None, :]
        angle = turns[:, None, None] * (2 * math.pi)
        sine, cosine = jnp.sin(angle), jnp.cos(angle)
        rows, columns = sine * right + cosine * down + middle[0], cosine * right - sine * down + middle[1]
        y = read_at(x, rows, columns, self.interpolation, self.fill_mode, self.fill_value)
        return as_it_came(y, self.data_format)
