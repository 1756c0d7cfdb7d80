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


def is_default(field: dataclasses.Field[Any], value: Any) -> bool:
    """Whether an argument was left as it is, also where its default is a name that has been looked up."""
    if field.default is dataclasses.MISSING:
        return False
    get = _ROOMS.get(field.name.rpartition("_")[2])
    default = field.default if get is None else get(field.default)
    # A 3 may have become (3, 3).
    is_repeated = isinstance(default, int) and isinstance(value, tuple) and value == (default,) * len(value)
    return value is default or is_repeated or repr(value) == repr(default)
