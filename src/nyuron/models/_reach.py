"""Receptive fields: how many positions of the input one position of an output depends on, along each axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nyuron.core import Shape
from nyuron.layers import (
    Bidirectional,
    CustomLayer,
    Embedding,
    Flatten,
    Graph,
    Lambda,
    Permute,
    Reshape,
    TimeDistributed,
    TokenAndPositionEmbedding,
)

_INDICES = (Embedding, TokenAndPositionEmbedding)
_UNKNOWN = (CustomLayer, Lambda, TimeDistributed)


@dataclass(frozen=True)
class Reach:
    """Along each axis between batch and features: positions seen, and the distance between neighbours' first ones.

    `sizes` is empty where there is no such axis, None where the layer does not let it be told.
    """

    sizes: tuple[float, ...] | None = ()
    jumps: tuple[float, ...] = ()
    is_whole: bool = False

    def __str__(self) -> str:
        if self.is_whole:
            return "all"
        if self.sizes is None:
            return "?"
        return "×".join(f"{size:g}" for size in self.sizes) if self.sizes else "-"


WHOLE = Reach(is_whole=True)
UNKNOWN = Reach(None)


def of_input(shape: Shape) -> Reach:
    """Each position sees itself."""
    return _fresh(len(shape) - 2)


def _fresh(axes: int) -> Reach:
    return Reach((1.0,) * max(axes, 0), (1.0,) * max(axes, 0))


def through(layer: Any, sources: Sequence[Reach], shapes: Sequence[Any], output: Any) -> Reach:
    """The reach after a layer: ``r ← r + (k − 1) d j``, ``j ← j s`` for a window k, dilation d, stride s.

    What normalisation learns of the whole input is left out, as is usual.
    Source: Araujo, Norris and Sim 2019, Computing Receptive Fields of Convolutional Neural Networks.
    """
    reach = _joined(sources)
    if isinstance(layer, Graph):
        return _inside(layer, sources)
    has_axes = any(isinstance(shape[0], int | type(None)) and len(shape) > 2 for shape in shapes)
    if isinstance(layer, _INDICES):
        return _fresh(len(output) - 2)
    if isinstance(layer, _UNKNOWN):
        return UNKNOWN
    if (_sees_all(layer) and has_axes) or reach.is_whole:
        return WHOLE
    if reach.sizes is None:
        return reach
    if isinstance(layer, Reshape | Permute):
        return _fresh(len(output) - 2) if all(size == 1 for size in reach.sizes) else UNKNOWN
    return _through_window(layer, reach)


def _sees_all(layer: Any) -> bool:
    kind = type(layer).__name__
    is_attention = "Attention" in kind or kind.startswith("Transformer")
    is_recurrent = hasattr(layer, "return_sequences") or isinstance(layer, Bidirectional)
    return is_attention or is_recurrent or isinstance(layer, Flatten) or kind.startswith("Global")


def _through_window(layer: Any, reach: Reach) -> Reach:
    axes = len(reach.sizes or ())
    scale = _tuple(getattr(layer, "size", None), axes) if type(layer).__name__.startswith("UpSampling") else None
    if scale is not None:
        return Reach(reach.sizes, tuple(j / s for j, s in zip(reach.jumps, scale, strict=True)))
    window = _tuple(getattr(layer, "kernel_size", None) or getattr(layer, "pool_size", None), axes)
    if window is None:
        return reach
    strides = _tuple(getattr(layer, "strides", 1), axes) or (1,) * axes
    dilation = _tuple(getattr(layer, "dilation_rate", 1), axes) or (1,) * axes
    sizes, jumps = [], []
    is_transposed = "Transpose" in type(layer).__name__
    for r, j, k, s, d in zip(reach.sizes or (), reach.jumps, window, strides, dilation, strict=True):
        # A transposed window spreads inputs s apart over its outputs, which see those that reach them.
        sizes.append(r + ((k - 1) * d // s if is_transposed else (k - 1) * d) * j)
        jumps.append(j / s if is_transposed else j * s)
    return Reach(tuple(sizes), tuple(jumps))


def _tuple(value: Any, axes: int) -> tuple[int, ...] | None:
    if value is None:
        return None
    found = tuple(value) if isinstance(value, list | tuple) else (value,) * axes
    return found if len(found) == axes else None


def _joined(sources: Sequence[Reach]) -> Reach:
    if any(source.is_whole for source in sources):
        return WHOLE
    if any(source.sizes is None for source in sources):
        return UNKNOWN
    deepest = max(sources, key=lambda source: len(source.sizes or ()), default=Reach())
    alike = [source for source in sources if len(source.sizes or ()) == len(deepest.sizes or ())]
    sizes = tuple(max(values) for values in zip(*(s.sizes or () for s in alike), strict=True))
    return Reach(sizes, tuple(max(values) for values in zip(*(s.jumps for s in alike), strict=True)))


def _inside(graph: Graph, sources: Sequence[Reach]) -> Reach:
    from nyuron.layers import shape_after

    shapes: list[Any] = [entry.shape for entry in graph.inputs]
    reaches = list(sources)
    for _, step, layer in graph.walk():
        given = tuple(shapes[at] if i is None else shapes[at][i] for at, i in step.positional)
        output = shape_after(layer, given, step.named)
        reaches.append(through(layer, [reaches[at] for at, _ in step.positional], given, output))
        shapes.append(output)
    return _joined([reaches[at] for at, _ in graph.outputs])
