"""What the random image layers share."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from nyuron.core import ArgumentError, Array, Key, Shape, ShapeError, module
from nyuron.layers._images import check_images
from nyuron.layers._noise import Noise


@module
class RandomImage(Noise):
    """Images changed at random in training, each by its own draw, and unchanged otherwise.

    Differs from Keras: a call without `training=True` changes nothing; the run's seed governs the draws, and `seed` is
    mixed into it; images come in batches, without boxes or masks beside them.

    Shapes: x (batch, height, width, channels) -> same.
    Source: keras.layers.RandomFlip and its kin.
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("factor", "height_factor", "width_factor", "value_range"):
            if isinstance(self.__dict__.get(name), list):
                object.__setattr__(self, name, tuple(self.__dict__[name]))

    def check_shapes(self, *shapes: Shape) -> None:
        if "data_format" in self.__dict__:
            check_images(self, shapes[0])
        elif len(shapes[0]) != 4:
            raise ShapeError(
                "the input is no batch of images",
                who=self.described(),
                expected="(batch, height, width, channels)",
                got=f"{len(shapes[0])} axes: {shapes[0]}",
                fix="x[None] makes a batch of one image",
            )

    def check_factor(self, name: str, low: float, high: float) -> None:
        """Raise ArgumentError unless the field is a number, or two, between the bounds."""
        value = getattr(self, name)
        parts = value if isinstance(value, tuple) else (value,)
        if not all(isinstance(part, int | float) for part in parts):
            return  # a member's own number, which only the run knows
        if len(parts) > 2 or not all(low <= part <= high for part in parts):
            raise ArgumentError(
                f"the {name} cannot be used",
                who=self.described(),
                expected=f"a number from {low:g} to {high:g}, or a pair (lower, upper) of those",
                got=value,
                fix=f"{name}={min(0.1, high)}",
            )


def span(factor: Any, lowest: float = -1.0) -> tuple[Any, Any]:
    """Bounds of the draws: of a number f, −f and f; of a pair, its two."""
    if isinstance(factor, tuple):
        return jnp.minimum(*map(_number, factor)), jnp.maximum(*map(_number, factor))
    size = jnp.abs(_number(factor))
    return jnp.maximum(-size, lowest), size


def _number(value: Any) -> Array:
    return jnp.asarray(value, jnp.float32)


def draw(key: Key, count: int, low: Any, high: Any, dtype: Any) -> Array:
    """One uniform number per image."""
    u = jax.random.uniform(key, (count,), jnp.float32)
    return (low + (high - low) * u).astype(dtype)


def per_image(values: Array) -> Array:
    """(batch,) as (batch, 1, 1, 1)."""
    return values[:, None, None, None]
