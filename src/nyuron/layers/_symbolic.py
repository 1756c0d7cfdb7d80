"""Symbolic tensors: how a functional model's graph is written down."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nyuron.core import KindError, Shape

if TYPE_CHECKING:
    from nyuron.layers._layer import Layer

_clock = itertools.count()


@dataclass(eq=False)
class Node:
    """One application of a layer to symbolic tensors."""

    layer: Layer
    inputs: tuple[SymbolicTensor, ...]
    named: tuple[tuple[str, Any], ...] = ()
    """Keyword arguments of the call; must be hashable."""
    keywords: tuple[tuple[str, int | None], ...] = ()
    """By which keyword each of the last inputs was given, and its place among several of that keyword."""
    made: int = field(default_factory=lambda: next(_clock))
    """When it was made: a node comes after its inputs."""


@dataclass(eq=False)
class SymbolicTensor:
    """A value of a graph not yet run: shape (batch first, None), dtype, and where it comes from.

    Source: keras.KerasTensor.
    """

    shape: Shape
    dtype: str
    node: Node
    index: int | None = None
    """Which output of the node, when it has several."""

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def name(self) -> str:
        return self.node.layer.name

    def __repr__(self) -> str:
        return f"<SymbolicTensor shape={self.shape} dtype={self.dtype} from {self.node.layer.name!r}>"

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise KindError(
            "a symbolic tensor has no values",
            who=repr(self),
            expected="layers, applied to it",
            fix="make a Model(inputs, outputs) and call predict(), or wrap the function in Lambda(…)",
        )

    __jax_array__ = __array__


def connect(
    layer: Layer, inputs: tuple[Any, ...], named: dict[str, Any]
) -> SymbolicTensor | tuple[SymbolicTensor, ...]:
    """Apply a layer to symbolic tensors: builds it when it is not built, checks shapes, and returns the output."""
    from nyuron.layers._keywords import shape_after, split_keywords

    for x in inputs:
        if not isinstance(x, SymbolicTensor):
            raise KindError(
                "arrays and symbolic tensors are mixed",
                who=layer.described(),
                expected="only outputs of Input and of layers",
                got=type(x).__name__,
                fix="pass the array as another Input",
            )
    shapes = tuple(x.shape for x in inputs)
    if layer.slot.is_built:
        layer.check_shapes(*shapes)
    else:
        layer.build_for(*shapes)
    plain, tensors, keywords = split_keywords(layer, named)
    node = Node(layer, (*inputs, *tensors), plain, keywords)
    shape = shape_after(layer.description, shapes, plain)
    dtype = "float32"
    if shape and not isinstance(shape[0], int | type(None)):
        output: Any = tuple(SymbolicTensor(tuple(s), dtype, node, i) for i, s in enumerate(shape))  # type: ignore[arg-type]
    else:
        output = SymbolicTensor(shape, dtype, node)
    if getattr(layer.slot, "output", None) is None:
        layer.slot.output = output
    return output
