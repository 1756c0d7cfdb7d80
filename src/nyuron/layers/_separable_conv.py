"""Convolution in two steps: each channel by itself, then across channels."""

from __future__ import annotations

from typing import Any

import jax

from nyuron.core import Array, Key, Params, Shape, State, module, static
from nyuron.kernels import Window, conv, depthwise_conv
from nyuron.layers._call import Call
from nyuron.layers._conv import Windowed
from nyuron.layers._spatial import check_positive


@module
class SeparableConv(Windowed):
    """What the separable convolutions share.

    Shapes: x (batch, *space, channels) -> (batch, *new space, filters).
    Source: keras.layers.SeparableConv2D.
    """

    filters: int = static()
    kernel_size: Any = static()
    strides: Any = static(1)
    padding: str = static("valid")
    data_format: str | None = static(None)
    dilation_rate: Any = static(1)
    depth_multiplier: int = static(1)
    activation: Any = static(None)
    use_bias: bool = static(True)
    depthwise_initializer: Any = "glorot_uniform"
    pointwise_initializer: Any = "glorot_uniform"
    bias_initializer: Any = "zeros"
    depthwise_regularizer: Any = None
    pointwise_regularizer: Any = None
    bias_regularizer: Any = None
    activity_regularizer: Any = None
    depthwise_constraint: Any = None
    pointwise_constraint: Any = None
    bias_constraint: Any = None

    def check_shapes(self, *shapes: Shape) -> None:
        super().check_shapes(*shapes)
        check_positive(self, filters=self.filters, depth_multiplier=self.depth_multiplier)

    def init(self, key: Key, shape: Shape) -> tuple[Params, State]:
        depthwise_key, pointwise_key, bias_key = jax.random.split(key, 3)
        channels = shape[self.channel_axis()] or 0
        params = {
            "depthwise_kernel": self.depthwise_initializer(
                (*self.kernel_size, channels, self.depth_multiplier), key=depthwise_key
            ),
            "pointwise_kernel": self.pointwise_initializer(
                (*(1,) * self.rank, channels * self.depth_multiplier, self.filters), key=pointwise_key
            ),
        }
        if self.use_bias:
            params["bias"] = self.bias_initializer((self.filters,), key=bias_key)
        return params, {}

    def compute_output_shape(self, *shapes: Shape) -> Shape:
        return self.shape_with(shapes[0], self.filters)

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        self.check_fits(x.shape)
        z = depthwise_conv(self.channels_last(x), params["depthwise_kernel"], window=self.window)
        y = conv(
            z,
            params["pointwise_kernel"],
            params.get("bias"),
            window=Window.of(1, self.rank),
            activation=self.fused(),
        )
        return self.activated(y), state


@module
class SeparableConv1D(SeparableConv):
    """A depthwise convolution along steps, then one across channels with a kernel of size 1, bias and activation.

    Shapes: x (batch, steps, channels) -> (batch, new steps, filters); depthwise W (kernel_size, channels,
        depth_multiplier), pointwise W (1, channels · depth_multiplier, filters), b (filters,). With data_format
        "channels_first" channels stand second.
    Raises: ShapeError for other shapes, unknown channels, or a kernel larger than the input.
    Source: keras.layers.SeparableConv1D.
    Example:
        >>> SeparableConv1D(4, 3)(jnp.ones((2, 10, 5))).shape
        (2, 8, 4)
    """

    strides: Any = static(1)
    dilation_rate: Any = static(1)
    rank = 1


@module
class SeparableConv2D(SeparableConv):
    """A depthwise convolution of images, then one across channels with a 1 × 1 kernel, bias and activation.

    It has about ``1/filters + 1/(K K)`` of the weights and products of a Conv2D.

    Shapes: x (batch, height, width, channels) -> (batch, new height, new width, filters); depthwise W (*kernel_size,
        channels, depth_multiplier), pointwise W (1, 1, channels · depth_multiplier, filters), b (filters,). With
        data_format "channels_first" channels stand second.
    Raises: ShapeError for other shapes, unknown channels, or a kernel larger than the input.
    Source: Chollet 2017; keras.layers.SeparableConv2D.
    Example:
        >>> SeparableConv2D(4, 3)(jnp.ones((2, 8, 8, 5))).shape
        (2, 6, 6, 4)
    """

    strides: Any = static((1, 1))
    dilation_rate: Any = static((1, 1))
    rank = 2
