"""What a network costs layer by layer: multiply-adds, memory, and how much of the input one output value sees."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from nyuron.core import NyuronError, Shape
from nyuron.layers import Call, Graph, arguments, read_weights, shape_after
from nyuron.models._reach import Reach, of_input, through


@dataclass
class Cost:
    """What one layer takes for one example; all its applications together."""

    reach: Reach
    """Of the last application."""
    multiply_adds: int | None
    """Of matrix products and convolutions; None where the layer cannot be traced."""
    weight_bytes: int
    output_bytes: int


def costs_of(model: Any) -> list[Cost]:
    """The cost of each of a built model's layers, in the order of its network's layers. Unknown axes count as 1."""
    graph: Graph = model.graph
    shapes: list[Any] = [entry.shape for entry in graph.inputs]
    dtypes = [entry.dtype for entry in graph.inputs]
    reaches: list[Any] = [of_input(shape) for shape in shapes]
    found: dict[int, Cost] = {}
    for _, step, description in graph.walk():
        layer = model.network_layers[step.layer]
        given = tuple(_picked(shapes, reference) for reference in step.inputs)
        positional = given[: len(step.positional)]
        shape = shape_after(description, positional, step.named)
        sources = [reaches[at] for at, _ in step.positional]
        kinds = ["int32" if at < len(dtypes) and "int" in dtypes[at] else "float32" for at, _ in step.inputs]
        adds = _multiply_adds(layer, description, step, given, kinds)
        reach = through(description, sources, positional, shape)
        shapes.append(shape)
        reaches.append(reach)
        output = 4 * sum(math.prod(_sized(one)[1:]) for one in _several(shape))
        known = found.get(step.layer)
        if known is None:
            weights = sum(w.nbytes for w in layer.get_weights())
            found[step.layer] = Cost(reach, adds, weights, output)
        else:
            total = None if known.multiply_adds is None or adds is None else known.multiply_adds + adds
            found[step.layer] = Cost(reach, total, known.weight_bytes, known.output_bytes + output)
    return [found[number] for number in range(len(graph.layers))]


def _picked(shapes: list[Any], reference: tuple[int, int | None]) -> Any:
    place, index = reference
    return shapes[place] if index is None else shapes[place][index]


def _several(shape: Any) -> tuple[Any, ...]:
    return tuple(shape) if shape and not isinstance(shape[0], int | type(None)) else (shape,)


def _sized(shape: Shape) -> tuple[int, ...]:
    return tuple(1 if n is None else n for n in shape)


def _multiply_adds(layer: Any, description: Any, step: Any, shapes: tuple[Any, ...], kinds: list[str]) -> int | None:
    if hasattr(description, "kernel_size") and hasattr(description, "sizes"):
        return _of_convolution(layer, description, shapes[0])

    def run(params: Any, state: Any, *values: Any) -> Any:
        inputs, named = arguments(step, values)
        call = Call(masks=(None,) * len(inputs))
        return description.apply(params, state, *inputs, call=call, **named)[0]

    integers = description.takes_integers and not isinstance(description, Graph)
    specs = [
        jax.ShapeDtypeStruct(_sized(shape), jnp.int32 if integers else kind)
        for shape, kind in zip(shapes, kinds, strict=True)
    ]
    try:
        program = jax.make_jaxpr(run)(*read_weights(layer), *specs)
    except (NyuronError, TypeError, ValueError, NotImplementedError):
        # What works on texts, or on the host, has no program.
        return None
    return _count(program.jaxpr)


def _of_convolution(layer: Any, description: Any, shape: Shape) -> int:
    """Each kernel meets each output position once; of a transposed convolution, each input position."""
    if "Transpose" not in type(description).__name__:
        shape = description.compute_output_shape(shape)
    positions = math.prod(1 if n is None else n for n in description.sizes(shape))
    params = read_weights(layer)[0]
    return positions * sum(int(np.prod(w.shape)) for name, w in params.items() if name.endswith("kernel"))


def _count(program: Any) -> int:
    total = 0
    for step in program.eqns:
        name, out = step.primitive.name, step.outvars[0].aval if step.outvars else None
        if name == "dot_general":
            (contracted, _), _ = step.params["dimension_numbers"]
            left = step.invars[0].aval.shape
            total += math.prod(out.shape) * math.prod(left[axis] for axis in contracted)  # type: ignore[union-attr]
        elif name == "conv_general_dilated":
            numbers, kernel = step.params["dimension_numbers"], step.invars[1].aval.shape
            taps = math.prod(kernel[axis] for axis in numbers.rhs_spec[1:])
            total += math.prod(out.shape) * taps  # type: ignore[union-attr]
        else:
            inner = [_count(sub) for value in step.params.values() for sub in _programs(value)]
            times = step.params.get("length", 1) if name == "scan" else 1
            total += times * ((max(inner) if name == "cond" else sum(inner)) if inner else 0)
    return total


def _programs(value: Any) -> list[Any]:
    if hasattr(value, "eqns"):
        return [value]
    if hasattr(value, "jaxpr"):
        return _programs(value.jaxpr)
    if isinstance(value, list | tuple):
        return [program for item in value for program in _programs(item)]
    return []
