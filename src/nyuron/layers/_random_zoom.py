"""Images zoomed at random."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from nyuron.core import Array, Key, Scalar, Shape, module, static
from nyuron.layers._random_image import draw, span
from nyuron.layers._random_move import RandomMove, as_it_came, channels_last
from nyuron.layers._sampling import read_separately


@module
class RandomZoom(RandomMove):
    """In training each image shows 1 + f times its height and width around its middle, f uniform in [−factor, factor].

    A positive f zooms out, a negative one in. A factor may be a pair (lower, upper); without `width_factor` the
    proportions are kept. `fill_mode` says what lies outside the image: 'reflect', 'wrap', 'nearest', or 'constant',
    which is `fill_value`.

    Differs from Keras: a call without `training=True` changes nothing; the run's seed governs the draws, and `seed` is
    mixed into it.

    Shapes: x (batch, height, width, channels) -> same.
    Raises: ArgumentError for a factor outside −1 … 1, an unknown fill_mode or interpolation; ShapeError for other
        shapes.
    Source: keras.layers.RandomZoom.
    Example:
        >>> RandomZoom(0.1)(jnp.ones((1, 2, 2, 1))).ravel().tolist()
        [1.0, 1.0, 1.0, 1.0]
    """

    height_factor: Any
    width_factor: Any = None
    fill_mode: str = static("reflect")
    interpolation: str = static("bilinear")
    seed: Any = None
    fill_value: Scalar = 0.0
    data_format: Any = static(None)

    def check_shapes(self, *shapes: Shape) -> None:
        super().check_shapes(*shapes)
        self.check_factor("height_factor", -1.0, 1.0)
        if self.width_factor is not None:
            self.check_factor("width_factor", -1.0, 1.0)

    def disturb(self, x: Array, key: Key) -> Array:
        keys = jax.random.split(key)
        one = jnp.asarray(1.0, x.dtype)
        height = one + draw(keys[0], x.shape[0], *span(self.height_factor), x.dtype)
        width = height
        if self.width_factor is not None:
            width = one + draw(keys[1], x.shape[0], *span(self.width_factor), x.dtype)
        return self.zoomed(x, height, width)

    def zoomed(self, x: Array, height: Array, width: Array) -> Array:
        """Images of which those shares of height and width are shown."""
        x = channels_last(x, self.data_format)

        def places(size: int, share: Array) -> Array:
            middle = (size - 1) / 2
            return (jnp.arange(size, dtype=x.dtype) - middle) * share[:, None] + middle

        rows, columns = places(x.shape[1], height), places(x.shape[2], width)
        y = read_separately(x, rows, columns, self.interpolation, self.fill_mode, self.fill_value)
        return as_it_came(y, self.data_format)
