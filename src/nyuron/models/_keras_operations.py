"""Keras's functions between layers: those that are layers of ours, and those that only make masks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import nyuron.layers
from nyuron.layers import Layer, SymbolicTensor
from nyuron.saving import KerasReader

MERGING = ("Add", "Subtract", "Multiply", "Maximum", "Minimum")
"""Functions of two tensors, such as x + y, that are layers."""
MASKING = {
    *("NotEqual", "Any", "All", "LogicalAnd", "LogicalOr", "ExpandDims", "Squeeze", "Concatenate"),
    *("OnesLike", "ZerosLike", "Cast", "Ones", "Broadcast", "BroadcastTo", "Repeat", "Tile", "GetItem", "Reshape"),
}
"""Functions of which Keras's layers make their masks."""
OF_SHAPES = ("OnesLike", "ZerosLike", "Ones")
MASK = object()
"""Takes the place of a mask that layers make themselves here."""


def is_operation(entry: Mapping[str, Any]) -> bool:
    """Whether an entry is a function and no layer."""
    return ".ops." in f".{entry.get('module')}."


def flat(value: Any) -> list[Any]:
    """The leaves of nested lists."""
    if isinstance(value, list | tuple):
        return [leaf for item in value for leaf in flat(item)]
    return [value]


def names_in(value: Any) -> set[str]:
    """The layers whose outputs occur in a node's arguments."""
    if isinstance(value, list):
        return set().union(*map(names_in, value))
    if isinstance(value, dict):
        if value.get("class_name") == "__keras_tensor__":
            return {str(value["config"]["keras_history"][0])}
        return set().union(*map(names_in, value.values()))
    return set()


def layer_for(reader: KerasReader, entry: Mapping[str, Any], name: str, args: list[Any], named: Any) -> Layer | None:
    """The layer that computes what a function does; None for one that can only be part of a mask."""
    kind = str(entry.get("class_name"))
    tensors = [x for x in args if isinstance(x, SymbolicTensor)]
    if kind in MERGING and len(tensors) == 2 and not named:
        return getattr(nyuron.layers, kind)(name=name)
    numbers = [x for x in args if isinstance(x, int | float) and not isinstance(x, bool)]
    if len(tensors) == len(numbers) == 1 and len(args) == 2 and not named:
        number, is_first = float(numbers[0]), args[0] is tensors[0]
        scales = {
            "Multiply": (number, 0.0),
            "Add": (1.0, number),
            "Subtract": (1.0, -number) if is_first else (-1.0, number),
            "Divide": (1.0 / number, 0.0) if is_first and number else None,
            "TrueDivide": (1.0 / number, 0.0) if is_first and number else None,
        }
        if scales.get(kind):
            return nyuron.layers.Rescaling(*scales[kind], name=name)
    if kind in MASKING:
        return None
    raise reader.error(
        f"the model uses Keras's function {kind!r} between its layers",
        "layers; of functions, sums, differences, products, maxima and minima of two tensors, or with a number",
        f"{entry.get('module')}.{kind}",
        "use the layer of that name, or a registered Lambda, and save the model again",
    )


def check_mask(reader: KerasReader, entries: Mapping[str, Any], name: str, args: Any) -> None:
    """Raise for a function that is no part of a mask which Embedding or Masking makes, as ours make them too."""
    entry = entries[name]
    kind, given = entry["class_name"], flat(args)
    if kind == "NotEqual":
        nodes = [node.get("args") or [] for node in entry.get("inbound_nodes") or [] if isinstance(node, dict)]
        is_known = all(_makes_mask(entries, node) for node in nodes)
    else:
        is_known = kind in OF_SHAPES or (MASK in given and not any(isinstance(x, SymbolicTensor) for x in given))
    if not is_known:
        raise reader.error(
            f"the model uses Keras's function {kind!r} between its layers",
            "layers; of functions, those by which Embedding(mask_zero=True) and Masking make masks",
            f"{entry.get('module')}.{kind}",
            "use Masking, or a registered Lambda, and save the model again",
        )


def _makes_mask(entries: Mapping[str, Any], args: list[Any]) -> bool:
    compared = args[1] if len(args) == 2 else None
    return any(_makes(entry, compared) and names_in(args) & names_in(inputs) for entry, inputs in _uses(entries))


def _uses(entries: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], Any]]:
    for entry in entries.values():
        for node in entry.get("inbound_nodes") or []:
            yield entry, node.get("args") if isinstance(node, dict) else None


def _makes(entry: Mapping[str, Any], compared: Any) -> bool:
    config = entry.get("config") or {}
    if entry.get("class_name") == "Embedding":
        return bool(config.get("mask_zero")) and compared == 0
    return entry.get("class_name") == "Masking" and compared == config.get("mask_value")
