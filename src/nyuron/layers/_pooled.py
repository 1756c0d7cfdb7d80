"""Convolutions whose maxima alone are used: computed together, the full output is never stored."""

from __future__ import annotations

from typing import Any

from nyuron import activations
from nyuron.core import Shape
from nyuron.kernels import Window
from nyuron.layers._conv import Conv
from nyuron.layers._pooling import MaxPooling


def pooled_convolutions(graph: Any) -> dict[int, int]:
    """Steps of a network that convolve, each with the step that pools its output, where nothing else sees that output."""
    users: dict[tuple[int, Any], list[int]] = {}
    for place, step in enumerate(graph.steps):
        for reference in step.inputs:
            users.setdefault(reference, []).append(place)
    found = {}
    for place, step in enumerate(graph.steps):
        reference = (len(graph.inputs) + place, None)
        after = users.get(reference, [])
        if len(after) != 1 or reference in graph.outputs:
            continue
        conv, pool = graph.layers[step.layer], graph.layers[graph.steps[after[0]].layer]
        if not isinstance(conv, Conv) or not isinstance(pool, MaxPooling):
            continue
        is_simple = conv.fused() is not None or conv.activation is activations.linear
        if is_simple and conv.activity_regularizer is None and conv.is_channels_first == pool.is_channels_first:
            found[place] = after[0]
    return found


def pool_after(conv: Any, pool: Any, shape: Shape) -> Window:
    """The pool's window over the convolution of such an input. Raises: ShapeError, in the layer's name, if one is too large."""
    conv.check_fits(shape)
    pool.check_fits(conv.compute_output_shape(shape))
    return pool.window
