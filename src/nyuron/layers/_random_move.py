"""What the layers that move, turn and zoom images share."""

from __future__ import annotations

import jax.numpy as jnp

from nyuron.core import Array, Shape, module
from nyuron.layers._images import check_choice
from nyuron.layers._random_image import RandomImage
from nyuron.layers._sampling import FILL_MODES, METHODS


@module
class RandomMove(RandomImage):
    """Images read at other places than their own pixels.

    `fill_mode` says what lies outside: 'reflect' (d c b a | a b c d | d c b a), 'wrap', 'nearest', or 'constant', which
    is `fill_value`.

    Shapes: x (batch, height, width, channels) -> same.
    Source: keras.layers.RandomTranslation and its kin.
    """

    def check_shapes(self, *shapes: Shape) -> None:
        super().check_shapes(*shapes)
        check_choice(self, "fill_mode", FILL_MODES)
        check_choice(self, "interpolation", METHODS)


def channels_last(x: Array, data_format: str | None) -> Array:
    """Images with their channels last, whichever way they came."""
    return jnp.moveaxis(x, 1, -1) if data_format == "channels_first" else x


def as_it_came(x: Array, data_format: str | None) -> Array:
    """The way back."""
    return jnp.moveaxis(x, -1, 1) if data_format == "channels_first" else x
