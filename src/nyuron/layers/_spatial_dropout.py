"""Dropout of whole channels."""

from __future__ import annotations

from typing import Any, ClassVar

import jax.numpy as jnp

from nyuron.core import Array, Key, Scalar, Shape, module, static
from nyuron.layers._noise import Noise, keeps
from nyuron.layers._spatial import Spatial


@module
class SpatialDropout(Noise, Spatial):
    """What the layers that drop channels share: one draw for all places of a channel.

    Shapes: x (batch, *space, channels) -> same.
    Source: keras.layers.SpatialDropout2D and its kin.
    """

    passes_mask: ClassVar[bool] = True
    rate: Scalar

    def check_shapes(self, *shapes: Shape) -> None:
        Spatial.check_shapes(self, *shapes)
        super().check_shapes(*shapes)

    def disturb(self, x: Array, key: Key) -> Array:
        shape = tuple(1 if axis in self.space() else n for axis, n in enumerate(x.shape))
        kept = keeps(key, self.rate, shape)
        share = 1.0 - jnp.asarray(self.rate, x.dtype)
        # With rate 1 nothing is kept, and 1/0 would make the gradient NaN.
        return jnp.where(kept, x / jnp.where(share > 0, share, 1), 0)


@module
class SpatialDropout1D(SpatialDropout):
    """In training each channel of a series is 0 at all steps with probability `rate`, else ``x / (1 − rate)``.

    Differs from Keras: the run's seed governs the draws; `seed` is mixed into it.

    Shapes: x (batch, steps, channels) -> same.
    Raises: ShapeError for other shapes; ArgumentError for a rate outside 0 … 1.
    Source: Tompson et al. 2014; keras.layers.SpatialDropout1D.
    Example:
        >>> SpatialDropout1D(0.5)(jnp.ones((1, 2, 1))).ravel().tolist()
        [1.0, 1.0]
    """

    rate: Scalar
    seed: Any = None
    rank = 1


@module
class SpatialDropout2D(SpatialDropout):
    """In training each channel of an image is 0 at all pixels with probability `rate`, else ``x / (1 − rate)``.

    Differs from Keras: the run's seed governs the draws; `seed` is mixed into it.

    Shapes: x (batch, height, width, channels) -> same; with data_format "channels_first" channels stand second.
    Raises: ShapeError for other shapes; ArgumentError for a rate outside 0 … 1.
    Source: Tompson et al. 2014; keras.layers.SpatialDropout2D.
    Example:
        >>> SpatialDropout2D(0.5)(jnp.ones((1, 2, 2, 3))).shape
        (1, 2, 2, 3)
    """

    rate: Scalar
    data_format: str | None = static(None)
    seed: Any = None
    rank = 2


@module
class SpatialDropout3D(SpatialDropout):
    """In training each channel of a volume is 0 at all places with probability `rate`, else ``x / (1 − rate)``.

    Differs from Keras: the run's seed governs the draws; `seed` is mixed into it.

    Shapes: x (batch, depth, height, width, channels) -> same; with data_format "channels_first" channels stand second.
    Raises: ShapeError for other shapes; ArgumentError for a rate outside 0 … 1.
    Source: Tompson et al. 2014; keras.layers.SpatialDropout3D.
    Example:
        >>> SpatialDropout3D(0.5)(jnp.ones((1, 2, 2, 2, 3))).shape
        (1, 2, 2, 2, 3)
    """

    rate: Scalar
    data_format: str | None = static(None)
    seed: Any = None
    rank = 3
