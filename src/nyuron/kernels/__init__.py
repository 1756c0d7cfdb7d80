"""Convolution and pooling in the form that is fastest on the machine at hand: channels last, any member axes by vmap."""

from nyuron.kernels._reference import (
    average_pool,
    conv,
    conv_transpose,
    depthwise_conv,
    max_pool,
    transposed_sizes,
)
from nyuron.kernels._window import Window

__all__ = [
    "Window",
    "average_pool",
    "conv",
    "conv_transpose",
    "depthwise_conv",
    "max_pool",
    "transposed_sizes",
]
