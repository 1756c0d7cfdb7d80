"""Weights from and to safetensors files, by name."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from nyuron.core import ArgumentError, FileFormatError, nearest
from nyuron.core._errors import suggestion
from nyuron.saving import array_of, named_weights, put, read_safetensors, write_safetensors

Mapper = Mapping[str, str | None] | Callable[[str], str | None] | None


def save_safetensors(model: Any, path: Any) -> None:
    """Write the weights by their names here, such as "dense/kernel"."""
    write_safetensors(path, {stored.path: array_of(stored) for stored in named_weights(model)})


def load_safetensors(
    model: Any,
    path: Any,
    skip_mismatch: bool = False,
    *,
    mapping: Mapper = None,
    transpose: Any = None,
    by_name: bool = False,
) -> None:
    """Read weights by name.

    `mapping` leads from the file's names to ours: a dict, in which names that stay need no entry, or a function; None
    leaves an array out. `transpose`: "torch" turns kernels as PyTorch keeps them, outputs first, into Keras's form; a
    dict from our names to orders of axes; or a function of our name and the array. `by_name` loads the names that both
    have, and leaves the others alone. Nothing is changed when there is an error.

    Raises: FileFormatError for what is missing, left over or of another shape; ArgumentError for two arrays of one name.
    """
    places = {stored.path: stored for stored in named_weights(model)}
    found = _renamed(read_safetensors(path), mapping, str(path))
    turned = {ours: (theirs, _turned(ours, array, transpose)) for ours, (theirs, array) in found.items()}
    missing = [name for name in places if name not in turned]
    extra = [name for name in turned if name not in places]
    wrong = [n for n in places if n in turned and turned[n][1].shape != tuple(places[n].value.shape)]
    problems = []
    if missing and (not by_name or len(missing) == len(places)):
        problems.append(f"missing: {_listed(missing)}")
    if extra and (not by_name or len(missing) == len(places)):
        problems.append(f"left over: {_listed(extra)}{_guess(extra, missing)}")
    for name in wrong[:4]:
        theirs, array = turned[name]
        problems.append(f"{name} (in the file {theirs}) has the shape {array.shape}, not {places[name].value.shape}")
    if problems and not (skip_mismatch and len(missing) < len(places)):
        raise FileFormatError(
            "the file's weights are not those of this model",
            who=str(path),
            expected=f"{len(places)} arrays, such as {_listed(list(places)[:3])}",
            got=f"{len(found)} arrays; " + "; ".join(problems),
            fix="mapping={'their name': 'our name'}, or a function of their name; None leaves an array out; "
            "transpose='torch' turns PyTorch's kernels; by_name=True loads what both have",
        )
    if problems:
        warnings.warn(f"{path}: not all weights were loaded: " + "; ".join(problems), stacklevel=4)
    for name, stored in places.items():
        if name in turned and name not in wrong:
            put(stored, turned[name][1])


def _renamed(arrays: Mapping[str, np.ndarray], mapping: Mapper, who: str) -> dict[str, tuple[str, np.ndarray]]:
    """Our name -> their name and the array."""
    if isinstance(mapping, Mapping):
        unknown = [name for name in mapping if name not in arrays]
        if unknown:
            near = nearest(unknown[0], arrays)
            raise ArgumentError(
                "the mapping names arrays that the file does not have",
                who=who,
                expected=f"names in the file, such as {_listed(list(arrays)[:5])}",
                got=_listed(unknown),
                fix=f"did you mean {near!r}?" if near else "leave them out",
            )
    found: dict[str, tuple[str, np.ndarray]] = {}
    for theirs, array in arrays.items():
        ours = mapping.get(theirs, theirs) if isinstance(mapping, Mapping) else mapping(theirs) if mapping else theirs
        if ours is None:
            continue
        if ours in found:
            raise ArgumentError(
                "two arrays are given the same name",
                who=who,
                expected="a name of its own for each array",
                got=f"{found[ours][0]} and {theirs} -> {ours}",
                fix="change the mapping",
            )
        found[ours] = (theirs, array)
    return found


def _turned(name: str, array: np.ndarray, transpose: Any) -> np.ndarray:
    if transpose is None:
        return array
    if callable(transpose):
        return np.asarray(transpose(name, array))
    if isinstance(transpose, Mapping):
        axes: Sequence[int] | None = transpose.get(name)
        return array if axes is None else np.transpose(array, axes)
    if transpose != "torch":
        raise ArgumentError(
            "transpose is not known",
            who="load_weights",
            expected="'torch', a dict of orders of axes, or a function",
            got=repr(transpose),
            fix=suggestion("transpose", transpose, ("torch", None))
            if isinstance(transpose, str)
            else "transpose={'dense/kernel': (1, 0)}",
        )
    if array.ndim < 2 or not name.rpartition("/")[2].endswith("kernel"):
        return array
    # Outputs and inputs come first in PyTorch, and last in Keras: (out, in, *space) -> (*space, in, out).
    return np.transpose(array, (*range(2, array.ndim), 1, 0))


def _guess(extra: list[str], missing: list[str]) -> str:
    near = nearest(extra[0], missing) if missing else None
    return f" (is {extra[0]} our {near}?)" if near else ""


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
