"""A model as Keras's config."""

from __future__ import annotations

from typing import Any

from nyuron.core import KindError, StateError
from nyuron.layers import arguments, shape_after
from nyuron.models._model import Model
from nyuron.models._network import Network
from nyuron.models._sequential import Sequential
from nyuron.saving import KerasWriter, keras_class

APART = ("MultiHeadAttention", "GroupedQueryAttention")
"""Layers whose several inputs Keras takes as arguments of their own; others take a list."""
LISTS = ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Dot")
"""Layers that take a list even of one input."""
STATES = ("SimpleRNN", "LSTM", "GRU", "RNN", "Bidirectional", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D")
"""Layers whose further inputs are initial states."""


def keras_writer(who: str) -> KerasWriter:
    """A writer that knows models too."""
    return KerasWriter(who, write_model)


def write_model(writer: KerasWriter, model: Any) -> dict[str, Any] | None:
    """Keras's form of a model; None for anything else."""
    if not isinstance(model, Model):
        return None
    if model.network is None:
        raise StateError("an unbuilt model has nothing to save", who=writer.who, fix="build or fit it first")
    if isinstance(model, Sequential):
        return _stack(writer, model)
    if type(model).call is not Model.call:
        raise KindError(
            "the structure of a subclassed model is code, which files do not carry",
            who=repr(model),
            fix="save_weights('m.weights.h5'), and load_weights() into a model of the same class",
        )
    return _functional(writer, model.network, model)


def _input(name: str, shape: Any, dtype: str) -> dict[str, Any]:
    config = {"batch_shape": list(shape), "dtype": dtype, "sparse": False, "ragged": False, "name": name}
    return {"module": "keras.layers", "class_name": "InputLayer", "config": config, "registered_name": None}


def _stack(writer: KerasWriter, model: Sequential) -> dict[str, Any]:
    entry = model.graph.inputs[0]
    first = _input(getattr(model, "_input_name", "input_layer"), entry.shape, entry.dtype)
    layers = _with_names(writer, model.layers, {first["config"]["name"]})
    config = {"name": model.name, "trainable": model.trainable, "layers": [first, *layers.values()]}
    config["build_input_shape"] = list(entry.shape)
    return {
        "module": "keras",
        "class_name": "Sequential",
        "config": config,
        "registered_name": None,
        "build_config": {"input_shape": list(entry.shape)},
    }


def _with_names(writer: KerasWriter, layers: Any, taken: set[str]) -> dict[int, dict[str, Any]]:
    """Each layer's entry by its identity; no two have the same name, which Keras needs."""
    found: dict[int, dict[str, Any]] = {}
    for layer in layers:
        if id(layer) not in found:
            entry = writer.write(layer)
            entry["config"]["name"] = _free(str(layer.name or keras_class(layer).lower()).replace("/", "_"), taken)
            found[id(layer)] = entry
    return found


def _free(base: str, taken: set[str]) -> str:
    """The name, numbered when it is taken; it is then taken too."""
    name = next(n for n in (base, *(f"{base}_{i}" for i in range(1, len(taken) + 2))) if n not in taken)
    taken.add(name)
    return name


def _functional(writer: KerasWriter, network: Network, model: Model) -> dict[str, Any]:
    names: list[str] = []
    taken: set[str] = set()
    for x in model.inputs:
        names.append(_free(str(x.name), taken))
    values: list[Any] = [(name, 0, entry.shape) for name, entry in zip(names, network.inputs, strict=True)]
    entries = _with_names(writer, network.layers, taken)
    nodes: dict[int, list[Any]] = {id(layer): [] for layer in network.layers}
    for step in network.steps:
        layer = network.layers[step.layer]
        sources = [_tensor(values, reference) for reference in step.inputs]
        number = len(nodes[id(layer)])
        nodes[id(layer)].append(_node(layer, *arguments(step, sources)))
        shapes = [tuple(s["config"]["shape"]) for s in sources[: len(step.positional)]]
        shape = shape_after(layer.description, shapes, step.named)
        values.append((entries[id(layer)]["config"]["name"], number, shape))
    inputs = [
        {**_input(name, entry.shape, entry.dtype), "name": name, "inbound_nodes": []}
        for name, entry in zip(names, network.inputs, strict=True)
    ]
    layers = [
        {**entries[id(layer)], "name": entries[id(layer)]["config"]["name"], "inbound_nodes": nodes[id(layer)]}
        for layer in network.layers
    ]
    ends: list[Any] = [list(_tensor(values, r)["config"]["keras_history"]) for r in network.outputs]
    for end, (at, _) in zip(ends, network.outputs, strict=True):
        if at >= len(names) and keras_class(network.layers[network.steps[at - len(names)].layer]) == "Functional":
            # There Keras counts from 1 the nodes of models within a model.
            end[1] += 1
    config = {
        "name": model.name,
        "trainable": model.trainable,
        "layers": [*inputs, *layers],
        "input_layers": _one_or_all([[name, 0, 0] for name in names], model._input_form),
        "output_layers": _one_or_all(ends, model._output_form),
    }
    return {
        "module": "keras.src.models.functional",
        "class_name": "Functional",
        "config": config,
        "registered_name": "Functional",
        "build_config": {"input_shape": None},
    }


def _one_or_all(ends: list[Any], form: list[str] | None) -> Any:
    if form:
        return dict(zip(form, ends, strict=True))
    return ends[0] if len(ends) == 1 else ends


def _tensor(values: list[Any], reference: tuple[int, int | None]) -> dict[str, Any]:
    at, index = reference
    name, node, shape = values[at]
    config = {
        "shape": list(shape if index is None else shape[index]),
        "dtype": "float32",
        "keras_history": [name, node, index or 0],
    }
    return {"class_name": "__keras_tensor__", "config": config}


def _node(layer: Any, sources: tuple[Any, ...], named: dict[str, Any]) -> dict[str, Any]:
    kind = keras_class(layer)
    named = {name: list(value) if isinstance(value, tuple) else value for name, value in named.items()}
    if kind in STATES and len(sources) > 1:
        return {"args": [sources[0]], "kwargs": {"initial_state": list(sources[1:]), **named}}
    if kind in APART or (len(sources) == 1 and kind not in LISTS):
        return {"args": list(sources), "kwargs": named}
    form = getattr(layer, "_input_form", None)
    return {"args": [dict(zip(form, sources, strict=True)) if form else list(sources)], "kwargs": named}
