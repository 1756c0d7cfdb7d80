"""What rows have in common that every fold should have its share of: classes, or bins of a number."""

from __future__ import annotations

from typing import Any

import numpy as np

from nyuron.core import ArgumentError, DataError, ShapeError

WHO = "folds()"
MOST_BINS = 10


def line_of(values: Any, n: int, name: str) -> np.ndarray:
    """One value a row.

    Raises: ShapeError for any other shape; DataError where one is missing.
    """
    line = np.asarray(values)
    line = line.reshape(len(line)) if line.ndim == 2 and line.shape[1] == 1 else line
    if line.shape != (n,):
        raise ShapeError(
            f"{name} does not fit the rows", who=WHO, expected=f"({n},)", got=line.shape, fix="pass one value a row"
        )
    missing = np.flatnonzero(line != line if line.dtype.kind == "f" else ())
    if len(missing):
        raise DataError(
            f"{name} has values that are missing",
            who=WHO,
            expected="a value in every row",
            got=f"NaN in {len(missing)} rows, row {missing[0]} first",
            fix=f"leave these rows out, or give {name} a value there",
        )
    return line


def strata_of(stratify: Any, y: Any, n: int, k: int) -> np.ndarray | None:
    """The class of each row, or None where folds are not stratified."""
    if stratify is None or stratify is False:
        return None
    takes_bins = isinstance(stratify, str)
    if takes_bins and stratify != "quantiles":
        raise ArgumentError(
            "stratify cannot be used",
            who=WHO,
            expected="labels, True, or 'quantiles'",
            got=repr(stratify),
            fix="stratify=True takes y as labels",
        )
    if (takes_bins or stratify is True) and isinstance(y, int | np.integer):
        raise ArgumentError(
            f"stratify={stratify!r} needs the targets",
            who=WHO,
            expected="y in the place of the number of rows",
            got=f"{y} rows",
            fix="folds(y, …)",
        )
    if takes_bins:
        return _bins(line_of(y, n, "y"), k)
    labels = np.asarray(y if stratify is True else stratify)
    if labels.ndim == 2 and labels.shape[1] > 1:
        labels = _from_one_hot(labels)
    labels = line_of(labels, n, "stratify")
    if labels.dtype.kind == "f" and not (labels == np.floor(labels)).all():
        raise DataError(
            "the labels to stratify by are measured numbers",
            who=WHO,
            expected="classes",
            got=f"{len(np.unique(labels))} values such as {labels[labels != np.floor(labels)][0]:g}",
            fix="stratify='quantiles'",
        )
    return labels


def check_classes(labels: np.ndarray, k: int) -> None:
    """Raise DataError if a class has fewer rows than there are folds."""
    names, counts = np.unique(labels, return_counts=True)
    if counts.min() < k:
        raise DataError(
            f"class {names[counts.argmin()].item()!r} is too rare to be in each of {k} folds",
            who=WHO,
            expected=f"at least {k} rows of every class",
            got=counts.min(),
            fix=f"k={counts.min()}, join rare classes, or leave stratify out"
            if counts.min() > 1
            else "join rare classes, or leave stratify out",
        )


def _bins(y: np.ndarray, k: int) -> np.ndarray:
    """Bins that hold equally many rows, at least k where values differ."""
    if y.dtype.kind not in "iuf" or not np.isfinite(y).all():
        raise DataError(
            "quantiles need finite numbers", who=WHO, expected="y of numbers", got=f"{y.dtype}", fix="stratify=True"
        )
    bins = min(MOST_BINS, len(y) // k)
    edges = np.quantile(y, np.arange(1, bins) / bins) if bins > 1 else np.empty(0)
    codes = np.unique(np.searchsorted(edges, y, side="right"), return_inverse=True)[1]
    # Many equal values can leave a bin with few rows, which then joins the one below it (the first: above it).
    while (counts := np.bincount(codes)).min() < k and len(counts) > 1:
        small = int(counts.argmin())
        codes = np.where(codes >= max(small, 1), codes - 1, codes)
    return codes


def _from_one_hot(labels: np.ndarray) -> np.ndarray:
    is_one_hot = ((labels == 0) | (labels == 1)).all() and (labels.sum(axis=1) == 1).all()
    if not is_one_hot:
        raise DataError(
            "the labels to stratify by are several a row",
            who=WHO,
            expected="one label a row, or one-hot rows",
            got=f"shape {labels.shape}",
            fix="pass one label a row as stratify=",
        )
    return labels.argmax(axis=1)
