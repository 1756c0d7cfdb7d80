"""Arrays out of layers' slots before a run, and back into them after it."""

from __future__ import annotations

from nyuron.core import Params, State, is_module
from nyuron.layers._custom import own_weights, sublayers
from nyuron.layers._layer import Layer


def read_weights(layer: Layer) -> tuple[Params, State]:
    """The layer's parameters and state; of a Keras-style layer, what its weights and inner layers hold now."""
    if is_module(type(layer)) or not layer.slot.is_built or hasattr(layer.slot, "layers"):
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
    if is_module(type(layer)) or hasattr(layer.slot, "layers"):
        return
    for weight in own_weights(layer):
        weight.value = (params if weight.trainable else state)["own"][weight.name]
    inner = sublayers(layer)
    for path in params["inner"]:
        write_weights(inner[path], params["inner"][path], state["inner"][path])
