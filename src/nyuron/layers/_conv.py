"""Convolution."""

from __future__ import annotations

from typing import Any, ClassVar

import jax

from nyuron import activations
from nyuron.core import ArgumentError, Array, Key, Params, Shape, ShapeError, State, module, static
from nyuron.kernels import Window, conv
from nyuron.layers._activation import shape_after
from nyuron.layers._call import Call
from nyuron.layers._images import check_choice
from nyuron.layers._resolve import resolve
from nyuron.layers._spatial import Spatial, check_channels, check_positive, check_tuples, check_window, settle


@module
class Windowed(Spatial):
    """What all convolutions share: a window of `kernel_size`, then bias and activation.

    Shapes: x (batch, *space, channels) -> (batch, *new space, filters).
    Source: keras.layers.Conv2D and its kin.
    """

    paddings: ClassVar[tuple[str, ...]] = ("valid", "same")

    def __post_init__(self) -> None:
        super().__post_init__()
        settle(self, "kernel_size", "strides", "dilation_rate")
        for name in ("padding", "data_format"):
            value = getattr(self, name)
            object.__setattr__(self, name, value.lower() if isinstance(value, str) else value)
        resolve(self)

    @property
    def window(self) -> Window:
        """The kernel's size and how it moves."""
        return Window(self.kernel_size, self.strides, self.padding, self.dilation_rate)  # type: ignore[attr-defined]

    def check_shapes(self, *shapes: Shape) -> None:
        super().check_shapes(*shapes)
        check_choice(self, "padding", self.paddings)
        check_tuples(self, "kernel_size", "strides", "dilation_rate")
        check_channels(self, shapes[0])
        self.check_fits(shapes[0])

    def check_fits(self, shape: Shape) -> None:
        """Raise ShapeError for a kernel larger than the input; sizes that are unknown at first show when it is applied."""
        check_window(self, self.window, shape, self.sizes(shape), "kernel")

    def output_sizes(self, shape: Shape) -> tuple[int | None, ...]:
        """The output's spatial sizes, None where the input's is unknown."""
        sizes = self.sizes(shape)
        found = self.window.output_sizes(tuple(1 if n is None else n for n in sizes))
        return tuple(None if n is None else m for n, m in zip(sizes, found, strict=True))

    def fused(self) -> str | None:
        """The activation, where the kernel can apply it by itself."""
        return "relu" if self.activation is activations.relu else None  # type: ignore[attr-defined]

    def activated(self, y: Array) -> Array:
        """The output in the layer's format, after the activation."""
        y = self.in_format(y)
        return y if self.fused() else self.activation(y)  # type: ignore[attr-defined]

    def shape_with(self, shape: Shape, filters: int | None) -> Shape:
        """The output's shape with that many channels, after the activation."""
        return shape_after(self.activation, self.with_sizes(shape, self.output_sizes(shape), filters))  # type: ignore[attr-defined]


