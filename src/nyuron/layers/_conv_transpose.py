"""Transposed convolution."""

from __future__ import annotations

from typing import Any

import jax

from nyuron.core import ArgumentError, Array, Key, Params, Shape, State, module, static
from nyuron.kernels import conv_transpose, transposed_sizes
from nyuron.layers._call import Call
from nyuron.layers._conv import Windowed
from nyuron.layers._spatial import check_positive, check_tuples, settle


@module
class ConvTranspose(Windowed):
    """What the transposed convolutions share.

    Shapes: x (batch, *space, channels) -> (batch, *larger space, filters).
    Source: keras.layers.Conv2DTranspose and its kin.
    """

    filters: int = static()
    kernel_size: Any = static()
    strides: Any = static(1)
    padding: str = static("valid")
    output_padding: Any = static(None)
    data_format: str | None = static(None)
    dilation_rate: Any = static(1)
    activation: Any = static(None)
    use_bias: bool = static(True)
    kernel_initializer: Any = "glorot_uniform"
    bias_initializer: Any = "zeros"
    kernel_regularizer: Any = None
    bias_regularizer: Any = None
    activity_regularizer: Any = None
    kernel_constraint: Any = None
    bias_constraint: Any = None

    def __post_init__(self) -> None:
        super().__post_init__()
        settle(self, "output_padding")

    def check_shapes(self, *shapes: Shape) -> None:
        if self.output_padding is not None:
            check_tuples(self, "output_padding", least=0)
        super().check_shapes(*shapes)
        check_positive(self, filters=self.filters)
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ArgumentError(
                "a transposed convolution is either strided or dilated",
                who=self.described(),
                expected="strides or dilation_rate of 1",
                got=f"strides={self.strides}, dilation_rate={self.dilation_rate}",
                fix="leave one of them out",
            )
        if any(p >= s for p, s in zip(self.output_padding or (), self.strides, strict=False)):
            raise ArgumentError(
                "the output padding is not smaller than the strides",
                who=self.described(),
                expected=f"less than {self.strides}",
                got=f"output_padding={self.output_padding}",
                fix=f"output_padding={tuple(s - 1 for s in self.strides)}",
            )

    def output_sizes(self, shape: Shape) -> tuple[int | None, ...]:
        """The output's spatial sizes, None where the input's is unknown."""
        sizes = self.sizes(shape)
        found = transposed_sizes(tuple(1 if n is None else n for n in sizes), self.window, self.output_padding)
        return tuple(None if n is None else m for n, m in zip(sizes, found, strict=True))

    def init(self, key: Key, shape: Shape) -> tuple[Params, State]:
        kernel_key, bias_key = jax.random.split(key)
        size = (*self.kernel_size, self.filters, shape[self.channel_axis()] or 0)
        params = {"kernel": self.kernel_initializer(size, key=kernel_key)}
        if self.use_bias:
            params["bias"] = self.bias_initializer((self.filters,), key=bias_key)
        return params, {}

    def compute_output_shape(self, *shapes: Shape) -> Shape:
        return self.shape_with(shapes[0], self.filters)

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        y = conv_transpose(
            self.channels_last(x),
            params["kernel"],
            params.get("bias"),
            window=self.window,
            output_padding=self.output_padding,
            activation=self.fused(),
        )
        return self.activated(y), state


@module
class Conv1DTranspose(ConvTranspose):
    """The transpose of Conv1D's map: each step is spread over `kernel_size` steps, `strides` apart, and summed.

    ``y[S t + D k − P] += x[t] Wᵀ[k]``, then bias and activation. With "same" padding ``S N`` steps come out, else
    ``S (N − 1) + max(K, S)``; `output_padding` sets how many are added behind instead.

    Shapes: x (batch, steps, channels) -> (batch, new steps, filters); W (kernel_size, filters, channels), b (filters,).
        With data_format "channels_first" channels stand second.
    Raises: ShapeError for other shapes or unknown channels; ArgumentError for strides together with dilation, or an
        output padding not below the strides.
    Source: keras.layers.Conv1DTranspose.
    Example:
        >>> Conv1DTranspose(4, 3, strides=2, padding="same")(jnp.ones((2, 10, 5))).shape
        (2, 20, 4)
    """

    strides: Any = static(1)
    dilation_rate: Any = static(1)
    rank = 1


@module
class Conv2DTranspose(ConvTranspose):
    """The transpose of Conv2D's map: each pixel is spread over `kernel_size` pixels, `strides` apart, and summed.

    ``y[S i + D k − P, S j + D l − P] += x[i, j] Wᵀ[k, l]``, then bias and activation. With "same" padding ``S N``
    values come out along an axis, else ``S (N − 1) + max(K, S)``; `output_padding` sets how many are added behind
    instead.

    Shapes: x (batch, height, width, channels) -> (batch, new height, new width, filters);
        W (*kernel_size, filters, channels), b (filters,). With data_format "channels_first" channels stand second.
    Raises: ShapeError for other shapes or unknown channels; ArgumentError for strides together with dilation, or an
        output padding not below the strides.
    Source: Zeiler et al. 2010; keras.layers.Conv2DTranspose.
    Example:
        >>> Conv2DTranspose(4, 3, strides=2, padding="same")(jnp.ones((2, 7, 7, 8))).shape
        (2, 14, 14, 4)
    """

    strides: Any = static((1, 1))
    dilation_rate: Any = static((1, 1))
    rank = 2


@module
class _OrderIn3D:
    # Keras puts these two the other way round in 3D alone.
    filters: int = static()
    kernel_size: Any = static()
    strides: Any = static((1, 1, 1))
    padding: str = static("valid")
    data_format: str | None = static(None)
    output_padding: Any = static(None)


@module
class Conv3DTranspose(ConvTranspose, _OrderIn3D):
    """The transpose of Conv3D's map; else as Conv2DTranspose.

    Shapes: x (batch, depth, height, width, channels) -> (batch, new depth, new height, new width, filters);
        W (*kernel_size, filters, channels), b (filters,). With data_format "channels_first" channels stand second.
    Raises: ShapeError for other shapes or unknown channels; ArgumentError for strides together with dilation, or an
        output padding not below the strides.
    Source: keras.layers.Conv3DTranspose.
    Example:
        >>> Conv3DTranspose(4, 2, strides=2)(jnp.ones((2, 3, 3, 3, 2))).shape
        (2, 6, 6, 6, 4)
    """

    strides: Any = static((1, 1, 1))
    dilation_rate: Any = static((1, 1, 1))
    rank = 3
