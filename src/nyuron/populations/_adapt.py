"""Layers that learn from data before training, learning from a member's own rows only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from nyuron.core import ArgumentError, KindError
from nyuron.data import as_arrays
from nyuron.layers import Layer
from nyuron.models import Sequential

WHO = "cross_validate(adapt=…)"


def as_rows(x: Any) -> Any:
    """`x` as arrays of which rows can be taken; texts too."""
    try:
        return as_arrays(x)
    except KindError:
        return np.asarray(x)


def rows_taken(x: Any, rows: np.ndarray) -> Any:
    """These rows of an array, or of each array of a tuple or dict."""
    if isinstance(x, Mapping):
        return {name: rows_taken(value, rows) for name, value in x.items()}
    if isinstance(x, list | tuple):
        return tuple(rows_taken(value, rows) for value in x)
    return x[rows]


def adapt_model(model: Any, adapt: Any, x: Any, y: Any) -> None:
    """Let `adapt(model, x, y)` do it, or, if it is True, every layer of the model that has an `adapt`.

    Raises: ArgumentError if the model has no such layer, or the layer's input is not known.
    """
    if callable(adapt):
        adapt(model, x, y)
        return
    if not any(hasattr(layer, "adapt") for layer in model.layers):
        raise ArgumentError(
            "the model has no layer that adapts to data",
            who=WHO,
            expected="a layer such as Normalization",
            got=", ".join(layer.name for layer in model.layers) or "layers that are not known before the first data",
            fix="adapt=False, or adapt=function(model, x, y)",
        )
    if isinstance(model, Sequential):
        _adapt_stack(model, x)
    else:
        _adapt_at_inputs(model, x)


def _adapt_stack(model: Sequential, x: Any) -> None:
    """Each layer adapts to what the layers before it make of x."""
    layers = model.layers
    last = max(i for i, layer in enumerate(layers) if hasattr(layer, "adapt"))
    for layer in layers[: last + 1]:
        if hasattr(layer, "adapt"):
            layer.adapt(x)
        if layer is not layers[last]:
            x = np.asarray(layer(x))


def _adapt_at_inputs(model: Any, x: Any) -> None:
    """Each layer adapts to the input that it is applied to."""
    graph, layers = model.graph, model.network_layers
    given = (
        x if isinstance(x, Mapping) else dict(zip(model.input_names, x if isinstance(x, tuple) else (x,), strict=True))
    )
    for step in graph.steps:
        layer: Layer = layers[step.layer]
        if not hasattr(layer, "adapt"):
            continue
        places = [place for place, _ in step.inputs]
        if len(places) != 1 or places[0] >= len(graph.inputs):
            raise ArgumentError(
                f"layer {layer.name!r} does not come first",
                who=WHO,
                expected="layers that adapt applied to an input of the model",
                got="one that is applied to another layer's output",
                fix="adapt=function(model, x, y), which adapts it itself",
            )
        layer.adapt(given[model.input_names[places[0]]])  # type: ignore[attr-defined]
