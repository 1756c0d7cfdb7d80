"""Folds: which rows train and which validate, again and again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from nyuron.core import ArgumentError, DataError
from nyuron.data import rows_of
from nyuron.populations._strata import WHO, check_classes, line_of, strata_of

QUANTILES = "quantiles"
EQUAL = "equal"


class Fold(NamedTuple):
    """The rows that train, and the rows that validate; int32."""

    train: np.ndarray
    validation: np.ndarray


def folds(
    y: Any,
    k: int = 5,
    *,
    cv: Any = None,
    repeats: int = 1,
    stratify: Any = None,
    groups: Any = None,
    times: Any = None,
    gap: int = 0,
    test_size: int | None = None,
    max_train_size: int | str | None = None,
    shuffle: bool = True,
    seed: int = 0,
) -> list[Fold]:
    """`k` ways to cut rows into a training and a validation part, so that every row validates once (a `repeat`).

    `y` is the targets, or the number of rows. The cuts are scikit-learn's, to the row:

    - nothing else: KFold; with k equal to the number of rows LeaveOneOut; with `repeats` RepeatedKFold.
    - `stratify` (labels, one a row; True takes `y`; "quantiles" takes up to ten bins of a `y` that is measured):
      StratifiedKFold, or RepeatedStratifiedKFold.
    - `groups` (one a row): a group is never on both sides: GroupKFold, with `stratify` StratifiedGroupKFold.
    - `times` (one a row, rising; True if rows lie in order of time): TimeSeriesSplit, which validates on what comes after
      `gap` rows after the training rows. These grow from fold to fold, or slide: at most the newest `max_train_size`
      rows, "equal" for as many in each fold as in the first (then one program trains all folds).

    `cv` takes the place of all this: a splitter of scikit-learn, or pairs (training rows, validation rows).

    Raises: ArgumentError if k is more than the rows, or the groups, or options exclude each other; DataError if a class
        has fewer rows than k, or times fall.
    Source: sklearn.model_selection.
    Example:
        >>> for train, validation in folds(4, k=2, shuffle=False):
        ...     print(train.tolist(), validation.tolist())
        [2, 3] [0, 1]
        [0, 1] [2, 3]
    """
    n = _count_of(y)
    groups = None if groups is None else line_of(groups, n, "groups")
    if cv is not None:
        return _given(cv, n, y, groups)
    _check_numbers(n, k, repeats, shuffle)
    if times is not None:
        _refuse("times", stratify=stratify, groups=groups, repeats=None if repeats == 1 else repeats)
        check_rising(times, n)
        return _pairs(_by_time(n, k, gap, test_size, max_train_size).split(np.empty(n)))
    _refuse(None, gap=gap or None, test_size=test_size, max_train_size=max_train_size)
    labels = strata_of(stratify, y, n, k)
    if groups is not None:
        return _grouped(groups, labels, k, repeats, seed if shuffle else None)
    from sklearn import model_selection as sk

    if k == n and labels is None:
        return _pairs(sk.LeaveOneOut().split(np.empty(n)))
    options: dict[str, Any] = {"n_splits": k, "random_state": seed if shuffle else None}
    if labels is not None:
        check_classes(labels, k)
    if repeats > 1:
        splitter = (sk.RepeatedKFold if labels is None else sk.RepeatedStratifiedKFold)(n_repeats=repeats, **options)
    else:
        splitter = (sk.KFold if labels is None else sk.StratifiedKFold)(shuffle=shuffle, **options)
    return _pairs(splitter.split(np.empty(n), labels))


def check_rising(times: Any, n: int) -> None:
    """Raise DataError if a row's time is before that of the row above it, or is none."""
    if times is True:
        return
    line = line_of(times, n, "times")
    fallen = np.flatnonzero(~(line[1:] >= line[:-1]))
    if len(fallen):
        at = int(fallen[0]) + 1
        raise DataError(
            "the rows are not in order of time",
            who=WHO,
            expected="times that rise from row to row",
            got=f"{line[at]} in row {at}, after {line[at - 1]}",
            fix="order = numpy.argsort(times, kind='stable'); then x[order], y[order], times[order]",
        )


def _count_of(y: Any) -> int:
    if isinstance(y, int | np.integer) and not isinstance(y, bool):
        return int(y)
    # A list of numbers or words is a line of labels; one of arrays has the rows of these.
    is_line = isinstance(y, list) and not any(np.ndim(value) for value in y)
    return rows_of(np.asarray(y) if is_line else y, "y")


def _check_numbers(n: int, k: Any, repeats: int, shuffle: bool) -> None:
    if isinstance(k, bool) or not isinstance(k, int | np.integer) or k < 2:
        raise ArgumentError(
            "k is no number of folds",
            who=WHO,
            expected="an integer of 2 or more",
            got=repr(k),
            fix="k=5; a splitter or pairs of rows go to cv=",
        )
    if k > n:
        raise ArgumentError(
            "there are more folds than rows",
            who=WHO,
            expected=f"k of at most {n}" if n > 1 else "at least two rows",
            got=f"k={k} of {n} rows",
            fix=f"k={n}" if n > 1 else "more rows",
        )
    if repeats < 1 or (repeats > 1 and (not shuffle or k == n)):
        raise ArgumentError(
            "these repeats would repeat nothing, or the same",
            who=WHO,
            expected="1 or more; above 1 only where folds are drawn at random",
            got=f"repeats={repeats}, shuffle={shuffle}, k={k} of {n} rows",
            fix="repeats=1, or shuffle=True and a smaller k",
        )


