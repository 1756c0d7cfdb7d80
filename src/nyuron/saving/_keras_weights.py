"""Where each weight of a layer lies in Keras's HDF5 files, and how it gets from there into the layer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np

from nyuron.core import Array, is_module, snake_case
from nyuron.layers import Layer
from nyuron.layers._boxes import Place, in_slot
from nyuron.layers._inner import HIDDEN, own_weights, sublayers

CELL = ("SimpleRNN", "LSTM", "GRU", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D")
"""Layers whose weights Keras keeps in a cell."""
RENAMED = {"Model": "Functional", "GroupQueryAttention": "GroupedQueryAttention"}
"""Our classes that Keras's own code calls otherwise."""
HEADS = {"query": "query_dense", "key": "key_dense", "value": "value_dense", "attention_output": "output_dense"}
INNER: dict[str, dict[str, str]] = {
    "MultiHeadAttention": {**HEADS, "gate": "_gate_dense"},
    "GroupQueryAttention": {**{ours: f"_{theirs}" for ours, theirs in HEADS.items()}, "gate": "_gate_dense"},
}
"""Class -> our name of an inner part -> Keras's, where they differ."""


class Stored(NamedTuple):
    """One weight: its path in the file, and its place in a layer."""

    path: str
    place: Place

    @property
    def value(self) -> Array:
        return self.place.read()


def stored_weights(
    layer: Layer, prefix: str = "", seen: set[int] | None = None, by_attribute: bool = False
) -> Iterator[Stored]:
    """A layer's or model's weights with their paths, each once.

    Of a subclassed model Keras visits attributes by their names, and among these `layers`, which has all layers; so
    some have a path by that. `by_attribute` gives the others' paths to them too.

    Source: keras.src.saving.saving_lib (`_save_state`).
    """
    seen = set() if seen is None else seen
    if id(layer) in seen or not layer.slot.is_built:
        return
    seen.add(id(layer))
    start = f"{prefix}/" if prefix else ""
    for name, part in getattr(layer.slot, "parts", {}).items():
        inner = named_layers(part) if isinstance(part, tuple) else [("", part)]
        for number, sub in inner:
            yield from stored_weights(sub, f"{start}{name}/{number}".rstrip("/"), seen, by_attribute)
    if hasattr(layer.slot, "parts"):
        return
    if is_module(type(layer)):
        # What begins with a line is carried from batch to batch, and is no weight in Keras.
        order = [(part, at) for part in (0, 1) for at in layer.slot.order[part] if not str(at[0]).startswith("_")]
        for path, (part, at) in zip(_module_paths(layer, [at for _, at in order]), order, strict=True):
            yield Stored(start + path, in_slot(layer.slot, "state" if part else "params", at, not part))
        return
    listed = getattr(layer.slot, "layers", None)
    if listed is not None and not getattr(listed[0] if listed else None, "is_body", False):
        for name, sub in named_layers(listed):
            yield from stored_weights(sub, f"{start}layers/{name}", seen, by_attribute)
        return
    own = [] if listed is not None else sorted(own_weights(layer), key=lambda w: not w.trainable)
    for number, w in enumerate(own):
        place = Place(lambda w=w: w.value, lambda new, w=w: setattr(w, "value", new), w.trainable)
        yield Stored(f"{start}vars/{number}", place)
    for name, sub in _attributes(layer, by_attribute or listed is None):
        yield from stored_weights(sub, start + name, seen, by_attribute)


def named_layers(layers: Iterable[Layer]) -> Iterator[tuple[str, Layer]]:
    """Layers by the names that Keras's files give them: of their class, and numbered."""
    used: Counter[str] = Counter()
    for layer in layers:
        base = snake_case(keras_class(layer))
        yield (f"{base}_{used[base]}" if used[base] else base), layer
        used[base] += 1


