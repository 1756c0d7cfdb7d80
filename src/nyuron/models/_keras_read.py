"""Keras's config of a model as a model: a stack of layers, or a graph of nodes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nyuron.core import NyuronError
from nyuron.layers import Input, InputSpec, Layer, SymbolicTensor
from nyuron.models._keras_operations import MASK, check_mask, flat, is_operation, layer_for, names_in
from nyuron.models._model import Model
from nyuron.models._sequential import Sequential
from nyuron.saving import KerasReader


def read_model(reader: KerasReader, entry: Mapping[str, Any], depth: int = 0) -> Any:
    """The model that an entry describes, with new weights."""
    config = entry.get("config")
    if not isinstance(config, dict) or not isinstance(config.get("layers"), list):
        raise reader.error("a model has no layers", "a config with 'layers'", repr(config)[:80])
    is_stack = entry["class_name"] == "Sequential"
    model = read_stack(reader, config, entry, depth) if is_stack else _Graph(reader, config, depth).read()
    model.set_own_trainable(config.get("trainable") is not False)
    return model


MODELS = {"Sequential": read_model, "Functional": read_model, "Model": read_model}


def keras_reader(who: str, is_ours: bool = False) -> KerasReader:
    """A reader that knows models too."""
    return KerasReader(who, MODELS, is_ours)


def read_stack(reader: KerasReader, config: Mapping[str, Any], entry: Mapping[str, Any], depth: int) -> Sequential:
    """A Sequential."""
    layers = [read_layer(reader, layer, depth) for layer in config["layers"]]
    model = Sequential(name=str(config.get("name") or "sequential"))
    for layer in layers:
        model._append(layer)
    shape = config.get("build_input_shape") or (entry.get("build_config") or {}).get("input_shape")
    if model._entry is None and isinstance(shape, list):
        model._entry = InputSpec(_shape(reader, shape))
    model._try_to_build()
    return model


def read_layer(reader: KerasReader, entry: Any, depth: int) -> Layer:
    """One layer of a model."""
    layer = reader.read(entry, depth + 1)
    if not isinstance(layer, Layer):
        raise reader.error("a model's layers must be layers", "a layer", repr(entry)[:80])
    return layer


def _shape(reader: KerasReader, shape: Any) -> tuple[int | None, ...]:
    if not isinstance(shape, list) or not all(n is None or (isinstance(n, int) and 0 <= n < 2**31) for n in shape):
        raise reader.error("a shape cannot be read", "a list of sizes, None for any", repr(shape)[:80])
    return tuple(shape)


MASKS = ("mask", "attention_mask", "query_mask", "value_mask", "key_mask")


class _Graph:
    """A functional model on the way from its nodes to tensors."""

    def __init__(self, reader: KerasReader, config: Mapping[str, Any], depth: int) -> None:
        self.reader, self.config, self.depth = reader, config, depth
        self.entries = {self._name(entry): entry for entry in config["layers"]}
        self.layers: dict[str, Any] = {}
        self.made: dict[str, list[tuple[Any, ...]]] = {}

    def _name(self, entry: Any) -> str:
        name = entry.get("name") if isinstance(entry, dict) else None
        if name is None and isinstance(entry, dict) and isinstance(entry.get("config"), dict):
            name = entry["config"].get("name")
        if not isinstance(name, str):
            raise self.reader.error("a layer has no name", "an entry with 'name'", repr(entry)[:80])
        return name

    def read(self) -> Model:
        if len(self.entries) != len(self.config["layers"]):
            raise self.reader.error("two layers have the same name", "names that differ", list(self.entries)[:5])
        waiting = [(name, node) for name, entry in self.entries.items() for node in self._nodes(name, entry)]
        while waiting:
            late = [(name, node) for name, node in waiting if not self._connected(name, node)]
            if len(late) == len(waiting):
                raise self.reader.error(
                    "the nodes have no beginning", "a graph without loops", [n for n, _ in late][:5]
                )
            waiting = late
        inputs, outputs = self._ends("input_layers"), self._ends("output_layers")
        model = Model(inputs, outputs, name=str(self.config.get("name") or "functional"))
        if model.network is not None:
            known = {id(layer) for layer in model.network_layers}
            listed = [layer for layer in self.layers.values() if id(layer) in known]
            there = {id(layer) for layer in listed}
            rest = [layer for layer in model.network_layers if id(layer) not in there]
            model._adopt(model.network.reordered([*listed, *rest]))
        return model

    def _nodes(self, name: str, entry: Mapping[str, Any]) -> list[Any]:
        """Makes the layer; gives its nodes that are still to be connected."""
        nodes = entry.get("inbound_nodes") or []
        if entry.get("class_name") == "InputLayer":
            x = self._input(name, entry.get("config") or {})
            self.layers[name], self.made[name] = x.node.layer, [(x,)]
            return []
        if is_operation(entry):
            self.layers[name] = None
        elif nodes:
            self.layers[name] = read_layer(self.reader, entry, self.depth)
        self.made[name] = []
        if not isinstance(nodes, list):
            raise self.reader.error(f"the nodes of {name!r} cannot be read", "a list", repr(nodes)[:80])
        return nodes

    def _input(self, name: str, config: Mapping[str, Any]) -> SymbolicTensor:
        shape = _shape(self.reader, config.get("batch_shape") or config.get("batch_input_shape"))
        if config.get("sparse") or config.get("ragged"):
            raise self.reader.error("an input is sparse or ragged", "dense arrays", name, "save it with dense inputs")
        dtype = self.reader.read(config.get("dtype")) or "float32"
        return Input(shape[1:], batch_size=shape[0], dtype=dtype, name=name)

    def _connected(self, name: str, node: Any) -> bool:
        """Apply a layer to what a node names; False while some of it is not yet there."""
        try:
            args, named = self._arguments(node)
        except IndexError:
            return False
        layer = self.layers[name]
        if layer is None:
            layer = layer_for(self.reader, self.entries[name], name, args, named)
            if layer is None:
                check_mask(self.reader, self.entries, name, args)
                self.made[name].append((MASK,))
                return True
            args, named = [x for x in args if isinstance(x, SymbolicTensor)], {}
            self.layers[name] = layer
        if any(x is MASK for x in flat([args, list(named.values())])):
            raise self.reader.error(
                f"the layer {name!r} is given what a function of Keras's makes", "outputs of layers", "a mask"
            )
        try:
            output = layer(*args, **named)
        except NyuronError:
            raise
        except (TypeError, ValueError) as error:
            raise self.reader.error(
                f"the layer {name!r} cannot be applied", "what Keras applied it to", error
            ) from error
        self.made[name].append(tuple(output) if isinstance(output, tuple | list) else (output,))
        return True

    def _arguments(self, node: Any) -> tuple[list[Any], dict[str, Any]]:
        if isinstance(node, list):  # as files of Keras 2 have it
            named = node[0][3] if node and len(node[0]) > 3 and isinstance(node[0][3], dict) else {}
            args: Any = [self._at(*entry[:3]) for entry in node]
        elif isinstance(node, dict):
            args, named = self._value(node.get("args") or []), node.get("kwargs") or {}
        else:
            raise self.reader.error("a node cannot be read", "args and kwargs", repr(node)[:80])
        while args and args[-1] is None:
            args.pop()
        found = {}
        for key, value in named.items():
            # Keras notes `training` in nodes, and then goes by what fit and predict say.
            if value is None or (key == "training" and not self.reader.is_ours):
                continue
            new = self._value(value)
            if key in MASKS and names_in(value) and _is_unsaid(new):
                continue
            found[key] = tuple(new) if isinstance(new, list) else new
        return args, found

    def _value(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._value(item) for item in value]
        if isinstance(value, dict) and value.get("class_name") == "__keras_tensor__":
            return self._at(*self._history(value))
        if isinstance(value, dict) and "class_name" not in value:
            return {name: self._value(item) for name, item in value.items()}
        return self.reader.read(value)

    def _history(self, tensor: Mapping[str, Any]) -> list[Any]:
        config = tensor.get("config")
        history = config.get("keras_history") if isinstance(config, dict) else None
        if not isinstance(history, list) or len(history) != 3:
            raise self.reader.error("a tensor cannot be read", "keras_history: [name, node, index]", repr(tensor)[:80])
        return history

    def _at(self, name: Any, node: Any, index: Any) -> Any:
        if not isinstance(name, str) or name not in self.entries:
            raise self.reader.error(f"a node names the layer {name!r}", f"among {list(self.entries)[:8]}", name)
        if not isinstance(node, int) or not isinstance(index, int) or min(node, index) < 0:
            raise self.reader.error(f"a node of {name!r} cannot be found", "two numbers from 0", f"{node!r}, {index!r}")
        outputs = self.made[name][node]
        if not outputs or index >= len(outputs):
            raise self.reader.error(f"{name!r} has no output {index} of node {node}", f"below {len(outputs)}", index)
        return outputs[index]

    def _ends(self, key: str) -> Any:
        def tensors(value: Any) -> Any:
            if isinstance(value, list) and len(value) == 3 and isinstance(value[0], str):
                layer = self.layers.get(value[0])
                # There Keras counts from 1 the nodes of models within a model.
                is_model = isinstance(layer, Model) and not isinstance(layer, Sequential)
                return self._at(value[0], value[1] - is_model if isinstance(value[1], int) else None, value[2])
            if isinstance(value, dict):
                return {name: tensors(item) for name, item in value.items()}
            if isinstance(value, list):
                return [tensors(item) for item in value]
            raise self.reader.error(f"{key} cannot be read", "[layer, node, index] of each", repr(value)[:80])

        try:
            ends = tensors(self.config.get(key))
        except IndexError as error:
            raise self.reader.error(f"{key} names a node that there is not", "names of layers", str(error)) from error
        found = ends.values() if isinstance(ends, dict) else ends if isinstance(ends, list) else [ends]
        if any(not isinstance(x, SymbolicTensor) for x in found):
            raise self.reader.error(
                f"{key} names a mask or a list", "outputs of layers", str(self.config.get(key))[:80]
            )
        return ends


def _is_unsaid(value: Any) -> bool:
    """Whether these are masks that our layers make themselves."""
    return value is MASK or value is None or (isinstance(value, list) and all(map(_is_unsaid, value)))
