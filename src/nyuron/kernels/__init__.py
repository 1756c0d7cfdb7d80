"""Convolution, pooling and recurrence in the form that is fastest on the machine at hand: channels last, any member axes by vmap."""

from nyuron.kernels._conv import conv
from nyuron.kernels._conv_transpose import conv_transpose
from nyuron.kernels._depthwise_conv import depthwise_conv
from nyuron.kernels._gru import gru, gru_reference
from nyuron.kernels._lstm import lstm, lstm_reference
from nyuron.kernels._pool import average_pool, max_pool
from nyuron.kernels._reference import transposed_sizes
from nyuron.kernels._sequence import plain_kernels
from nyuron.kernels._simple_rnn import simple_rnn, simple_rnn_reference
from nyuron.kernels._window import Window

__all__ = [
    "Window",
    "average_pool",
    "conv",
    "conv_transpose",
    "depthwise_conv",
    "gru",
    "gru_reference",
    "lstm",
    "lstm_reference",
    "max_pool",
    "plain_kernels",
    "simple_rnn",
    "simple_rnn_reference",
    "transposed_sizes",
]
