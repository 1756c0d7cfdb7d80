"""Arrays out of layers' slots before a run, and back into them after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from nyuron.core import Array, Params, State, is_module
from nyuron.layers._inner import own_weights, sublayers
from nyuron.layers._layer import Layer, at_path, with_path


def read_weights(layer: Layer) -> tuple[Params, State]:
    """The layer's parameters and state; of a Keras-style layer, what its weights and inner layers hold now."""
    if _keeps_its_own(layer):
        return layer.slot.params, layer.slot.state
    params: dict[str, dict] = {"own": {}, "inner": {}}
    state: dict[str, dict] = {"own": {}, "inner": {}}
    for weight in own_weights(layer):
        (params if weight.trainable else state)["own"][weight.name] = weight.value
    for path, sub in sublayers(layer).items():
        if sub.slot.is_built:
            params["inner"][path], state["inner"][path] = read_weights(sub)
    return params, state


def write_weights(layer: Layer, params: Params, state: State) -> None:
    """Put arrays into the layer's slot, and into the weights and inner layers of a Keras-style layer."""
    layer.slot.params, layer.slot.state = params, state
    if _keeps_its_own(layer):
        return
    for weight in own_weights(layer):
        weight.value = (params if weight.trainable else state)["own"][weight.name]
    inner = sublayers(layer)
    for path in params["inner"]:
        write_weights(inner[path], params["inner"][path], state["inner"][path])


def _keeps_its_own(layer: Layer) -> bool:
    return is_module(type(layer)) or not layer.slot.is_built or hasattr(layer.slot, "layers")


class Place(NamedTuple):
    """One array of a layer: where it is read and replaced, and whether training changes it."""

    read: Callable[[], Array]
    write: Callable[[Array], None]
    is_trained: bool


def places(layer: Layer, trainable: bool = True, is_inner: bool = False) -> Iterator[Place]:
    """A layer's arrays in Keras's order: its own, trained ones first, then those of its inner layers one by one.

    Of a model within a layer its layers say whether they are trained, as in Keras.
    """
    trainable = trainable and (layer.trainable or (is_inner and hasattr(layer.slot, "layers")))
    if not layer.slot.is_built:
        return
    if is_module(type(layer)) and not hasattr(layer.slot, "layers"):
        for part in (0, 1):
            for path in layer.slot.order[part]:
                yield in_slot(layer.slot, "state" if part else "params", path, trainable and not part)
        return
    own = [] if hasattr(layer.slot, "layers") else own_weights(layer)
    for weight in sorted(own, key=lambda w: not w.trainable):
        yield Place(
            lambda w=weight: w.value, lambda new, w=weight: setattr(w, "value", new), trainable and weight.trainable
        )
    for sub in getattr(layer.slot, "layers", None) or sublayers(layer).values():
        yield from places(sub, trainable, True)


def in_slot(slot: Any, tree: str, path: tuple[Any, ...], is_trained: bool) -> Place:
    """The array at a path of a slot's "params" or "state"."""
    return Place(
        lambda: at_path(getattr(slot, tree), path),
        lambda new: setattr(slot, tree, with_path(getattr(slot, tree), path, new)),
        is_trained,
    )
