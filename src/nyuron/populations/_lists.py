"""What a population is given, one entry a member."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nyuron.core import ArgumentError, KindError


def values_of(given: Any) -> list[dict[str, Any]] | None:
    """One mapping of hyperparameters a member.

    Raises: ArgumentError for lists of different lengths; KindError for what is no list.
    """
    if given is None:
        return None
    if not isinstance(given, Mapping):
        return [dict(values) for values in given]
    for name, values in given.items():
        if isinstance(values, str | bytes) or not hasattr(values, "__len__"):
            raise KindError(
                f"hyperparameter {name!r} needs a value for each member",
                who="Population",
                expected="a list",
                got=repr(values)[:60],
                fix=f"{{{name!r}: [{values!r}, …]}}",
            )
    lengths = {name: len(values) for name, values in given.items()}
    if len(set(lengths.values())) != 1:
        raise ArgumentError(
            "the lists of hyperparameters differ in length" if lengths else "there are no hyperparameters",
            who="Population",
            expected="a value for each member in each list",
            got=", ".join(f"{name}: {count}" for name, count in lengths.items()) or "no list",
            fix="nyuron.tune tries combinations; here each member's values stand at its place"
            if lengths
            else "leave hyperparameters out, and say members=8",
        )
    return [dict(zip(given, values, strict=True)) for values in zip(*given.values(), strict=True)]


def checked_seeds(given: Any) -> Sequence[int]:
    """The members' seeds.

    Raises: ArgumentError unless they are whole numbers from 0 on.
    """
    array = np.asarray(given)
    if array.ndim != 1 or array.dtype.kind not in "iu" or (array < 0).any():
        raise ArgumentError(
            "the seeds cannot be used",
            who="Population",
            expected="a list of whole numbers from 0 on, one a member",
            got=repr(given)[:60],
            fix="seeds=range(8), or seed=0 and members=8",
        )
    return [int(seed) for seed in array]


def count_of(members: Any, each: list[Any] | None, seeds: Sequence[int] | None) -> int:
    """How many members there are.

    Raises: ArgumentError if that is not said, or said twice and differently.
    """
    counts = {
        name: count
        for name, count in (
            ("members", members),
            ("hyperparameters", None if each is None else len(each)),
            ("seeds", None if seeds is None else len(seeds)),
        )
        if count is not None
    }
    if not counts:
        return 64
    is_whole = all(hasattr(count, "__index__") and not isinstance(count, bool) for count in counts.values())
    if not is_whole or min(counts.values()) < 1:
        raise ArgumentError(
            "this is no number of members",
            who="Population",
            expected="a whole number, 1 or more",
            got=", ".join(f"{name}: {count!r}" for name, count in counts.items()),
            fix="members=8",
        )
    if len(set(counts.values())) > 1:
        raise ArgumentError(
            "the numbers of members disagree",
            who="Population",
            expected="one number, at least 1",
            got=", ".join(f"{name}: {count}" for name, count in counts.items()),
            fix="leave members= out: it follows from the lists",
        )
    return int(next(iter(counts.values())))
