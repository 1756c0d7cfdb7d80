"""What all trials of a search have in common: without it their figures could not be compared."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import jax
import numpy as np

from nyuron.core import ArgumentError
from nyuron.populations import Fold, Given
from nyuron.train import Settings


def conditions_of(given: Given, settings: Settings, folds: list[Fold] | None) -> dict[str, Any]:
    """The data, by a digest, and how they are used; None stands for what cannot be told apart."""
    return {
        "data": digest((given.x, given.y, given.sample_weight)),
        "validation": given.validation_split if given.validation_data is None else digest(given.validation_data),
        "folds": None if folds is None else digest([np.concatenate(fold) for fold in folds]),
        "class_weight": None if given.class_weight is None else str(dict(given.class_weight)),
        "epochs": settings.epochs,
        "batch_size": settings.batch_size,
    }


def check_conditions(before: Mapping[str, Any] | None, now: Mapping[str, Any], folder: Any) -> None:
    """Raise ArgumentError where a search that goes on would compare what cannot be compared."""
    for name, value in now.items():
        earlier = (before or {}).get(name, value)
        if value != earlier and value is not None and earlier is not None:
            is_digest = isinstance(value, str) and name != "class_weight"
            raise ArgumentError(
                f"the search in this folder was begun with {'other' if name == 'data' else 'another'} {name}",
                who=str(folder),
                expected="the same as before" if is_digest else repr(earlier),
                got=f"other {name}" if is_digest else repr(value),
                fix="the same call as before, or another folder",
            )


def digest(value: Any) -> str | None:
    """A hash of arrays, however nested; None of what is no arrays, such as a source of batches."""
    found = hashlib.sha256()
    leaves = [np.asarray(part) if isinstance(part, list) else part for part in _parts(value)]
    for leaf in jax.tree.leaves(leaves):
        if not hasattr(leaf, "__array__") and not isinstance(leaf, int | float | str):
            return None
        array = np.asarray(leaf)
        found.update(f"{array.dtype} {array.shape}".encode())
        found.update(repr(array.tolist()).encode() if array.dtype.hasobject else np.ascontiguousarray(array).tobytes())
    return found.hexdigest()


def _parts(value: Any) -> list[Any]:
    """The members of a pair or a dictionary; lists, which are rows, stay whole."""
    if isinstance(value, Mapping):
        return [part for name in sorted(value) for part in (name, *_parts(value[name]))]
    return [part for entry in value for part in _parts(entry)] if isinstance(value, tuple) else [value]
