"""A series from a table."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import numpy as np

from nyuron.core import DataError
from nyuron.data._dataset import Dataset
from nyuron.data._read import read
from nyuron.data._rows import check_finite
from nyuron.data._series import Steps, check_times, series_dataset
from nyuron.data._table import Table

_FORMATS = ("%Y-%m-%d", "%Y.%m.%d", "%Y/%m/%d", "%Y. %m. %d.", "%Y-%m", "%Y.%m", "%Y/%m", "%d.%m.%Y", "%m/%d/%Y")
_CLOCKS = ("", " %H:%M", " %H:%M:%S", "T%H:%M:%S")


def load_series(
    path: str | os.PathLike[str],
    *,
    target: str | None = None,
    time: str | None = None,
    window: int | None = None,
    horizon: int = 1,
    test: float | int = 0.2,
    drop: Sequence[str] = (),
    missing: str = "error",
) -> Dataset:
    """The series in a CSV or Parquet file, a row for each step, as windows with what comes `horizon` steps after them.

    `target` (default: the last column) is predicted from all columns of numbers, itself among them. Rows are put in
    order of the column `time`, of dates or numbers; without one they are in order. Rows with gaps are an error, or are
    left out with ``missing="drop"``; no window reaches over what is left out.

    Raises: DataError and FileFormatError with file, line, column and repair.
    """
    path = Path(path)
    table = read(path)
    target = table.names[-1] if target is None else table.column(target).name
    time = None if time is None else table.column(time).name
    gone = {table.column(name).name for name in ([drop] if isinstance(drop, str) else drop)}
    others = [name for name in table.names if name not in gone and name not in (time, target)]
    columns = tuple(name for name in table.names if name == target or name in others)
    if missing != "drop":
        table.check_numeric(columns)
    steps = steps_of(table, columns, time, drops=missing == "drop")
    notes = list(table.notes)
    if len(steps.values) < len(table):
        notes.append(f"{len(table) - len(steps.values)} of {len(table)} rows have gaps and are left out.")
    return series_dataset(
        path.stem, steps, target, window=window, horizon=horizon, test=test, notes=notes, description=str(path)
    )


def steps_of(table: Table, columns: Sequence[str], time: str | None, *, drops: bool = False) -> Steps:
    """These columns of a table as a series, in order of time.

    Raises: DataError for text, gaps, unless rows with gaps are to be left out, and times that cannot be read or occur
        twice.
    """
    table.check_numeric(columns)
    rows = table.complete_rows([*columns, *([time] if time else [])]) if drops else np.arange(len(table))
    if not drops or not len(rows):
        table.check_complete([*columns, *([time] if time else [])])
    values = np.stack([table[name] for name in columns], axis=1)[rows]
    check_finite(values, str(table.path))
    if time is None:
        return Steps(values, rows, tuple(columns))
    times = times_of(table, time)[rows]
    order = np.argsort(times, kind="stable")
    check_times(times[order], str(table.path), time)
    return Steps(values[order], times[order], tuple(columns), time)


def times_of(table: Table, name: str) -> np.ndarray:
    """A column of dates as datetime64[s], NaT where it is empty; or of numbers.

    Raises: DataError for text that is no date.
    """
    column = table.column(name)
    if column.kind == "numeric":
        return table[name]
    values = table.arrow[name].to_pylist()
    if column.kind == "date":
        try:
            return np.array([None if v is None else v.isoformat()[:19] for v in values], "datetime64[s]")
        except (ValueError, AttributeError):  # times of a day, spans
            values = [str(v) for v in values]
    known = [str(v).strip() for v in values if v is not None]
    for form in (day + clock for day in _FORMATS for clock in _CLOCKS):
        try:
            for value in known:
                datetime.strptime(value, form)
        except ValueError:
            continue
        return np.array(
            [None if v is None else datetime.strptime(str(v).strip(), form).isoformat() for v in values],
            "datetime64[s]",
        )
    raise DataError(
        f"the column {name!r} holds no times",
        who=str(table.path),
        expected="dates such as 2020-01-31 or 2020-01-31 12:00, or numbers",
        got=repr(known[0]) if known else "nothing",
        fix="name another column, or none when the rows are in order",
    )
