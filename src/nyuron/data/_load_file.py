"""A data set from a file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nyuron.core import ArgumentError, DataError
from nyuron.core._errors import suggestion
from nyuron.data._arrays import as_arrays
from nyuron.data._dataset import CLASSIFICATION, Dataset
from nyuron.data._npz import parts_of, read_npz
from nyuron.data._read import read, read_bytes
from nyuron.data._rows import check_finite, rows_of
from nyuron.data._split import split_rows
from nyuron.data._table import Table
from nyuron.data._target import Target, target_of
from nyuron.data._texts import holds_texts


def load_file(
    path: str | os.PathLike[str],
    *,
    target: str | None = None,
    task: str | None = None,
    test: float | int = 0.2,
    seed: int = 0,
    drop: Sequence[str] = (),
    missing: str = "error",
    encoding: str | None = None,
    delimiter: str | None = None,
) -> Dataset:
    """The data set in a CSV, Parquet or .npz file, split into a training and a test part by the seed.

    Of a table, `target` (default: the last column) is predicted from all other columns but `drop`, which hold numbers; or
    from a single column of texts. Rows with gaps are an error, or are left out with ``missing="drop"``. An .npz file holds x and y, or x_train, y_train, x_test, y_test.
    Classes or quantities: the rule of `target_of`, unless `task` says which. Classes keep their shares in both parts.

    Raises: DataError and FileFormatError with file, line, column and repair.
    """
    path = Path(path)
    if missing not in ("error", "drop"):
        raise ArgumentError(
            f"unknown missing={missing!r}",
            who="load_file()",
            expected="'error' or 'drop'",
            got=repr(missing),
            fix=suggestion("missing", missing, ("error", "drop")),
        )
    if path.suffix.lower() == ".npz":
        return _from_npz(path, task, test, seed)
    table = read(path, encoding=encoding, delimiter=delimiter)
    target = table.names[-1] if target is None else table.column(target).name
    dropped = {table.column(name).name for name in ([drop] if isinstance(drop, str) else drop)}
    names = [name for name in table.names if name != target and name not in dropped]
    if not names:
        raise DataError(
            f"there is no column to predict {target!r} from",
            who=str(path),
            expected="at least two columns",
            got=", ".join(table.names),
            fix="check the delimiter, or name another with delimiter="
            if len(table.names) == 1
            else "drop fewer columns",
        )
    notes = [*table.notes]
    is_prose = len(names) == 1 and holds_texts(table, names[0])
    if not is_prose:
        _refuse_mixed(table, names)
        table.check_numeric(names)
    table.check_stray_text(target)
    if table.column(target).kind in ("date", "other"):
        table.check_numeric([target])
    if missing == "drop":
        rows = table.complete_rows([*names, target])
        if not len(rows):
            table.check_complete([*names, target])
        if len(rows) < len(table):
            notes.append(f"{len(table) - len(rows)} of {len(table)} rows have gaps and are left out.")
            table = table.take(rows)
    table.check_complete([*names, target])
    is_truth = str(table.arrow[target].type) == "bool"
    found = target_of(table[target].astype(bool) if is_truth else table[target], task, target)
    x = table[names[0]] if is_prose else table.numbers(names)
    if not is_prose:
        check_finite(x, str(path))
    return _split_into(path, x, found, test, seed, notes, feature_names=tuple(names), target_name=target)


def _refuse_mixed(table: Table, names: list[str]) -> None:
    """Raise DataError for a single column of texts beside columns of numbers."""
    texts = [name for name in names if table.column(name).kind == "text"]
    if len(texts) != 1 or len(names) < 2 or not holds_texts(table, texts[0]):
        return
    others = [name for name in names if name != texts[0]]
    shown = ", ".join(map(repr, others[:8])) + (", …" if len(others) > 8 else "")
    raise DataError(
        f"the column {texts[0]!r} holds texts, which are learned from alone",
        who=str(table.path),
        expected="one column of texts, or columns of numbers",
        got=f"{texts[0]!r} beside {shown}",
        fix=f"to learn from the texts: drop=[{shown}]; from the numbers: drop=[{texts[0]!r}]",
    )


def _from_npz(path: Path, task: str | None, test: float | int, seed: int) -> Dataset:
    read_bytes(path)
    x, y, x_test, y_test = parts_of(read_npz(path), path)
    x = as_arrays(x, f"{path}: x")
    found = target_of(y if y_test is None else np.concatenate([y, y_test]), task)
    rows_of({"x": x, "y": y}, str(path))
    check_finite(x, f"{path}: x")
    is_image = x.dtype == np.uint8 and x.ndim in (3, 4)
    known: dict[str, Any] = {"value_range": (0.0, 255.0)} if is_image else {}
    if x.ndim == 2:
        known["feature_names"] = tuple(f"x{i + 1}" for i in range(x.shape[1]))
    if x_test is None or y_test is None:
        return _split_into(path, x, found, test, seed, [], **known)
    x_test = as_arrays(x_test, f"{path}: x_test")
    rows_of({"x_test": x_test, "y_test": y_test}, str(path))
    n = len(y)
    return Dataset(
        path.stem,
        x,
        found.y[:n],
        x_test,
        found.y[n:],
        found.task,
        class_names=found.class_names,
        notes=(found.note, "The file has a test part of its own."),
        description=str(path),
        **known,
    )


def _split_into(
    path: Path, x: np.ndarray, found: Target, test: float | int, seed: int, notes: list[str], **known: Any
) -> Dataset:
    stratify = None
    if found.task == CLASSIFICATION:
        if np.bincount(found.y).min() > 1:
            stratify = found.y
        else:
            notes.append("Some class has a single row, so the parts do not keep the shares of the classes.")
    train_rows, _, test_rows = split_rows(len(x), test=test, validation=0, seed=seed, stratify=stratify)
    if not len(test_rows):
        raise ArgumentError(
            "the test part would be empty",
            who="load_file()",
            expected="test > 0",
            got=f"test={test}",
            fix="test=0.2 for a fifth of the rows, or test=1 for a single row",
        )
    return Dataset(
        path.stem,
        x[train_rows],
        found.y[train_rows],
        x[test_rows],
        found.y[test_rows],
        found.task,
        class_names=found.class_names,
        notes=(*notes, found.note),
        description=str(path),
        **known,
    )
