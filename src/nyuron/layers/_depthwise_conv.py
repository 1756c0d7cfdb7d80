"""Convolution of each channel by itself."""

from __future__ import annotations

from typing import Any

import jax

from nyuron.core import Array, Key, Params, Shape, State, module, static
from nyuron.kernels import depthwise_conv
from nyuron.layers._call import Call
from nyuron.layers._conv import Windowed
from nyuron.layers._spatial import check_positive


@module
class DepthwiseConv(Windowed):
    """What the depthwise convolutions share.

    Shapes: x (batch, *space, channels) -> (batch, *new space, channels · depth_multiplier).
    Source: keras.layers.DepthwiseConv2D.
    """

    kernel_size: Any = static()
    strides: Any = static(1)
    padding: str = static("valid")
    depth_multiplier: int = static(1)
    data_format: str | None = static(None)
    dilation_rate: Any = static(1)
    activation: Any = static(None)
    use_bias: bool = static(True)
    depthwise_initializer: Any = "glorot_uniform"
    bias_initializer: Any = "zeros"
    depthwise_regularizer: Any = None
    bias_regularizer: Any = None
    activity_regularizer: Any = None
    depthwise_constraint: Any = None
    bias_constraint: Any = None

    def check_shapes(self, *shapes: Shape) -> None:
        super().check_shapes(*shapes)
        check_positive(self, depth_multiplier=self.depth_multiplier)

    def init(self, key: Key, shape: Shape) -> tuple[Params, State]:
        kernel_key, bias_key = jax.random.split(key)
        channels = shape[self.channel_axis()] or 0
        size = (*self.kernel_size, channels, self.depth_multiplier)
        params = {"kernel": self.depthwise_initializer(size, key=kernel_key)}
        if self.use_bias:
            params["bias"] = self.bias_initializer((channels * self.depth_multiplier,), key=bias_key)
        return params, {}

    def compute_output_shape(self, *shapes: Shape) -> Shape:
        channels = shapes[0][self.channel_axis()]
        return self.shape_with(shapes[0], None if channels is None else channels * self.depth_multiplier)

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        self.check_fits(x.shape)
        y = depthwise_conv(
            self.channels_last(x),
            params["kernel"],
            params.get("bias"),
            window=self.window,
            activation=self.fused(),
        )
        return self.activated(y), state


@module
class DepthwiseConv1D(DepthwiseConv):
    """Convolution along steps, each channel by itself: ``y[t, c, m] = φ(Σₖ x[S t + D k − P, c] W[k, c, m] + b[c, m])``.

    Every channel gives `depth_multiplier` channels, which stand one after another.

    Shapes: x (batch, steps, channels) -> (batch, new steps, channels · depth_multiplier);
        W (kernel_size, channels, depth_multiplier). With data_format "channels_first" channels stand second.
    Raises: ShapeError for other shapes, unknown channels, or a kernel larger than the input.
    Source: keras.layers.DepthwiseConv1D.
    Example:
        >>> DepthwiseConv1D(3, depth_multiplier=2)(jnp.ones((2, 10, 5))).shape
        (2, 8, 10)
    """

    strides: Any = static(1)
    dilation_rate: Any = static(1)
    rank = 1


@module
class DepthwiseConv2D(DepthwiseConv):
    """Convolution of images, each channel by itself: ``y[i, j, c, m] = φ(Σₖₗ x[…, c] W[k, l, c, m] + b[c, m])``.

    Every channel gives `depth_multiplier` channels, which stand one after another.

    Shapes: x (batch, height, width, channels) -> (batch, new height, new width, channels · depth_multiplier);
        W (*kernel_size, channels, depth_multiplier). With data_format "channels_first" channels stand second.
    Raises: ShapeError for other shapes, unknown channels, or a kernel larger than the input.
    Source: Howard et al. 2017; keras.layers.DepthwiseConv2D.
    Example:
        >>> DepthwiseConv2D(3)(jnp.ones((2, 8, 8, 5))).shape
        (2, 6, 6, 5)
    """

    strides: Any = static((1, 1))
    dilation_rate: Any = static((1, 1))
    rank = 2
