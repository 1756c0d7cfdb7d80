"""A part of a fold's training rows, held out for early stopping to watch."""

from __future__ import annotations

from typing import Any

import numpy as np

from nyuron.core import ArgumentError, DataError
from nyuron.data import split_rows
from nyuron.populations._folds import Fold


def held_out(
    fold: Fold, share: float, *, seed: int, labels: Any = None, groups: Any = None, is_time: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """The rows that still train, and the share of the fold's training rows that is held out.

    Drawn at random, each class of `labels` by its share; whole `groups` until the share is reached; the newest rows where
    rows lie in order of time.

    Raises: ArgumentError if one of the parts would be empty.
    """
    rows, count = fold.train, round(share * len(fold.train))
    if not 0 < share < 1 or not 0 < count < len(rows):
        raise ArgumentError(
            "validation_split leaves one part empty",
            who="cross_validate()",
            expected="a share between 0 and 1 that leaves rows in both parts",
            got=f"{share} of {len(rows)} rows",
            fix="validation_split=0.2",
        )
    if is_time:
        return rows[:-count], rows[-count:]
    if groups is not None:
        is_held = _whole_groups(groups[rows], count, seed)
        return rows[~is_held], rows[is_held]
    try:
        kept, held, _ = split_rows(
            len(rows), test=0, validation=count, seed=seed, stratify=None if labels is None else labels[rows]
        )
    except DataError:  # a class of one row cannot be in both parts
        kept, held, _ = split_rows(len(rows), test=0, validation=count, seed=seed)
    return rows[np.sort(kept)], rows[np.sort(held)]


def _whole_groups(groups: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Which rows are of the groups that are drawn first, until they have at least so many rows."""
    codes, sizes = np.unique(groups, return_inverse=True, return_counts=True)[1:]
    if len(sizes) < 2:
        raise ArgumentError(
            "a fold trains on one group only, so that none can be held out",
            who="cross_validate()",
            expected="two groups or more in each fold's training rows",
            got="one",
            fix="a larger k, or validation_split=0",
        )
    order = np.random.default_rng(seed).permutation(len(sizes))
    drawn = int(np.searchsorted(np.cumsum(sizes[order]), count)) + 1
    return np.isin(codes, order[: min(drawn, len(sizes) - 1)])
