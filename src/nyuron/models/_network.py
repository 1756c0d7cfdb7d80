"""From symbolic tensors, or a list of layers, to a graph; and the box through which a model's layers share arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from nyuron.core import ArgumentError, Params, State
from nyuron.layers import (
    Graph,
    InputSpec,
    Layer,
    Node,
    Step,
    SymbolicTensor,
    make_first_weights,
    read_weights,
    write_weights,
)
from nyuron.models._order import keras_order


def frozen_flags(layers: Sequence[Layer]) -> tuple[bool, ...]:
    """True for each layer whose `trainable` is off; of a model within the model its layers say it, as in Keras."""
    return tuple(not layer.trainable and not isinstance(layer.slot, NetworkSlot) for layer in layers)


class Network:
    """Layer instances and how they are connected: what a built model holds."""

    def __init__(
        self, layers: Sequence[Layer], inputs: tuple[InputSpec, ...], steps: tuple[Step, ...], outputs: tuple[Any, ...]
    ) -> None:
        self.layers = tuple(layers)
        self.inputs, self.steps, self.outputs = inputs, steps, outputs

    def reordered(self, layers: Sequence[Layer]) -> Network:
        """The same network with its layers, and so its weights, listed in another order."""
        place = {id(layer): number for number, layer in enumerate(layers)}
        steps = tuple(replace(s, layer=place[id(self.layers[s.layer])]) for s in self.steps)
        return Network(layers, self.inputs, steps, self.outputs)

    def graph(self) -> Graph:
        """The network as a description, with what is frozen now."""
        return Graph(
            layers=tuple(layer.description for layer in self.layers),
            inputs=self.inputs,
            steps=self.steps,
            outputs=self.outputs,
            frozen=frozen_flags(self.layers),
            name="graph",
        )


class NetworkSlot:
    """A model's arrays, which live in its layers' slots."""

    def __init__(self) -> None:
        self.layers: tuple[Layer, ...] = ()
        self.shapes: tuple[Any, ...] | None = None
        self.output: Any = None

    @property
    def is_built(self) -> bool:
        return self.shapes is not None

    @property
    def params(self) -> Params:
        make_first_weights(layer.slot for layer in self.layers)
        return tuple(read_weights(layer)[0] for layer in self.layers)

    @params.setter
    def params(self, new: Params) -> None:
        for layer, params in zip(self.layers, new, strict=True):
            write_weights(layer, params, read_weights(layer)[1])

    @property
    def state(self) -> State:
        make_first_weights(layer.slot for layer in self.layers)
        return tuple(read_weights(layer)[1] for layer in self.layers)

    @state.setter
    def state(self, new: State) -> None:
        for layer, state in zip(self.layers, new, strict=True):
            write_weights(layer, read_weights(layer)[0], state)

    @property
    def order(self) -> Any:
        return tuple(
            tuple((i, *path) for i, layer in enumerate(self.layers) for path in layer.slot.order[part])
            for part in (0, 1)
        )


def connect_tensors(inputs: Sequence[SymbolicTensor], outputs: Sequence[SymbolicTensor]) -> Network:
    """The network between symbolic tensors; `inputs` may be intermediate ones, which cuts a part out of a model.

    Raises: ArgumentError when an output depends on an Input that is not among `inputs`.
    """
    nodes: dict[int, Node] = {}
    ends = {id(x) for x in inputs}

    def visit(x: SymbolicTensor) -> None:
        if id(x) in ends or id(x.node) in nodes:
            return
        if not x.node.inputs:
            raise ArgumentError(
                "an output depends on an Input that the model is not given",
                who="Model",
                expected=f"inputs that include {x.name!r}",
                got=[t.name for t in inputs],
                fix=f"add the Input {x.name!r} to inputs=",
            )
        for source in x.node.inputs:
            visit(source)
        nodes[id(x.node)] = x.node

    for x in outputs:
        visit(x)
    ordered = sorted(nodes.values(), key=lambda node: node.made)
    place = {id(node): len(inputs) + i for i, node in enumerate(ordered)}
    input_place = {id(x): i for i, x in enumerate(inputs)}
    layers: list[Layer] = []

    def layer_number(layer: Layer) -> int:
        for i, known in enumerate(layers):
            if known is layer:
                return i
        layers.append(layer)
        return len(layers) - 1

    def reference(x: SymbolicTensor) -> tuple[int, int | None]:
        return (input_place[id(x)], None) if id(x) in input_place else (place[id(x.node)], x.index)

    steps = tuple(
        Step(layer_number(n.layer), tuple(reference(x) for x in n.inputs), n.named, n.keywords) for n in ordered
    )
    specs = tuple(InputSpec(x.shape, x.dtype) for x in inputs)
    network = Network(layers, specs, steps, tuple(reference(x) for x in outputs))
    order = keras_order(len(specs), steps, network.outputs)
    return network.reordered([layers[number] for number in order])


def chain(layers: Sequence[Layer], entry: InputSpec) -> Network:
    """Layers one after another."""
    distinct: list[Layer] = []
    steps = []
    for i, layer in enumerate(layers):
        number = next((n for n, known in enumerate(distinct) if known is layer), len(distinct))
        if number == len(distinct):
            distinct.append(layer)
        steps.append(Step(number, ((i, None),)))
    return Network(distinct, (entry,), tuple(steps), ((len(layers), None),))
