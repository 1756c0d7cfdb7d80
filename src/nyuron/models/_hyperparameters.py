"""Parameters against hyperparameters: what each layer learns, and what was chosen for it."""

from __future__ import annotations

import types
from typing import Any

from nyuron.core import fields_by_role, is_module
from nyuron.layers import read_weights
from nyuron.layers._inner import HIDDEN, own_weights, sublayers
from nyuron.layers._layer import at_path


def hyperparameters_of(model: Any) -> dict[str, dict[str, Any]]:
    """By layer: its class, learned arrays and carried ones by name with their shapes, and what was chosen."""
    found: dict[str, dict[str, Any]] = {}
    for layer in model.layers:
        if getattr(layer, "network", None) is not None:
            inner = hyperparameters_of(layer)
            found |= {f"{layer.name}/{name}": entry for name, entry in inner.items()}
            continue
        found[layer.name] = {
            "class": type(layer).__name__,
            "parameters": _arrays(layer, 0),
            "state": _arrays(layer, 1),
            "hyperparameters": _chosen(layer),
        }
    if getattr(model, "compiled", None) is not None:
        optimizer = model.compiled.optimizer
        chosen = {"loss": _plain(model.compiled.loss), **_chosen(optimizer)}
        found["compile"] = {
            "class": type(optimizer).__name__,
            "parameters": {},
            "state": {},
            "hyperparameters": chosen,
        }
    return found


def _arrays(layer: Any, part: int) -> dict[str, tuple[int, ...]]:
    if not layer.slot.is_built:
        return {}
    if is_module(type(layer)):
        tree = read_weights(layer)[part]
        return {"/".join(map(str, path)): tuple(at_path(tree, path).shape) for path in layer.slot.order[part]}
    own = {w.name: tuple(w.value.shape) for w in own_weights(layer) if w.trainable == (part == 0)}
    return own | {
        f"{path}/{name}": shape for path, sub in sublayers(layer).items() for name, shape in _arrays(sub, part).items()
    }


def _chosen(thing: Any) -> dict[str, Any]:
    if is_module(type(thing)):
        data, statics, _ = fields_by_role(type(thing))
        order = [name for name in type(thing).__dataclass_fields__ if name in (*data, *statics)]
        return {name: _plain(getattr(thing, name)) for name in order if not name.startswith("_")}
    simple = int | float | str | tuple
    return {
        name: value
        for name, value in thing.__dict__.items()
        if name not in HIDDEN and not name.startswith("_") and isinstance(value, simple)
    }


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return float(value)
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, list | tuple):
        return tuple(_plain(item) for item in value)
    if isinstance(value, types.FunctionType):
        return value.__name__
    if hasattr(value, "shape"):
        return value.item() if value.ndim == 0 else f"array of shape {tuple(value.shape)}"
    return repr(value)
