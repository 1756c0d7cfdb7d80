"""A network as a description: layers, and the steps that connect them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from nyuron.core import Array, Key, Params, Shape, State, module, replace, static
from nyuron.layers._call import Call, Forward, spec
from nyuron.layers._keywords import Keyword, arguments, given_masks, shape_after
from nyuron.layers._layer import Layer, as_float, forward
from nyuron.layers._penalties import constrain_layer, layer_penalty
from nyuron.layers._pooled import pool_after, pooled_convolutions

Reference = tuple[int, int | None]
"""A value: its place among (inputs, then steps), and which of a step's several outputs (None: its only one)."""


@dataclass(frozen=True)
class Step:
    """One application of `layers[layer]` to earlier values."""

    layer: int
    inputs: tuple[Reference, ...]
    named: tuple[tuple[str, Any], ...] = ()
    keywords: tuple[Keyword, ...] = ()
    """By which keyword each of the last inputs is given."""

    @property
    def positional(self) -> tuple[Reference, ...]:
        """The inputs that are given by position."""
        return self.inputs[: len(self.inputs) - len(self.keywords)]


@dataclass(frozen=True)
class InputSpec:
    """Shape (batch first, None) and dtype of one input."""

    shape: Shape
    dtype: str = "float32"


@module
class Graph(Layer):
    """Layers applied one after another, as `steps` say. Parameters are a tuple with one entry a layer.

    Names play no part, so two networks of the same structure share one compiled program.

    Source: the functional API of Keras, as a value.
    """

    layers: tuple[Layer, ...] = ()
    inputs: tuple[InputSpec, ...] = static(())
    steps: tuple[Step, ...] = static(())
    outputs: tuple[Reference, ...] = static(())
    frozen: tuple[Any, ...] = static(())
    """Per layer: True where `trainable` is off; a nested tuple for a nested graph."""

    takes_integers = True

    def init(self, key: Key, *shapes: Shape) -> tuple[Params, State]:
        first_inputs = self._first_input_shapes()
        made = [
            layer.init(jax.random.fold_in(key, i), *first_inputs[i]) if i in first_inputs else ({}, {})
            for i, layer in enumerate(self.layers)
        ]
        return tuple(params for params, _ in made), tuple(state for _, state in made)

    def _first_input_shapes(self) -> dict[int, tuple[Shape, ...]]:
        values: list[Any] = [entry.shape for entry in self.inputs]
        found: dict[int, tuple[Shape, ...]] = {}
        for step in self.steps:
            shapes = tuple(_picked_value(values, reference) for reference in step.positional)
            found.setdefault(step.layer, shapes)
            values.append(shape_after(self.layers[step.layer], shapes, step.named))
        return found

    def apply(self, params: Params, state: State, *inputs: Array, call: Call) -> tuple[Any, State]:
        done = self.forward(params, state, *inputs, call=call)
        return done.output, done.state

    def forward(
        self,
        params: Params,
        state: State,
        *inputs: Array,
        call: Call,
        watch: Callable[[int, Any], Any] | None = None,
    ) -> Forward:
        """Output(s), next state, output mask(s), and the penalty of activities.

        `watch(place, value)` sees each step's output and returns what takes its place: how signals are traced.
        """
        values: list[Any] = [cast_input(x, entry) for x, entry in zip(inputs, self.inputs, strict=True)]
        masks: list[Any] = [*call.masks, *[None] * (len(inputs) - len(call.masks))]
        states = list(state)
        penalty: Any = 0.0
        # Who watches sees every step's own output.
        pools = pooled_convolutions(self) if watch is None else {}
        done_before = set(pools.values())
        for place, step in enumerate(self.steps):
            layer = self.layers[step.layer]
            chosen, named = arguments(step, [_picked_value(values, reference) for reference in step.inputs])
            if place in done_before:
                values.append(chosen[0])
                masks.append(None)
                continue
            if place in pools:
                named["pool"] = pool_after(layer, self.layers[self.steps[pools[place]].layer], chosen[0].shape)
            local = Call(
                None if call.key is None else jax.random.fold_in(call.key, place),
                named.pop("training", call.training),
                call.trainable and self.frozen[step.layer] is not True,
                given_masks(named, tuple(_picked(masks[at], i) for at, i in step.positional)),
            )
            if not layer.takes_integers:
                chosen = tuple(as_float(x) for x in chosen)
            done = forward(layer, params[step.layer], states[step.layer], chosen, local, **named)
            states[step.layer] = done.state
            penalty = penalty + done.penalty
            values.append(done.output if watch is None else watch(place, done.output))
            masks.append(done.mask)
        outputs = tuple(_picked_value(values, reference) for reference in self.outputs)
        out_masks = tuple(_picked(masks[at], i) for at, i in self.outputs)
        if len(outputs) == 1:
            return Forward(outputs[0], tuple(states), out_masks[0], penalty)
        return Forward(outputs, tuple(states), out_masks, penalty)

    def compute_output_shape(self, *shapes: Shape) -> Any:
        values: list[Any] = list(shapes)
        for step in self.steps:
            chosen = tuple(_picked_value(values, reference) for reference in step.positional)
            values.append(shape_after(self.layers[step.layer], chosen, step.named))
        outputs = tuple(_picked_value(values, reference) for reference in self.outputs)
        return outputs[0] if len(outputs) == 1 else outputs

    def penalty(self, params: Params) -> Array | float:
        """Σ of the weights' regularizers, frozen layers left out."""
        parts = zip(self.layers, params, self.frozen, strict=True)
        return sum((layer_penalty(layer, p) for layer, p, frozen in parts if frozen is not True), 0.0)

    def constrain(self, params: Params) -> Params:
        """Parameters after the weights' constraints, frozen layers left out."""
        parts = zip(self.layers, params, self.frozen, strict=True)
        return tuple(p if frozen is True else constrain_layer(layer, p) for layer, p, frozen in parts)

    def with_frozen(self, frozen: tuple[Any, ...]) -> Graph:
        """The same network with other layers frozen."""
        return replace(self, frozen=frozen)

    def input_specs(self, batch: int = 2) -> tuple[jax.ShapeDtypeStruct, ...]:
        """Stand-ins for the inputs, for `jax.eval_shape`."""
        return tuple(spec(entry.shape, entry.dtype, batch) for entry in self.inputs)

    def walk(self) -> Iterator[tuple[int, Step, Layer]]:
        """Steps in order, each with its place and its layer."""
        for place, step in enumerate(self.steps):
            yield place, step, self.layers[step.layer]


def _picked_value(values: Any, reference: Reference) -> Any:
    place, index = reference
    return values[place] if index is None else values[place][index]


def _picked(mask: Any, index: int | None) -> Any:
    if index is None:
        return mask
    return mask[index] if isinstance(mask, tuple | list) else None


def cast_input(x: Array, entry: InputSpec) -> Array:
    """The input in the dtype that the network declared: images may stay uint8 until they are used."""
    wants_float = entry.dtype.startswith(("float", "bfloat"))
    if wants_float:
        return x if jnp.issubdtype(x.dtype, jnp.inexact) else x.astype(entry.dtype)
    return x.astype(entry.dtype) if jnp.issubdtype(x.dtype, jnp.inexact) else x
