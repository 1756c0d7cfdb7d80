"""Convolution of each channel by itself."""

from __future__ import annotations

from nyuron.core import Array
from nyuron.kernels import _reference
from nyuron.kernels._choice import is_own_faster
from nyuron.kernels._products import MOST_PARTS
from nyuron.kernels._taps import count, taps
from nyuron.kernels._window import Window


def depthwise_conv(
    x: Array, kernel: Array, bias: Array | None = None, *, window: Window, activation: str | None = None
) -> Array:
    """``y[i, c, m] = φ(Σₖ x[S i + D k − P, c] W[k, c, m] + b[c, m])``.

    On CPU it is a sum over the kernel's places, which XLA computes in one pass; so are its derivatives.

    Shapes: x (batch, *sizes, channels), W (*size, channels, multiplier), b (channels · multiplier,)
        -> (batch, *new sizes, channels · multiplier).
    """
    if count(window) > MOST_PARTS or not is_own_faster():
        return _reference.depthwise_conv(x, kernel, bias, window=window, activation=activation)
    channels, multiplier = kernel.shape[-2:]
    weights = kernel.reshape(-1, channels, multiplier)
    terms = [tap[..., None] * weights[i] for i, tap in enumerate(taps(x, window))]
    y = sum(terms[1:], terms[0])
    return _reference.finish(y.reshape(*y.shape[:-2], channels * multiplier), bias, activation)
