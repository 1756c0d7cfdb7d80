"""Which regularizer and constraint belongs to which weight, by their names."""

from __future__ import annotations

import dataclasses
from typing import Any

from nyuron.core import Array, Params


def _for_weights(layer: Any, ending: str) -> list[tuple[str, Any]]:
    found = []
    for field in dataclasses.fields(layer):
        prefix, _, last = field.name.rpartition("_")
        if last == ending and prefix != "activity":
            rule = getattr(layer, field.name)
            if rule is not None:
                found.append((prefix, rule))
    return found


_ELSEWHERE = {"depthwise": "kernel"}
"""Weights that a layer may name otherwise than the fields that rule them."""


def _weight_named(prefix: str, params: Params) -> str | None:
    return next((name for name in (prefix, f"{prefix}_kernel", _ELSEWHERE.get(prefix)) if name in params), None)


def layer_penalty(layer: Any, params: Params) -> Array | float:
    """Σ of the layer's weight regularizers: `kernel_regularizer` of "kernel", and so on."""
    composite = getattr(layer, "penalty", None)
    if composite is not None:
        return composite(params)
    total: Any = 0.0
    for prefix, rule in _for_weights(layer, "regularizer"):
        name = _weight_named(prefix, params)
        if name is not None:
            total = total + rule(params[name])
    return total


def constrain_layer(layer: Any, params: Params) -> Params:
    """Parameters after the layer's constraints: `kernel_constraint` of "kernel", and so on."""
    composite = getattr(layer, "constrain", None)
    if composite is not None:
        return composite(params)
    for prefix, rule in _for_weights(layer, "constraint"):
        name = _weight_named(prefix, params)
        if name is not None:
            params = {**params, name: rule(params[name])}
    return params