def layer_paths(model: Any, prefix: str = "") -> Iterator[tuple[str, Layer]]:
    """A model's layers, and those of models in it, by the paths that Keras's files give them."""
    for name, layer in named_layers(getattr(model.slot, "layers", ())):
        path = f"{prefix}layers/{name}"
        yield path, layer
        if hasattr(layer.slot, "layers"):
            yield from layer_paths(layer, f"{path}/")


def named_weights(layer: Layer, prefix: str = "", seen: set[int] | None = None) -> Iterator[Stored]:
    """A layer's or model's weights, each once, by names that people read: "dense/kernel", "encoder/conv/bias"."""
    seen = set() if seen is None else seen
    if id(layer) in seen or not layer.slot.is_built:
        return
    seen.add(id(layer))
    if is_module(type(layer)):
        for part in (0, 1):
            for at in layer.slot.order[part]:
                name = "/".join(map(str, at))
                yield Stored(prefix + name, in_slot(layer.slot, "state" if part else "params", at, not part))
        return
    listed = getattr(layer.slot, "layers", None)
    own = [] if listed is not None else sorted(own_weights(layer), key=lambda w: not w.trainable)
    for w in own:
        place = Place(lambda w=w: w.value, lambda new, w=w: setattr(w, "value", new), w.trainable)
        yield Stored(f"{prefix}{w.name}", place)
    for sub in listed if listed is not None else sublayers(layer).values():
        is_body = getattr(sub, "is_body", False)
        yield from named_weights(sub, prefix if is_body else f"{prefix}{sub.name}/", seen)


def keras_class(layer: Any) -> str:
    """What Keras calls a layer's class."""
    name = type(layer).__name__
    return RENAMED.get(name, name) if type(layer).__module__.startswith("nyuron.") else name


def _attributes(layer: Any, is_plain: bool) -> Iterator[tuple[str, Layer]]:
    held = {name: value for name, value in layer.__dict__.items() if name not in HIDDEN and not name.startswith("__")}
    if not is_plain:
        held = {**held, "layers": list(sublayers(layer).values())}
    for name in sorted(held, key=lambda n: f"~{n}" if n.startswith("_") else n):
        yield from _inside(name, held[name])


def _inside(path: str, value: Any) -> Iterator[tuple[str, Layer]]:
    if isinstance(value, Layer):
        yield path, value
        return
    if not isinstance(value, list | tuple | dict):
        return
    used: Counter[str] = Counter()
    for item in value.values() if isinstance(value, dict) else value:
        if isinstance(item, Layer | list | tuple | dict):
            base = snake_case(keras_class(item)) if isinstance(item, Layer) else "container"
            name = f"{base}_{used[base]}" if used[base] else base
            used[base] += 1
            yield from _inside(f"{path}/{name}", item)


def _module_paths(part: Any, order: Sequence[tuple[Any, ...]]) -> list[str]:
    """One path for each weight of a layer of ours, or of several, from the names in its trees."""
    kind = type(part).__name__
    own = [at for at in order if len(at) == 1]
    prefix = "cell/" if kind in CELL else ""
    found = {at: f"{prefix}vars/{number}" for number, at in enumerate(own)}
    names = [name for name, _ in named_layers(part)] if isinstance(part, list | tuple) else []
    for key in dict.fromkeys(at[0] for at in order if len(at) > 1):
        inside = [at for at in order if len(at) > 1 and at[0] == key]
        name = names[key] if names else INNER.get(kind, {}).get(str(key), str(key))
        paths = _module_paths(part[key] if names else getattr(part, str(key), None), [at[1:] for at in inside])
        found.update({at: f"{name}/{path}" for at, path in zip(inside, paths, strict=True)})
    return [found[at] for at in order]


def array_of(stored: Stored) -> np.ndarray:
    """A weight as Keras writes it."""
    array = np.asarray(stored.value)
    return array.astype(np.float32) if array.dtype.name == "bfloat16" else array


def put(stored: Stored, new: np.ndarray) -> None:
    """Replace a weight, in the layer's own dtype."""
    stored.place.write(jnp.asarray(new, stored.value.dtype))