def _refuse(what: str | None, **options: Any) -> None:
    named = [name for name, value in options.items() if value is not None and value is not False]
    if named:
        is_time = what is not None
        raise ArgumentError(
            f"{' and '.join(named)} cannot be used {'with' if is_time else 'without'} times",
            who=WHO,
            expected="times alone" if is_time else "times=, or times=True where rows lie in order of time",
            got=", ".join(f"{name}=…" if np.ndim(options[name]) else f"{name}={options[name]!r}" for name in named),
            fix=f"leave {'one of the two' if is_time else 'them'} out",
        )


def _by_time(n: int, k: int, gap: int, test_size: int | None, max_train_size: int | str | None) -> Any:
    from sklearn.model_selection import TimeSeriesSplit

    size = n // (k + 1) if test_size is None else test_size
    first = n - k * size - gap
    if size < 1 or first < 1 or gap < 0:
        raise ArgumentError(
            "no rows are left to train the first fold",
            who=WHO,
            expected=f"k validation parts, the gap and at least one row before them within {n} rows",
            got=f"k={k} parts of {max(size, 1)} rows, gap={gap}",
            fix="a smaller k, test_size or gap",
        )
    if isinstance(max_train_size, str) and max_train_size != EQUAL:
        raise ArgumentError(
            "max_train_size cannot be used",
            who=WHO,
            expected=f"rows, or {EQUAL!r}",
            got=repr(max_train_size),
            fix=f"max_train_size={EQUAL!r} for the length of the first fold, a number of rows, or None for all",
        )
    most: Any = first if max_train_size == EQUAL else max_train_size
    return TimeSeriesSplit(n_splits=k, gap=gap, test_size=test_size, max_train_size=most)


def _grouped(groups: np.ndarray, labels: np.ndarray | None, k: int, repeats: int, seed: int | None) -> list[Fold]:
    from sklearn import model_selection as sk

    count = len(np.unique(groups))
    if count < k:
        raise ArgumentError(
            "there are fewer groups than folds",
            who=WHO,
            expected=f"k of at most {count}",
            got=f"k={k}",
            fix=f"k={count}" if count > 1 else "leave groups out: there is one group only",
        )
    if labels is not None:
        check_classes(labels, k)
    kind: Any = sk.GroupKFold if labels is None else sk.StratifiedGroupKFold
    found = []
    for i in range(repeats):
        splitter = kind(k) if seed is None else kind(k, shuffle=True, random_state=seed + i)
        found += _pairs(splitter.split(np.empty(len(groups)), labels, groups))
    return found


def _given(cv: Any, n: int, y: Any, groups: np.ndarray | None) -> list[Fold]:
    """The folds of a splitter, or pairs of rows (or of masks), looked over."""
    if hasattr(cv, "split"):
        targets = None if isinstance(y, int | np.integer) else np.asarray(y)
        cv = cv.split(np.empty((n, 1)), targets, groups)
    elif isinstance(cv, str | bytes) or not isinstance(cv, Iterable):
        raise ArgumentError(
            "cv cannot be used",
            who=WHO,
            expected="a splitter of scikit-learn, or pairs (training rows, validation rows)",
            got=repr(cv)[:60],
            fix="k=5 for a number of folds",
        )
    found = []
    for i, pair in enumerate(cv):
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise ArgumentError(
                f"entry {i} of cv is no pair",
                who=WHO,
                expected="(training rows, validation rows)",
                got=repr(pair)[:60],
                fix="cv=list(splitter.split(x)), or cv=[(train_rows, validation_rows), …]",
            )
        found.append(Fold(*(_rows(rows, n, i) for rows in pair)))
        both = np.intersect1d(found[-1].train, found[-1].validation)
        if len(both):
            raise DataError(
                f"fold {i} validates on rows that it trains on",
                who=WHO,
                expected="rows on one side only",
                got=f"{len(both)} on both, row {both[0]} first",
                fix="take them out of one side",
            )
    if not found:
        raise ArgumentError(
            "cv gives no fold",
            who=WHO,
            expected="at least one",
            got="none",
            fix="k=5, or list(splitter.split(x)): a generator that has run out gives none",
        )
    return found


def _rows(rows: Any, n: int, fold: int) -> np.ndarray:
    array = np.asarray(rows)
    if array.dtype == bool and array.shape == (n,):
        array = np.flatnonzero(array)
    is_whole = array.ndim == 1 and array.dtype.kind in "iu"
    if not is_whole or array.size == 0 or array.min() < 0 or array.max() >= n:
        got = f"{array.dtype} of shape {array.shape}"
        got += f" from {array.min()} to {array.max()}" if is_whole and array.size else ""
        raise ArgumentError(
            f"fold {fold} names rows that are none",
            who=WHO,
            expected=f"at least one row of 0 … {n - 1}, or a mask of {n}",
            got=got,
            fix="count rows from 0",
        )
    return array.astype(np.int32)


def _pairs(found: Iterable[Any]) -> list[Fold]:
    return [Fold(np.asarray(a, np.int32), np.asarray(b, np.int32)) for a, b in found]
