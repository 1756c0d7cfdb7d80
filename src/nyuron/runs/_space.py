"""All combinations of flags, or a share of them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from nyuron.core import ArgumentError
from nyuron.runs._flags import plain


def combinations(
    flags: Mapping[str, Any], sample: float | None = None, seed: int = 0
) -> tuple[int, list[dict[str, Any]]]:
    """How many combinations there are, and those that are to be run.

    `flags` maps each name to its values, or to a single one. Without `sample` all combinations in order, the last flag
    changing fastest; with a `sample` that share of them, drawn without replacement in an order that `seed` fixes.

    Raises: ArgumentError for a flag without values, one given twice, or a sample that is no share.
    Example:
        >>> combinations({"units": [16, 32], "rate": 0.1})
        (2, [{'units': 16, 'rate': 0.1}, {'units': 32, 'rate': 0.1}])
        >>> len(combinations({"a": range(8), "b": range(81)}, sample=0.7)[1])
        454
    """
    values = {name: _values(name, given) for name, given in flags.items()}
    sizes = tuple(map(len, values.values()))
    every = math.prod(sizes)
    if sample is not None and not 0 < sample <= 1:
        raise ArgumentError(
            "the sample is a share of all combinations",
            who="tuning_run",
            expected="more than 0, at most 1",
            got=sample,
            fix="sample=0.7",
        )
    if sample is None:
        chosen: Any = range(every)
    else:
        chosen = np.random.default_rng(seed).choice(every, size=max(round(sample * every), 1), replace=False)

    def combination(index: int) -> dict[str, Any]:
        at = np.unravel_index(index, sizes) if sizes else ()
        return {name: values[name][int(i)] for name, i in zip(values, at, strict=True)}

    return every, [combination(int(index)) for index in chosen]


def _values(name: str, given: Any) -> list[Any]:
    who = f"tuning_run, flag {name!r}"
    if isinstance(given, str) or not hasattr(given, "__iter__"):
        return [plain(given, who)]
    values = [plain(value, who) for value in given]
    if not values:
        raise ArgumentError("the flag has no values", who=who, expected="one or more", got="none", fix="leave it out")
    twice = [value for i, value in enumerate(values) if value in values[:i] and not _is_other(value, values[:i])]
    if twice:
        raise ArgumentError(
            "a value is given twice",
            who=who,
            expected="each once",
            got=repr(twice[0]),
            fix=f"leave one of the {twice[0]!r} out of {name}",
        )
    return values


def _is_other(value: Any, values: list[Any]) -> bool:
    """Whether the values equal to it are of another type: 1 and True, say."""
    return all(type(value) is not type(other) for other in values if other == value)
