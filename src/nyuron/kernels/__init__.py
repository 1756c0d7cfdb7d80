"""Convolution, pooling and recurrence in the form that is fastest on the machine at hand: channels last, any member axes by vmap."""

from nyuron.kernels._conv import conv
from nyuron.kernels._conv_transpose import conv_transpose
from nyuron.kernels._dense_run import DenseForm, DenseOptimizer, DenseStage, dense_apply, dense_train
from nyuron.kernels._depthwise_conv import depthwise_conv
from nyuron.kernels._gru import gru, gru_reference
from nyuron.kernels._lstm import lstm, lstm_reference
from nyuron.kernels._native import find_compiler, has_native_code, shuffle, threefry
from nyuron.kernels._pool import average_pool, max_pool
from nyuron.kernels._reference import transposed_sizes
from nyuron.kernels._sequence import are_kernels_plain, plain_kernels
from nyuron.kernels._simple_rnn import simple_rnn, simple_rnn_reference
from nyuron.kernels._window import Window

__all__ = [
    "DenseForm",
    "DenseOptimizer",
    "DenseStage",
    "Window",
    "are_kernels_plain",
    "average_pool",
    "conv",
    "conv_transpose",
    "dense_apply",
    "dense_train",
    "depthwise_conv",
    "find_compiler",
    "gru",
    "gru_reference",
    "has_native_code",
    "lstm",
    "lstm_reference",
    "max_pool",
    "plain_kernels",
    "shuffle",
    "simple_rnn",
    "simple_rnn_reference",
    "threefry",
    "transposed_sizes",
]
