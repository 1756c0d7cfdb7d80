"""Borders of series, images and volumes: how many values before and behind each axis."""

from __future__ import annotations

from typing import Any

from nyuron.core import ArgumentError

Borders = tuple[tuple[int, int], ...]


def as_borders(value: Any, rank: int) -> Any:
    """(before, behind) for each spatial axis; what cannot be read is left as it is, for `check_borders`."""
    if isinstance(value, int):
        return ((value, value),) * rank
    if not isinstance(value, list | tuple):
        return value
    if rank == 1 and len(value) == 2 and all(isinstance(n, int) for n in value):
        return (tuple(value),)
    return tuple((n, n) if isinstance(n, int) else tuple(n) if isinstance(n, list | tuple) else n for n in value)


def check_borders(layer: Any, name: str) -> None:
    """Raise ArgumentError unless the field can be read as borders."""
    value = layer.borders()
    is_right = isinstance(value, tuple) and len(value) == layer.rank
    if not is_right or not all(
        isinstance(pair, tuple) and len(pair) == 2 and all(isinstance(n, int) and n >= 0 for n in pair)
        for pair in value
    ):
        pairs = ", ".join(["(before, behind)"] * layer.rank)
        raise ArgumentError(
            f"{name} cannot be used",
            who=layer.described(),
            expected=f"a whole number, or {pairs if layer.rank == 1 else f'({pairs})'}",
            got=repr(getattr(layer, name)),
            fix=f"{name}=1",
        )


def as_tuples(value: Any) -> Any:
    """Lists within as tuples."""
    return tuple(as_tuples(part) for part in value) if isinstance(value, list | tuple) else value
