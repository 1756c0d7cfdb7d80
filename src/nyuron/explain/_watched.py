"""Layers that are looked at while they compute: what they give, and what the loss would make of a small change of it."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp

from nyuron.core import Array, Params, State, is_module, replace
from nyuron.layers import Call, Forward, Graph, forward
from nyuron.layers._penalties import constrain_layer, layer_penalty

Names = tuple[tuple[str, Any], ...]
"""For each layer of a network its name, and the Names of what is inside it (None: nothing that has names)."""


def names_of(model: Any) -> Names:
    """The names of a model's layers, and of those inside them."""
    return tuple(
        (layer.name, names_of(layer) if getattr(layer, "network", None) is not None else None)
        for layer in model.network_layers
    )


class Notes:
    """What was seen of each layer: outputs, and sums before the activation.

    `offsets` are added to what was seen before it goes on, so that a gradient with respect to them at 0 is one with
    respect to the layer's output, or sum.
    """

    def __init__(self, offsets: Any = None) -> None:
        self.outputs: dict[str, Any] = {}
        self.sums: dict[str, Array] = {}
        self._offsets = offsets
        self._counts: dict[str, int] = {}

    def name_of(self, name: str) -> str:
        """'dense' the first time that a layer is applied, 'dense:2' the second time."""
        self._counts[name] = self._counts.get(name, 0) + 1
        return name if self._counts[name] == 1 else f"{name}:{self._counts[name]}"

    def moved(self, name: str, kind: int, value: Any) -> Any:
        """The value with the layer's offset; `kind` is 0 for outputs, 1 for sums."""
        if self._offsets is None or name not in self._offsets[kind]:
            return value
        return jax.tree.map(lambda v, o: v + o.astype(v.dtype), value, self._offsets[kind][name])


class Watched:
    """Stands in a graph for a layer, and takes notes of each application."""

    def __init__(self, layer: Any, name: str, inside: Names | None, prefix: str, notes: Notes) -> None:
        self._layer, self._name, self._inside, self._prefix, self._notes = layer, name, inside, prefix, notes
        self.takes_integers = layer.takes_integers
        self.shaped_by = layer.shaped_by

    def forward(self, params: Params, state: State, *inputs: Array, call: Call, **named: Any) -> Forward:
        """As the layer's own; the output has its offset."""
        notes, layer = self._notes, self._layer
        name = notes.name_of(self._prefix + self._name)
        if isinstance(layer, Graph) and self._inside is not None:
            layer = watched(layer, self._inside, notes, f"{name}/")
        regularizer = layer.__dict__.get("activity_regularizer")
        if regularizer is not None:
            # The penalty has to see the offset.
            layer = replace(layer, activity_regularizer=None)
        done = self._tapped(name, layer, params, state, inputs, call, named)
        if done is None:
            done = forward(layer, params, state, inputs, call, **named)
        notes.outputs[name] = done.output
        done = done._replace(output=notes.moved(name, 0, done.output))
        if regularizer is not None:
            first = done.output[0] if isinstance(done.output, tuple) else done.output
            done = done._replace(penalty=done.penalty + regularizer(first) / first.shape[0])
        return done

    def _tapped(self, name: str, layer: Any, params: Any, state: Any, inputs: Any, call: Call, named: Any) -> Any:
        """The layer's outcome with its sum noted; None unless its output is an activation of a sum."""
        if not is_module(type(layer)) or "activation" not in {f.name for f in dataclasses.fields(layer)}:
            return None
        tap = _Tap(layer.activation, lambda z: self._notes.moved(name, 1, z))
        done = forward(replace(layer, activation=tap), params, state, inputs, call, **named)
        if tap.result is None or done.output is not tap.result:
            return None
        self._notes.sums[name] = tap.seen  # type: ignore[assignment]
        return done

    def penalty(self, params: Params) -> Array | float:
        """The layer's."""
        return layer_penalty(self._layer, params)

    def constrain(self, params: Params) -> Params:
        """The layer's."""
        return constrain_layer(self._layer, params)


class _Tap:
    """An activation that notes what it is given."""

    def __init__(self, activation: Any, moved: Any) -> None:
        self._activation, self._moved = activation, moved
        self.seen: Array | None = None
        self.result: Array | None = None

    def __call__(self, z: Array) -> Array:
        result = self._activation(self._moved(z))
        if result is z:
            # `linear` hands back what it is given; the layer's output has to be told from its input.
            result = jnp.asarray(z) + jnp.zeros((), z.dtype)
        self.seen, self.result = z, result
        return result


def watched(graph: Graph, names: Names, notes: Notes, prefix: str = "") -> Graph:
    """The same network, which takes notes as it computes."""
    layers: Any = tuple(
        Watched(layer, name, inside, prefix, notes) for layer, (name, inside) in zip(graph.layers, names, strict=True)
    )
    return replace(graph, layers=layers)


def weight_gradients(model: Any, gradients: Params, prefix: str = "") -> dict[str, Array]:
    """The gradients by name: "dense/kernel", "block/query/bias"."""
    found: dict[str, Array] = {}
    for layer, tree in zip(model.network_layers, gradients, strict=True):
        if getattr(layer, "network", None) is not None:
            found |= weight_gradients(layer, tree, f"{prefix}{layer.name}/")
        else:
            found |= _leaves(f"{prefix}{layer.name}", tree, is_own=not is_module(type(layer)))
    return found


def _leaves(name: str, tree: Any, is_own: bool = False) -> dict[str, Array]:
    if isinstance(tree, dict):
        # A Keras-style layer's weights lie in compartments that its author never named.
        return {
            key: leaf
            for part, sub in tree.items()
            for key, leaf in _leaves(name if is_own and part in ("own", "inner") else f"{name}/{part}", sub).items()
        }
    if isinstance(tree, list | tuple):
        return {key: leaf for i, sub in enumerate(tree) for key, leaf in _leaves(f"{name}/{i}", sub).items()}
    return {name: tree}
