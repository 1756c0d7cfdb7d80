"""Axes: as the user writes them, as positions, and their sizes."""

from __future__ import annotations

from typing import Any

from nyuron.core import ArgumentError, Shape, ShapeError

Axes = int | tuple[int, ...]


def as_axes(axis: Any) -> Any:
    """A hashable form: lists become tuples."""
    return tuple(axis) if isinstance(axis, list) else axis


def positions(axis: Any, ndim: int) -> tuple[int, ...]:
    """Axes counted from the front, in rising order; None is no axis."""
    axes = () if axis is None else (axis,) if isinstance(axis, int) else axis
    return tuple(sorted(a % ndim for a in axes))


def check_axes(layer: Any, shape: Shape, axis: Any) -> None:
    """Raise ArgumentError for an axis that the input does not have."""
    axes = () if axis is None else (axis,) if isinstance(axis, int) else axis
    outside = [a for a in axes if not -len(shape) <= a < len(shape)]
    if outside:
        raise ArgumentError(
            "the input does not have this axis",
            who=layer.described(),
            expected=f"axes from {-len(shape)} to {len(shape) - 1} for an input {shape}",
            got=f"axis={outside[0]}",
            fix="count axes with the batch as 0, or use -1 for the last one",
        )


def check_sizes(layer: Any, shape: Shape, axis: Any) -> None:
    """Raise ShapeError unless the sizes along `axis` are known, and those that the layer was built for."""
    check_axes(layer, shape, axis)
    built = layer.slot.shapes[0] if layer.slot.shapes else shape
    if len(built) != len(shape):
        raise ShapeError(
            "the input has the wrong number of axes",
            who=layer.described(),
            expected=built,
            got=shape,
            fix="use a new layer for inputs of another form, or put Reshape before this one",
        )
    for a in positions(axis, len(shape)):
        if shape[a] is None or shape[a] != built[a]:
            raise ShapeError(
                f"the size of axis {a} {'is unknown' if shape[a] is None else 'has changed'}",
                who=layer.described(),
                expected=tuple((n or "size") if i == a else n for i, n in enumerate(built)),
                got=shape,
                fix="give Input a fixed size there"
                if shape[a] is None
                else "use a new layer for inputs of another size",
            )


def check_features(layer: Any, shape: Shape) -> None:
    """Raise ShapeError unless the last axis has a known size, the one that the layer was built for."""
    features = shape[-1] if len(shape) > 1 else None
    built_for = layer.slot.shapes[0][-1] if layer.slot.shapes else features
    if features is None or features != built_for:
        raise ShapeError(
            "the last axis of the input has the wrong size",
            who=layer.described(),
            expected=f"(*batch, {built_for or 'features'})",
            got=shape,
            fix="put Flatten() before this layer" if len(shape) > 2 else "give the input a fixed last axis",
        )


def per_axis(shape: tuple[int, ...], axes: tuple[int, ...]) -> tuple[int, ...]:
    """The shape with 1 wherever an axis is not among `axes`: what an array of per-axis figures broadcasts from."""
    return tuple(n if i in axes else 1 for i, n in enumerate(shape))
