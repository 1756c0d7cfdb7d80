"""The largest or mean value of each channel."""

from __future__ import annotations

import jax.numpy as jnp

from nyuron.core import Array, Params, Shape, State, module, static
from nyuron.layers._call import Call
from nyuron.layers._spatial import Spatial


@module
class GlobalPooling(Spatial):
    """What the global pooling layers share; `keepdims` leaves the spatial axes in place with size 1.

    Shapes: x (batch, *space, channels) -> (batch, channels).
    Source: keras.layers.GlobalAveragePooling2D and its kin.
    """

    data_format: str | None = static(None)
    keepdims: bool = static(False)

    def compute_output_shape(self, *shapes: Shape) -> Shape:
        channels = shapes[0][self.channel_axis()]
        return self.with_sizes(shapes[0], (1,) * self.rank if self.keepdims else (), channels)


@module
class GlobalMaxPooling(GlobalPooling):
    """What the layers of global maxima share.

    Shapes: x (batch, *space, channels) -> (batch, channels).
    Source: keras.layers.GlobalMaxPooling2D and its kin.
    """

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        return jnp.max(x, self.space(), keepdims=self.keepdims), state


@module
class GlobalAveragePooling(GlobalPooling):
    """What the layers of global means share.

    Shapes: x (batch, *space, channels) -> (batch, channels).
    Source: keras.layers.GlobalAveragePooling2D and its kin.
    """

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        return jnp.mean(x, self.space(), keepdims=self.keepdims), state


@module
class GlobalMaxPooling1D(GlobalMaxPooling):
    """``y = max over steps`` for each channel.

    Shapes: x (batch, steps, channels) -> (batch, channels), or (batch, 1, channels) with `keepdims`;
        "channels_first": (batch, channels, steps).
    Raises: ShapeError for other shapes.
    Source: keras.layers.GlobalMaxPooling1D.
    Example:
        >>> GlobalMaxPooling1D()(jnp.array([[[1.0, 5.0], [3.0, 4.0]]])).tolist()
        [[3.0, 5.0]]
    """

    rank = 1


@module
class GlobalMaxPooling2D(GlobalMaxPooling):
    """The largest value of each channel of an image.

    Shapes: x (batch, height, width, channels) -> (batch, channels), or (batch, 1, 1, channels) with `keepdims`; with
        data_format "channels_first" channels stand second.
    Raises: ShapeError for other shapes.
    Source: keras.layers.GlobalMaxPooling2D.
    Example:
        >>> GlobalMaxPooling2D()(jnp.ones((2, 5, 6, 3))).shape
        (2, 3)
    """

    rank = 2


@module
class GlobalMaxPooling3D(GlobalMaxPooling):
    """The largest value of each channel of a volume.

    Shapes: x (batch, depth, height, width, channels) -> (batch, channels), or (batch, 1, 1, 1, channels) with
        `keepdims`; with data_format "channels_first" channels stand second.
    Raises: ShapeError for other shapes.
    Source: keras.layers.GlobalMaxPooling3D.
    Example:
        >>> GlobalMaxPooling3D(keepdims=True)(jnp.ones((2, 4, 5, 6, 3))).shape
        (2, 1, 1, 1, 3)
    """

    rank = 3


@module
class GlobalAveragePooling1D(GlobalAveragePooling):
    """``y = mean over steps`` for each channel; with a mask, over the steps that count.

    Differs from Keras: where no step counts, the mean is 0, not NaN.

    Shapes: x (batch, steps, channels) -> (batch, channels), or (batch, 1, channels) with `keepdims`; mask (batch,
        steps); "channels_first": (batch, channels, steps).
    Raises: ShapeError for other shapes.
    Source: keras.layers.GlobalAveragePooling1D.
    Example:
        >>> x = jnp.array([[[1.0], [3.0], [9.0]]])
        >>> GlobalAveragePooling1D()(x, mask=jnp.array([[True, True, False]])).tolist()
        [[2.0]]
    """

    rank = 1

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        if call.mask is None:
            return super().apply(params, state, x, call=call)
        counts = jnp.expand_dims(call.mask.astype(bool), self.channel_axis())
        total = jnp.sum(jnp.where(counts, x, 0), self.space(), keepdims=self.keepdims)
        steps = jnp.sum(counts, self.space(), keepdims=self.keepdims)
        return total / jnp.maximum(steps, 1).astype(x.dtype), state


@module
class GlobalAveragePooling2D(GlobalAveragePooling):
    """The mean of each channel of an image.

    Shapes: x (batch, height, width, channels) -> (batch, channels), or (batch, 1, 1, channels) with `keepdims`; with
        data_format "channels_first" channels stand second.
    Raises: ShapeError for other shapes.
    Source: Lin et al. 2013; keras.layers.GlobalAveragePooling2D.
    Example:
        >>> GlobalAveragePooling2D()(jnp.ones((2, 5, 6, 3))).shape
        (2, 3)
    """

    rank = 2


@module
class GlobalAveragePooling3D(GlobalAveragePooling):
    """The mean of each channel of a volume.

    Shapes: x (batch, depth, height, width, channels) -> (batch, channels), or (batch, 1, 1, 1, channels) with
        `keepdims`; with data_format "channels_first" channels stand second.
    Raises: ShapeError for other shapes.
    Source: keras.layers.GlobalAveragePooling3D.
    Example:
        >>> GlobalAveragePooling3D()(jnp.ones((2, 4, 5, 6, 3))).shape
        (2, 3)
    """

    rank = 3
