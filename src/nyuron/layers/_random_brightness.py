"""Brighter or darker images, at random."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from nyuron.core import Array, Key, Scalar, Shape, module, static
from nyuron.layers._random_image import RandomImage, draw, per_image, span


@module
class RandomBrightness(RandomImage):
    """In training ``x + δ (high − low)`` for δ uniform in [−factor, factor], clipped to ``value_range = (low, high)``.

    `factor` may be a pair (lower, upper).

    Differs from Keras: a call without `training=True` changes nothing; the run's seed governs the draws, and `seed` is
    mixed into it.

    Shapes: x (batch, height, width, channels) -> same.
    Raises: ArgumentError for a factor outside −1 … 1; ShapeError for other shapes.
    Source: keras.layers.RandomBrightness.
    Example:
        >>> RandomBrightness(0.2)(jnp.array([1.0, 3.0]).reshape(1, 1, 2, 1)).ravel().tolist()
        [1.0, 3.0]
    """

    factor: Any
    value_range: tuple[Scalar, Scalar] = (0, 255)
    seed: Any = None
    data_format: Any = static(None, kw_only=True)

    def check_shapes(self, *shapes: Shape) -> None:
        super().check_shapes(*shapes)
        self.check_factor("factor", -1.0, 1.0)

    def disturb(self, x: Array, key: Key) -> Array:
        return brightened(x, draw(key, x.shape[0], *span(self.factor), x.dtype), self.value_range)


def brightened(x: Array, deltas: Array, value_range: Any) -> Array:
    """Each image with its share of the range added."""
    low, high = (jnp.asarray(value, x.dtype) for value in value_range)
    low, high = jnp.minimum(low, high), jnp.maximum(low, high)
    return jnp.clip(x + per_image(deltas) * (high - low), low, high)
