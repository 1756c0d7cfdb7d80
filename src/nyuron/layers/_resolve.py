"""Strings in a layer's arguments become the activations, initializers, regularizers and constraints they name."""

from __future__ import annotations

import dataclasses
from typing import Any

from nyuron import activations, constraints, initializers, regularizers

_ROOMS = {
    "activation": activations.get,
    "initializer": initializers.get,
    "regularizer": regularizers.get,
    "constraint": constraints.get,
}


def resolve(layer: Any) -> None:
    """Look up every field whose name ends in the name of a room, in place; to be called from `__post_init__`."""
    for field in dataclasses.fields(layer):
        get = _ROOMS.get(field.name.rpartition("_")[2])
        if get is not None:
            object.__setattr__(layer, field.name, get(getattr(layer, field.name)))
