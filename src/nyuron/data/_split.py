"""Training, validation and test parts, by a seed."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from nyuron.core import ArgumentError, DataError
from nyuron.data._rows import rows_of, take_rows


class Part(NamedTuple):
    """One part of a split: its examples, their targets, and which rows of the whole they are."""

    x: Any
    y: Any
    rows: np.ndarray


class Split(NamedTuple):
    """The three parts, for learning, for choosing, and for judging once."""

    train: Part
    validation: Part
    test: Part


def split(
    x: Any,
    y: Any = None,
    *,
    test: float | int = 0.2,
    validation: float | int = 0.2,
    seed: int = 0,
    stratify: Any = None,
) -> Split:
    """Split the rows of `x` (an array, or a tuple or dict of arrays) and `y` at random, without overlap.

    A fraction in [0, 1) is of the whole and rounded to rows, an integer is a number of rows. `stratify`: labels, one a
    row, whose shares every part keeps to within one row; True takes `y`.

    Raises: ArgumentError if the training part would be empty; ShapeError if lengths differ; DataError if a class has
        fewer rows than there are parts.
    Source: sklearn.model_selection.train_test_split, with a validation part.
    Example:
        >>> parts = split(np.arange(10), test=0.2, validation=3)
        >>> [len(part.rows) for part in parts]
        [5, 3, 2]
    """
    n = rows_of((x, y) if y is not None else x)
    labels = y if stratify is True else None if stratify is False else stratify
    if stratify is True and y is None:
        raise ArgumentError("stratify=True needs y", who="split()", fix="pass y, or the labels themselves as stratify=")
    indices = split_rows(n, test=test, validation=validation, seed=seed, stratify=labels)
    return Split(*(Part(take_rows(x, rows), take_rows(y, rows), rows) for rows in indices))


def split_rows(
    n: int, *, test: float | int = 0.2, validation: float | int = 0.2, seed: int = 0, stratify: Any = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Row numbers of the training, validation and test parts of `n` rows; arguments as in `split`.

    Example:
        >>> sorted(int(row) for part in split_rows(5) for row in part)
        [0, 1, 2, 3, 4]
    """
    n_test, n_validation = _count("test", test, n), _count("validation", validation, n)
    if n_test + n_validation >= n:
        raise ArgumentError(
            "no rows would be left to train on",
            who="split()",
            expected=f"test + validation < {n} rows",
            got=f"test={test} and validation={validation}: {n_test} + {n_validation} rows",
            fix="take smaller parts, or validation=0",
        )
    random = np.random.default_rng(seed)
    order = random.permutation(n)
    if stratify is not None:
        order = _interleaved(order, _labels(stratify, n, parts=1 + bool(n_test) + bool(n_validation)))
    return order[n_test + n_validation :], order[n_test : n_test + n_validation], order[:n_test]


def _count(name: str, size: float | int, n: int) -> int:
    whole = isinstance(size, int | np.integer) and not isinstance(size, bool)
    if isinstance(size, bool) or size < 0 or (not whole and size >= 1):
        raise ArgumentError(
            f"{name}={size!r} is no size of a part",
            who="split()",
            expected="a fraction in [0, 1), or a number of rows",
            got=repr(size),
            fix=f"{name}=0.2 for a fifth of the rows",
        )
    return int(size) if whole else round(float(size) * n)


def _labels(stratify: Any, n: int, parts: int) -> np.ndarray:
    labels = np.asarray(stratify)
    labels = labels.reshape(len(labels), -1)[:, 0] if labels.ndim and labels.size == len(labels) else labels
    if labels.shape != (n,):
        raise ArgumentError(
            "the labels to stratify by do not fit the rows",
            who="split()",
            expected=f"({n},)",
            got=labels.shape,
            fix="pass one label a row",
        )
    names, codes, counts = np.unique(labels, return_inverse=True, return_counts=True)
    if counts.min() < parts:
        raise DataError(
            f"class {names[counts.argmin()].item()!r} is too rare to be in every part",
            who="split()",
            expected=f"at least {parts} rows of every class",
            got=f"{counts.min()}",
            fix="join rare classes, or split without stratify",
        )
    return codes


def _interleaved(order: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """A reordering in which every class is spread evenly, so that each stretch holds its share.

    The j-th of the c rows of a class goes to position (j + ½) / c of the whole.
    """
    shuffled = codes[order]
    by_class = np.argsort(shuffled, kind="stable")
    counts = np.bincount(codes)
    within = np.arange(len(codes)) - np.repeat(np.cumsum(counts) - counts, counts)
    place = np.empty(len(codes))
    place[by_class] = (within + 0.5) / counts[shuffled[by_class]]
    return order[np.argsort(place, kind="stable")]
