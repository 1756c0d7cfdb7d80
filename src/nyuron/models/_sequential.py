"""A stack of layers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from nyuron.core import ArgumentError, KindError, Shape
from nyuron.layers import InputLayer, InputSpec, Layer, SymbolicTensor
from nyuron.models._model import Model
from nyuron.models._network import chain


class Sequential(Model):
    """Layers one after another. It is built by an Input, `input_shape=` on the first layer, or the first data.

    Layers on texts, such as TextVectorization, may come first: fit, evaluate and predict then take texts.

    Source: keras.Sequential.
    Example:
        >>> from nyuron.layers import Dense
        >>> Sequential([Dense(3, input_shape=(4,)), Dense(1)]).count_params()
        19
    """

    def __init__(self, layers: Sequence[Any] | None = None, trainable: bool = True, name: str | None = None) -> None:
        super().__init__(name=name, trainable=trainable)
        self._head: list[Any] = []
        self._stack: list[Layer] = []
        self._entry: InputSpec | None = None
        for layer in layers or []:
            self._append(layer)
        self._try_to_build()

    def add(self, layer: Any) -> None:
        """Put a layer on top."""
        self._append(layer)
        self._try_to_build()

    def pop(self) -> Layer:
        """Take the top layer off."""
        if not self.layers:
            raise ArgumentError("there is no layer to take off", who=self.described(), fix="add() one first")
        layer = (self._stack or self._head).pop()
        self.network = None
        self._try_to_build()
        return layer

    def _append(self, layer: Any) -> None:
        if isinstance(layer, SymbolicTensor):
            layer = layer.node.layer
        if isinstance(layer, InputLayer):
            self._entry = InputSpec(layer.batch_shape, layer.dtype or "float32")
            self._input_name = layer.name
            return
        if not isinstance(layer, Layer):
            raise KindError(
                "only layers can be stacked",
                who="Sequential",
                expected="a layer such as Dense(10)",
                got=repr(layer)[:60],
                fix="Lambda(function) makes a layer of a function; a class needs parentheses: Flatten()",
            )
        if any(known.name == layer.name and known is not layer for known in self.layers):
            raise ArgumentError(
                "two layers have the same name", who="Sequential", got=repr(layer.name), fix="give each its own name="
            )
        if hasattr(layer, "on_host") and not self._stack:
            self._head.append(layer)
            if self._entry is not None and self._entry.dtype == "string":
                self._entry = None  # the texts' own; the network's follows from what the layer makes of them
            return
        if not self._stack and self._entry is None and layer.input_shape is not None:
            self._entry = InputSpec((None, *layer.input_shape))
        self._stack.append(layer)

    def _try_to_build(self) -> None:
        self.network = None
        if (
            self._entry is None
            and self._stack
            and isinstance(self._stack[0], Model)
            and self._stack[0].network is not None
        ):
            self._entry = self._stack[0].network.inputs[0]
        if self._entry is None and self._head and all(getattr(x, "vocabulary", ()) is not None for x in self._head):
            last = self._head[-1]
            dtype = "int32" if last.output_mode == "int" else "float32"
            self._entry = InputSpec(tuple(last.compute_output_shape((None, 1))), dtype)
        if self._entry is not None and self._stack:
            self._build_from(self._entry)

    def _build_from(self, entry: InputSpec) -> None:
        shape: Any = entry.shape
        for layer in self._stack:
            if layer.slot.is_built:
                layer.check_shapes(shape)
            else:
                layer.build_for(shape)
            shape = layer.description.compute_output_shape(shape)
        self.output_names = [self._stack[-1].name]
        self._adopt(chain(self._stack, entry))
        for place, layer in enumerate(self._stack):
            if getattr(layer.slot, "output", None) is None:
                layer.slot.output = partial(self._output_of, place)

    def _output_of(self, place: int) -> SymbolicTensor:
        return self._symbolic()[place + 1]

    def build_for(self, *shapes: Shape, key: Any = None) -> None:
        """Make the weights for inputs of this shape."""
        del key
        if self.network is None:
            if not self._stack:
                raise ArgumentError("a Sequential without layers cannot be built", who=self.name, fix="add(Dense(1))")
            if self._head:  # a vocabulary that was unknown at first may be known now
                self._try_to_build()
            if self.network is not None:
                return
            self._entry = InputSpec(tuple(shapes[0]))
            self._build_from(self._entry)

    def ahead(self, x: Any) -> Any:
        """What the layers on texts at the model's head make of x, before the compiled network."""
        for layer in self._head:
            x = layer(x)
        return x

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        """The network's outputs; texts go through the layers on texts first."""
        if self._head and inputs:
            inputs = (self.ahead(inputs[0]), *inputs[1:])
        return super().__call__(*inputs, **options)

    @property
    def layers(self) -> list[Layer]:
        """The stacked layers."""
        return [*self._head, *self._stack]

    @property
    def inputs(self) -> list[SymbolicTensor]:
        """The symbolic input."""
        return [self._symbolic()[0]]

    @inputs.setter
    def inputs(self, value: Any) -> None:
        raise ArgumentError("a Sequential's input follows from its layers", who=self.name, fix="Model(inputs, outputs)")

    @property
    def outputs(self) -> list[SymbolicTensor]:
        """The symbolic output."""
        return [self._symbolic()[-1]]

    @outputs.setter
    def outputs(self, value: Any) -> None:
        raise ArgumentError(
            "a Sequential's output follows from its layers", who=self.name, fix="Model(inputs, outputs)"
        )

    def _symbolic(self) -> list[SymbolicTensor]:
        """The input and every layer's output as symbolic tensors, so that parts can be cut out."""
        from nyuron.layers import Input

        graph = self.graph
        known = self._programs.get("symbolic")
        if known is None:
            known = [Input(graph.inputs[0].shape[1:], dtype=graph.inputs[0].dtype)]
            for layer in self._stack:
                known.append(layer(known[-1]))
            self._programs["symbolic"] = known
        return known
