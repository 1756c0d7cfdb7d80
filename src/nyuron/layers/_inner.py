"""What a Keras-style layer holds: weights of its own, and inner layers."""

from __future__ import annotations

from typing import Any

from nyuron.core import Weight
from nyuron.layers._layer import Layer

HIDDEN = {"name", "trainable", "slot", "input_shape", "dtype", "_weights", "_is_prepared", "_is_building"}
"""Attributes that say nothing about what a layer computes."""


def own_weights(layer: Any) -> list[Weight]:
    """Weights made by `add_weight`, in that order."""
    return layer.__dict__.get("_weights", [])


def sublayers(layer: Any) -> dict[str, Layer]:
    """Layers held as attributes, or in lists and dicts of them, by a path that names them; each once."""
    found: dict[str, Layer] = {}

    def visit(path: str, value: Any) -> None:
        if isinstance(value, Layer):
            if not any(value is known for known in found.values()):
                found[path] = value
        elif isinstance(value, list | tuple):
            for i, item in enumerate(value):
                visit(f"{path}.{i}", item)
        elif isinstance(value, dict):
            for name, item in value.items():
                visit(f"{path}.{name}", item)

    for name, value in layer.__dict__.items():
        if name not in HIDDEN:
            visit(name, value)
    return found
