"""What is to be predicted: classes or numbers."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from nyuron.core import ArgumentError, DataError
from nyuron.data._dataset import CLASSIFICATION, REGRESSION

FEW_CLASSES = 20


class Target(NamedTuple):
    """Targets ready for training, and how they were understood."""

    y: np.ndarray
    task: str
    class_names: tuple[str, ...]
    note: str


def target_of(values: Any, task: str | None = None, name: str = "target") -> Target:
    """Targets as class numbers (int32) or as numbers (float32).

    Without `task`: text and truth values are classes. Whole numbers are classes when there are at most 20 different
    ones and at least two rows for each on average. Everything else is a quantity. Classes are sorted, and class k is
    `class_names[k]`; rows of zeros with a single one (one-hot) are classes too.

    Raises: DataError if values are missing, all equal, or do not fit the task; ArgumentError for an unknown task.
    Example:
        >>> target_of(["cat", "dog", "cat"]).y.tolist()
        [0, 1, 0]
        >>> target_of([1.5, 2.25, 3.0]).task
        'regression'
    """
    if task not in (None, CLASSIFICATION, REGRESSION):
        raise ArgumentError(
            f"unknown task {task!r}",
            expected="'classification', 'regression', or None to find out",
            got=repr(task),
            fix=f"task={CLASSIFICATION!r} or task={REGRESSION!r}",
        )
    values = np.asarray(values)
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    _refuse_missing(values, name)
    if values.ndim == 2:
        return _several(values, task, name)
    is_text = values.dtype.kind in "OUSb"
    distinct, codes = np.unique(values.astype(str) if values.dtype.kind == "O" else values, return_inverse=True)
    if len(distinct) < 2:
        raise DataError(
            f"the target {name!r} is the same in every row",
            expected="at least two different values",
            got=repr(distinct[0].item() if len(distinct) else None),
            fix="choose another column as target",
        )
    if is_text and task == REGRESSION:
        raise DataError(
            f"the target {name!r} is no number, so it cannot be regressed on",
            expected="numbers",
            got=repr(distinct[0].item()),
            fix=f"choose another target, or task={CLASSIFICATION!r}",
        )
    is_whole = is_text or bool(np.all(np.mod(distinct, 1) == 0))
    if task == CLASSIFICATION and not is_whole:
        raise DataError(
            f"the target {name!r} holds fractions, which are no classes",
            expected="text or whole numbers",
            got=f"{len(distinct)} different values such as {distinct[0].item()!r}",
            fix=f"task={REGRESSION!r}",
        )
    if is_text and task is None and len(distinct) > max(FEW_CLASSES, len(values) / 2):
        raise DataError(
            f"the target {name!r} has {len(distinct)} different texts in {len(values)} rows, which are no classes",
            expected="a few classes, or numbers",
            got=repr(distinct[0].item()),
            fix=f"choose another column as target, or task={CLASSIFICATION!r} if they are classes indeed",
        )
    few = len(distinct) <= min(FEW_CLASSES, len(values) / 2)
    if task == CLASSIFICATION or (task is None and (is_text or (is_whole and few))):
        names = tuple(str(value.item() if is_text else int(value)) for value in distinct)
        why = "" if is_text or task else f"; task={REGRESSION!r} if they are quantities"
        note = f"The target {name!r} has {len(distinct)} different values, taken as classes{why}."
        return Target(codes.reshape(-1).astype(np.int32), CLASSIFICATION, names, note)
    span = f"{float(distinct[0]):g} … {float(distinct[-1]):g}"
    return Target(values.astype(np.float32), REGRESSION, (), f"The target {name!r} is a quantity ({span}).")


def _several(values: np.ndarray, task: str | None, name: str) -> Target:
    one_hot = values.dtype.kind in "fiub" and bool(np.all((values == 0) | (values == 1)) and np.all(values.sum(1) == 1))
    if one_hot and task != REGRESSION:
        names = tuple(str(k) for k in range(values.shape[1]))
        note = f"The target {name!r} is one-hot: {len(names)} classes."
        return Target(values.argmax(1).astype(np.int32), CLASSIFICATION, names, note)
    if task == CLASSIFICATION or values.dtype.kind not in "fiu":
        raise DataError(
            f"the target {name!r} has {values.shape[1]} columns that are no one-hot classes",
            expected="(rows,), or rows of zeros with a single one",
            got=f"{values.shape} {values.dtype}",
            fix="pass one class number a row",
        )
    return Target(values.astype(np.float32), REGRESSION, (), f"The target {name!r} is {values.shape[1]} quantities.")


def _refuse_missing(values: np.ndarray, name: str) -> None:
    if values.ndim not in (1, 2) or not len(values):
        raise DataError(
            f"the target {name!r} has the wrong shape",
            expected="(rows,) or (rows, outputs)",
            got=values.shape,
            fix="a class or number a row: y.reshape(len(y), -1)"
            if values.ndim > 2
            else "np.atleast_1d(y), with at least one row",
        )
    if values.dtype.kind == "O":
        gaps = np.array([value is None or value != value for value in values.reshape(-1)])
    elif values.dtype.kind == "f":
        gaps = ~np.isfinite(values.reshape(-1))
    elif values.dtype.kind in "iubUS":
        return
    else:
        raise DataError(f"the target {name!r} holds neither numbers nor text", got=str(values.dtype), fix="convert it")
    if gaps.any():
        raise DataError(
            f"the target {name!r} is missing in {int(gaps.sum())} of {len(values)} rows",
            expected="a value in every row",
            got=f"nothing in row {int(np.argmax(gaps))}",
            fix="missing='drop' leaves such rows out",
        )
