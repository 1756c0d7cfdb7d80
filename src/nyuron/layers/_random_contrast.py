"""Images of more or less contrast, at random."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from nyuron.core import Array, Key, Scalar, Shape, module, static
from nyuron.layers._images import image_axes
from nyuron.layers._random_image import RandomImage, draw, per_image


@module
class RandomContrast(RandomImage):
    """In training ``(x − mean) f + mean`` per channel, f uniform in [1 − lower, 1 + upper], clipped to `value_range`.

    `factor` is a pair (lower, upper), or a number for both.

    Differs from Keras: a number f draws from [1 − f, 1 + f], as Keras documents; Keras 3.15 draws from [1, 1 + f], and
    sorts a pair. A call without `training=True` changes nothing; the run's seed governs the draws, and `seed` is mixed
    into it.

    Shapes: x (batch, height, width, channels) -> same.
    Raises: ArgumentError for a factor outside 0 … 1; ShapeError for other shapes.
    Source: keras.layers.RandomContrast.
    Example:
        >>> RandomContrast(0.2)(jnp.array([1.0, 3.0]).reshape(1, 1, 2, 1)).ravel().tolist()
        [1.0, 3.0]
    """

    factor: Any
    value_range: tuple[Scalar, Scalar] = (0, 255)
    seed: Any = None
    data_format: Any = static(None, kw_only=True)

    def check_shapes(self, *shapes: Shape) -> None:
        super().check_shapes(*shapes)
        self.check_factor("factor", 0.0, 1.0)

    def disturb(self, x: Array, key: Key) -> Array:
        lower, upper = self.factor if isinstance(self.factor, tuple) else (self.factor, self.factor)
        low = jnp.asarray(1.0, jnp.float32) - jnp.asarray(lower, jnp.float32)
        high = jnp.asarray(1.0, jnp.float32) + jnp.asarray(upper, jnp.float32)
        return contrasted(x, draw(key, x.shape[0], low, high, x.dtype), self.value_range, self.data_format)


def contrasted(x: Array, factors: Array, value_range: Any, data_format: str | None = None) -> Array:
    """Each image's distances from its channels' means, multiplied by its factor."""
    mean = jnp.mean(x, axis=image_axes(data_format), keepdims=True)
    low, high = (jnp.asarray(value, x.dtype) for value in value_range)
    return jnp.clip((x - mean) * per_image(factors) + mean, low, high)
