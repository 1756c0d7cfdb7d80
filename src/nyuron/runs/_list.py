"""ls_runs: all runs as a table."""

from __future__ import annotations

import importlib.util
import json
import math
import os
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from nyuron.core import ArgumentError, UnknownNameError, nearest
from nyuron.core._errors import suggestion
from nyuron.runs._find import runs_in
from nyuron.runs._info import RunInfo, better, is_number
from nyuron.runs._where import condition

_FIRST = (
    *("run_dir", "script", "status", "start", "end", "seconds", "epochs", "epochs_completed", "stopped", "error"),
    *("parameters",),
)
_GROUPS = ("flag_", "metric_", "best_", "eval_", "record_")
Where = str | Callable[[Mapping[str, Any]], bool] | None


def ls_runs(
    base: str | os.PathLike[str] = "runs",
    where: Where = None,
    order: str = "start",
    decreasing: bool | None = None,
    latest_n: int | None = None,
    backend: str | None = None,
) -> Any:
    """A data frame with a row a run: a script's, or one of `nyuron train`.

    Columns: run_dir, script, status, start and end (UTC), seconds, epochs (asked for) and epochs_completed, stopped,
    error, parameters; ``flag_*``; ``metric_*``, each figure of the last epoch; ``best_*``, its best over the epochs;
    ``eval_*`` of the last evaluation; ``record_*``. What a run does not have is missing.

    `where` keeps some runs: text such as ``"metric_val_loss < 0.3 and flag_optimizer == 'adam'"``, or a function of a
    row. `order` names the column to sort by: times latest first, figures best first, unless `decreasing` says
    otherwise; what is missing comes last. `latest_n` looks at that many latest runs only. `backend` is 'pandas',
    'polars' or 'pyarrow'; by default pandas where it is installed.

    Raises: UnknownNameError for a column that no run has; ArgumentError for a condition that cannot be read.
    Source: tfruns::ls_runs.
    """
    return frame_of(rows_of(select(base, where, order, decreasing, latest_n)), backend)


def select(
    base: str | os.PathLike[str] = "runs",
    where: Where = None,
    order: str = "start",
    decreasing: bool | None = None,
    latest_n: int | None = None,
) -> list[RunInfo]:
    """The runs that `ls_runs` lists, as RunInfos in the same order."""
    runs = runs_in(base)
    if latest_n is not None:
        runs = runs[max(len(runs) - latest_n, 0) :]
    rows = [row_of(run) for run in runs]
    columns = _columns(rows)
    if isinstance(where, str) and rows:
        where = condition(where, columns)
    kept = list(range(len(runs))) if where is None or not rows else [i for i, row in enumerate(rows) if where(row)]  # type: ignore[operator]
    if rows and order not in columns:
        guess = nearest(order, columns)
        raise UnknownNameError(
            f"no run has {order!r}",
            who="order",
            expected=", ".join(columns),
            got=order,
            fix=f"did you mean {guess!r}?" if guess else "correct the name",
        )
    falls = _falls(order) if decreasing is None else decreasing
    if order == "start":
        # The list is in that order already, within one second too.
        return [runs[i] for i in (reversed(kept) if falls else kept)]
    there = sorted((i for i in kept if _is_there(rows[i].get(order))), key=lambda i: _key(rows[i][order]))
    missing = [i for i in kept if not _is_there(rows[i].get(order))]
    return [runs[i] for i in (*(reversed(there) if falls else there), *missing)]


def _falls(order: str) -> bool:
    """Whether the best, or the latest, is the largest."""
    if order in ("start", "end"):
        return True
    group = next((group for group in _GROUPS[1:] if order.startswith(group)), None)
    return group is not None and better(order.removeprefix(group)) > 0


def _is_there(value: Any) -> bool:
    return value is not None and not (isinstance(value, float) and math.isnan(value))


def _key(value: Any) -> tuple[int, Any]:
    """Numbers before times before texts, so that mixed columns can be sorted."""
    if isinstance(value, bool | int | float):
        return 0, value
    return (1, value) if isinstance(value, datetime) else (2, str(value))


def row_of(run: RunInfo) -> dict[str, Any]:
    """A run as a row: column by column, in order."""
    row: dict[str, Any] = {
        "run_dir": str(run.path),
        "script": run.script,
        "status": run.status,
        "start": run.start.astimezone(UTC) if run.start else None,
        "end": run.end.astimezone(UTC) if run.end else None,
        "seconds": run.seconds,
        "epochs": run.epochs,
        "epochs_completed": run.epochs_completed,
        "stopped": run.stopped,
        "error": run.error,
        "parameters": run.model.get("parameters"),
    }
    numbers = {name: value for name, value in run.evaluation.items() if is_number(value)}
    groups = (run.flags, run.metrics, run.best, numbers, run.recorded)
    for group, values in zip(_GROUPS, groups, strict=True):
        row |= {group + name: _cell(value) for name, value in values.items()}
    return row


def _cell(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, list | tuple | dict) else value


def rows_of(runs: Iterable[RunInfo]) -> list[dict[str, Any]]:
    """A row a run, every row with every column."""
    rows = [row_of(run) for run in runs]
    columns = _columns(rows)
    return [{name: row.get(name) for name in columns} for row in rows]


def _columns(rows: list[dict[str, Any]]) -> list[str]:
    every = dict.fromkeys(name for row in rows for name in row)
    grouped = [[name for name in every if name.startswith(group)] for group in _GROUPS]
    return [*_FIRST, *(name for group in grouped for name in group)]


def frame_of(rows: list[dict[str, Any]], backend: str | None = None) -> Any:
    """The rows as a data frame of pandas, polars or pyarrow."""
    if backend is None:
        backend = "pandas" if importlib.util.find_spec("pandas") else "pyarrow"
    if backend not in ("pandas", "polars", "pyarrow"):
        raise ArgumentError(
            "there is no such kind of data frame",
            who="ls_runs",
            expected="pandas, polars or pyarrow",
            got=backend,
            fix=suggestion("backend", backend, ("pandas", "polars", "pyarrow")),
        )
    import narwhals as nw

    names = list(rows[0]) if rows else list(_FIRST)
    columns = {name: [row[name] for row in rows] for name in names}
    schema = {name: _kind(nw, name, values) for name, values in columns.items()}
    cleaned = {name: [_fitted(nw, value, schema[name]) for value in values] for name, values in columns.items()}
    return nw.from_dict(cleaned, schema=schema, backend=backend).to_native()


_TEXTS, _COUNTS, _TIMES = (
    ("run_dir", "script", "status", "stopped", "error"),
    ("epochs", "parameters"),
    ("start", "end"),
)


def _kind(nw: Any, name: str, values: list[Any]) -> Any:
    """The column's type: what all of its values are, or text."""
    known = [value for value in values if value is not None]
    if name in _TIMES:
        return nw.Datetime("us", "UTC")
    if name in _TEXTS or (not known and name not in _COUNTS):
        return nw.String
    if all(isinstance(value, bool) for value in known) and known:
        # A gap has no place in a column of truths everywhere.
        return nw.Boolean if len(known) == len(values) else nw.String
    if not all(is_number(value) for value in known):
        return nw.String
    is_whole = all(isinstance(value, int) for value in known) and len(known) == len(values)
    return nw.Int64 if is_whole else nw.Float64


def _fitted(nw: Any, value: Any, kind: Any) -> Any:
    if value is None:
        return None
    if kind == nw.String:
        return value if isinstance(value, str) else json.dumps(value)
    return float(value) if kind == nw.Float64 else value
