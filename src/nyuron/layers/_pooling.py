"""The largest or mean value of each window."""

from __future__ import annotations

from typing import Any

from nyuron.core import Array, Params, Shape, State, module, static
from nyuron.kernels import Window, average_pool, max_pool
from nyuron.layers._call import Call
from nyuron.layers._images import check_choice
from nyuron.layers._spatial import Spatial, check_tuples, check_window, settle


@module
class Pooling(Spatial):
    """What the pooling layers share: a window of `pool_size`, moved by `strides`, which are the pool's size if None.

    Shapes: x (batch, *space, channels) -> (batch, *new space, channels).
    Source: keras.layers.MaxPooling2D and its kin.
    """

    pool_size: Any = static()
    strides: Any = static(None)
    padding: str = static("valid")
    data_format: str | None = static(None)

    def __post_init__(self) -> None:
        super().__post_init__()
        settle(self, "pool_size", "strides")
        if self.strides is None:
            object.__setattr__(self, "strides", self.pool_size)

    @property
    def window(self) -> Window:
        """The pool's size and how it moves."""
        return Window(self.pool_size, self.strides, self.padding, (1,) * self.rank)

    def check_shapes(self, *shapes: Shape) -> None:
        super().check_shapes(*shapes)
        check_choice(self, "padding", ("valid", "same"))
        check_tuples(self, "pool_size", "strides")
        self.check_fits(shapes[0])

    def check_fits(self, shape: Shape) -> None:
        """Raise ShapeError for a pool larger than the input; sizes that are unknown at first show when it is applied."""
        check_window(self, self.window, shape, self.sizes(shape), "pool")

    def compute_output_shape(self, *shapes: Shape) -> Shape:
        sizes = self.sizes(shapes[0])
        found = self.window.output_sizes(tuple(1 if n is None else n for n in sizes))
        new = tuple(None if n is None else m for n, m in zip(sizes, found, strict=True))
        return self.with_sizes(shapes[0], new, shapes[0][self.channel_axis()])


@module
class MaxPooling(Pooling):
    """What the layers of maxima share.

    Shapes: x (batch, *space, channels) -> (batch, *new space, channels).
    Source: keras.layers.MaxPooling2D and its kin.
    """

    pool_size: Any = static(2)

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        self.check_fits(x.shape)
        return self.in_format(max_pool(self.channels_last(x), self.window)), state


@module
class AveragePooling(Pooling):
    """What the layers of means share.

    Shapes: x (batch, *space, channels) -> (batch, *new space, channels).
    Source: keras.layers.AveragePooling2D and its kin.
    """

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        self.check_fits(x.shape)
        return self.in_format(average_pool(self.channels_last(x), self.window)), state


@module
class MaxPooling1D(MaxPooling):
    """``y[t] = max x[S t … S t + K − 1]`` for each channel: ``⌊(N − K) / S⌋ + 1`` steps, or ``⌈N / S⌉`` with "same".

    Shapes: x (batch, steps, channels) -> (batch, new steps, channels); "channels_first": (batch, channels, steps).
    Raises: ShapeError for other shapes, or a pool larger than the input.
    Source: keras.layers.MaxPooling1D.
    Example:
        >>> MaxPooling1D()(jnp.array([[[1.0], [3.0], [2.0], [0.0]]])).ravel().tolist()
        [3.0, 2.0]
    """

    rank = 1


@module
class MaxPooling2D(MaxPooling):
    """The largest value of each window of an image: ``⌊(N − K) / S⌋ + 1`` along an axis, or ``⌈N / S⌉`` with "same".

    Shapes: x (batch, height, width, channels) -> (batch, new height, new width, channels); with data_format
        "channels_first" channels stand second.
    Raises: ShapeError for other shapes, or a pool larger than the input.
    Source: keras.layers.MaxPooling2D.
    Example:
        >>> MaxPooling2D()(jnp.arange(16.0).reshape(1, 4, 4, 1)).ravel().tolist()
        [5.0, 7.0, 13.0, 15.0]
    """

    pool_size: Any = static((2, 2))
    rank = 2


@module
class MaxPooling3D(MaxPooling):
    """The largest value of each window of a volume; else as MaxPooling2D.

    Shapes: x (batch, depth, height, width, channels) -> (batch, new depth, new height, new width, channels); with
        data_format "channels_first" channels stand second.
    Raises: ShapeError for other shapes, or a pool larger than the input.
    Source: keras.layers.MaxPooling3D.
    Example:
        >>> MaxPooling3D()(jnp.ones((1, 4, 4, 5, 3))).shape
        (1, 2, 2, 2, 3)
    """

    pool_size: Any = static((2, 2, 2))
    rank = 3


@module
class AveragePooling1D(AveragePooling):
    """``y[t] = mean x[S t … S t + K − 1]`` for each channel; what "same" adds is left out of the mean.

    Shapes: x (batch, steps, channels) -> (batch, new steps, channels); "channels_first": (batch, channels, steps).
    Raises: ShapeError for other shapes, or a pool larger than the input.
    Source: keras.layers.AveragePooling1D.
    Example:
        >>> AveragePooling1D(2)(jnp.array([[[1.0], [3.0], [2.0], [0.0]]])).ravel().tolist()
        [2.0, 1.0]
    """

    rank = 1


@module
class AveragePooling2D(AveragePooling):
    """The mean of each window of an image; what "same" adds is left out of the mean.

    Shapes: x (batch, height, width, channels) -> (batch, new height, new width, channels); with data_format
        "channels_first" channels stand second.
    Raises: ShapeError for other shapes, or a pool larger than the input.
    Source: LeCun et al. 1998; keras.layers.AveragePooling2D.
    Example:
        >>> AveragePooling2D(2)(jnp.arange(16.0).reshape(1, 4, 4, 1)).ravel().tolist()
        [2.5, 4.5, 10.5, 12.5]
    """

    rank = 2


@module
class AveragePooling3D(AveragePooling):
    """The mean of each window of a volume; what "same" adds is left out of the mean.

    Shapes: x (batch, depth, height, width, channels) -> (batch, new depth, new height, new width, channels); with
        data_format "channels_first" channels stand second.
    Raises: ShapeError for other shapes, or a pool larger than the input.
    Source: keras.layers.AveragePooling3D.
    Example:
        >>> AveragePooling3D(2)(jnp.ones((1, 4, 4, 5, 3))).shape
        (1, 2, 2, 2, 3)
    """

    rank = 3
