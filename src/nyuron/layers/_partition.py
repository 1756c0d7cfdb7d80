"""What is inside a network: parameters that training changes and those of frozen layers; layers that keep states."""

from __future__ import annotations

from typing import Any

from nyuron.core import Params
from nyuron.layers._custom import CustomLayer
from nyuron.layers._graph import Graph
from nyuron.layers._layer import Layer
from nyuron.layers._wrapper import Wrapper, by_parts, inside


def split_frozen(layer: Layer, params: Params) -> tuple[Params, Params]:
    """(trainable, frozen): each has the whole's structure, with {} in place of what the other holds."""
    if isinstance(layer, Graph):
        halves = [
            ({}, p) if frozen is True else split_frozen(sub, p)
            for sub, p, frozen in zip(layer.layers, params, layer.frozen, strict=True)
        ]
        return tuple(t for t, _ in halves), tuple(f for _, f in halves)
    if isinstance(layer, CustomLayer):
        trainable, frozen = {"own": params["own"], "inner": {}}, {"own": {}, "inner": {}}
        for path, p in params["inner"].items():
            part = ({}, p) if path in layer.frozen else split_frozen((layer.inner or {})[path], p)
            trainable["inner"][path], frozen["inner"][path] = part
        return trainable, frozen
    if isinstance(layer, Wrapper):
        parts = {
            key: ({}, inside(params, key))
            if key in layer.frozen
            else split_frozen(layer.part(key), inside(params, key))
            for key in layer.part_keys()
        }
        return by_parts({k: t for k, (t, _) in parts.items()}), by_parts({k: f for k, (_, f) in parts.items()})
    return params, {}


def join_frozen(trainable: Params, frozen: Params) -> Params:
    """The whole again."""
    if isinstance(frozen, dict) and not frozen:
        return trainable
    if isinstance(trainable, dict) and not trainable:
        return frozen
    if isinstance(trainable, dict):
        names = [*trainable, *(name for name in frozen if name not in trainable)]
        return {name: join_frozen(trainable.get(name, {}), frozen.get(name, {})) for name in names}
    return tuple(join_frozen(t, f) for t, f in zip(trainable, frozen, strict=True))


def is_stateful(layer: Any) -> bool:
    """Whether a layer, or one inside it, begins each batch with the states that the last one left."""
    inner: Any = getattr(layer, "inner", None) or {}
    parts = layer.layers if isinstance(layer, Graph) else inner.values() if isinstance(layer, CustomLayer) else ()
    if isinstance(layer, Wrapper):
        parts = tuple(map(layer.part, layer.part_keys()))
    return bool(getattr(layer, "stateful", False)) or any(map(is_stateful, parts))