@module
class Conv(Windowed):
    """What Conv1D, Conv2D and Conv3D share.

    Shapes: x (batch, *space, channels) -> (batch, *new space, filters).
    Source: keras.layers.Conv2D and its kin.
    """

    filters: int = static()
    kernel_size: Any = static()
    strides: Any = static(1)
    padding: str = static("valid")
    data_format: str | None = static(None)
    dilation_rate: Any = static(1)
    groups: int = static(1)
    activation: Any = static(None)
    use_bias: bool = static(True)
    kernel_initializer: Any = "glorot_uniform"
    bias_initializer: Any = "zeros"
    kernel_regularizer: Any = None
    bias_regularizer: Any = None
    activity_regularizer: Any = None
    kernel_constraint: Any = None
    bias_constraint: Any = None

    def check_shapes(self, *shapes: Shape) -> None:
        super().check_shapes(*shapes)
        check_positive(self, filters=self.filters, groups=self.groups)
        channels = shapes[0][self.channel_axis()]
        if self.filters % self.groups:
            raise ArgumentError(
                "the filters cannot be divided among the groups",
                who=self.described(),
                expected=f"a multiple of {self.groups} filters",
                got=f"filters={self.filters}",
                fix=f"filters={-(-self.filters // self.groups) * self.groups}",
            )
        if channels is not None and channels % self.groups:
            fitting = next(g for g in range(self.groups, 0, -1) if channels % g == 0 and self.filters % g == 0)
            raise ShapeError(
                "the input's channels cannot be divided among the groups",
                who=self.described(),
                expected=f"a multiple of {self.groups} channels",
                got=shapes[0],
                fix=f"groups={fitting}",
            )

    def init(self, key: Key, shape: Shape) -> tuple[Params, State]:
        kernel_key, bias_key = jax.random.split(key)
        channels = shape[self.channel_axis()] or 0
        size = (*self.kernel_size, channels // self.groups, self.filters)
        params = {"kernel": self.kernel_initializer(size, key=kernel_key)}
        if self.use_bias:
            params["bias"] = self.bias_initializer((self.filters,), key=bias_key)
        return params, {}

    def compute_output_shape(self, *shapes: Shape) -> Shape:
        return self.shape_with(shapes[0], self.filters)

    def apply(
        self, params: Params, state: State, x: Array, *, call: Call, pool: Window | None = None
    ) -> tuple[Array, State]:
        """The output, or where `pool` is given the largest value of each of its windows over the output."""
        self.check_fits(x.shape)
        y = conv(
            self.channels_last(x),
            params["kernel"],
            params.get("bias"),
            window=self.window,
            groups=self.groups,
            activation=self.fused(),
            pool=pool,
        )
        return self.activated(y), state


@module
class Conv1D(Conv):
    """Convolution along steps: ``y[t] = φ(Σₖ x[S t + D k − P] W[k] + b)``, with ``⌊(N + 2P − K) / S⌋ + 1`` steps.

    With K the kernel's span ``(kernel_size − 1) D + 1``. `padding` "valid" adds no zeros, "same" so many that
    ``⌈N / S⌉`` steps come out, "causal" all of them before the first step, so that nothing depends on what comes later.

    Differs from Keras: `strides` and `dilation_rate` may both be above 1.

    Shapes: x (batch, steps, channels) -> (batch, new steps, filters); W (kernel_size, channels / groups, filters),
        b (filters,). With data_format "channels_first" channels stand second.
    Raises: ShapeError for other shapes, unknown channels, or a kernel larger than the input; ArgumentError where groups
        do not divide the filters.
    Source: keras.layers.Conv1D.
    Example:
        >>> Conv1D(4, 3)(jnp.ones((2, 10, 5))).shape
        (2, 8, 4)
    """

    strides: Any = static(1)
    dilation_rate: Any = static(1)
    rank = 1
    paddings = ("valid", "same", "causal")


@module
class Conv2D(Conv):
    """Convolution of images: ``y[i, j] = φ(Σₖₗ x[S i + D k − P, S j + D l − P] W[k, l] + b)``.

    Along each axis ``⌊(N + 2P − K) / S⌋ + 1`` values come out, K being the kernel's span ``(kernel_size − 1) D + 1``.
    `padding` "valid" adds no zeros, "same" so many that ``⌈N / S⌉`` values come out. `groups` divides channels and
    filters among convolutions side by side.

    Differs from Keras: `strides` and `dilation_rate` may both be above 1.

    Shapes: x (batch, height, width, channels) -> (batch, new height, new width, filters);
        W (*kernel_size, channels / groups, filters), b (filters,). With data_format "channels_first" channels stand
        second.
    Raises: ShapeError for other shapes, unknown channels, or a kernel larger than the input; ArgumentError where groups
        do not divide the filters.
    Source: LeCun et al. 1998; keras.layers.Conv2D.
    Example:
        >>> Conv2D(4, 3)(jnp.ones((2, 28, 28, 1))).shape
        (2, 26, 26, 4)
    """

    strides: Any = static((1, 1))
    dilation_rate: Any = static((1, 1))
    rank = 2


@module
class Conv3D(Conv):
    """Convolution of volumes, such as films or scans; else as Conv2D.

    Differs from Keras: `strides` and `dilation_rate` may both be above 1.

    Shapes: x (batch, depth, height, width, channels) -> (batch, new depth, new height, new width, filters);
        W (*kernel_size, channels / groups, filters), b (filters,). With data_format "channels_first" channels stand
        second.
    Raises: ShapeError for other shapes, unknown channels, or a kernel larger than the input; ArgumentError where groups
        do not divide the filters.
    Source: keras.layers.Conv3D.
    Example:
        >>> Conv3D(4, 2)(jnp.ones((2, 5, 6, 7, 3))).shape
        (2, 4, 5, 6, 4)
    """

    strides: Any = static((1, 1, 1))
    dilation_rate: Any = static((1, 1, 1))
    rank = 3
