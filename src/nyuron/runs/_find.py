"""Which runs are meant: by path, by name, by a row of a list."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from nyuron.core import DataError, nearest
from nyuron.runs._info import RunInfo, is_run, read_run, readable_run


def runs_in(base: str | os.PathLike[str]) -> list[RunInfo]:
    """Every run directly in the folder, in the order of their beginning; also those under way and failed."""
    folder = Path(base)
    if not folder.is_dir():
        return []
    found = [readable_run(path) for path in sorted(folder.iterdir()) if path.is_dir() and is_run(path)]
    return sorted(found, key=_age)


def _age(run: RunInfo) -> tuple[float, float]:
    file = next((run.path / name for name in ("metrics.json", "run.json") if (run.path / name).is_file()), run.path)
    changed = file.stat().st_mtime
    # A folder's name tells the second, its files more.
    return (run.start.timestamp() if run.start else changed, changed)


def latest_run(base: str | os.PathLike[str] = "runs") -> RunInfo:
    """The run that began last.

    Raises: DataError if there is none.
    Source: tfruns::latest_run.
    """
    runs = runs_in(base)
    if not runs:
        raise DataError(
            "there are no runs", who=str(base), expected="a folder with runs", fix="training_run('script.py')"
        )
    return runs[-1]


def run_info(run: Any, base: str | os.PathLike[str] = "runs") -> Any:
    """What is known of a run: its RunInfo; of several runs, or of a list such as `ls_runs` gives, a list of them.

    `run` is a folder, the name of one under `base` or a part of it, or 'latest'.

    Raises: DataError if there is no such run; FileFormatError if it is damaged.
    Source: tfruns::run_info.
    """
    if isinstance(run, str | os.PathLike | RunInfo):
        return read_run(find_path(run, base))
    return [read_run(path) for path in paths_of(run, base)]


def find_path(run: Any, base: str | os.PathLike[str] = "runs") -> Path:
    """The folder of one run.

    Raises: DataError with the nearest name.
    """
    if isinstance(run, RunInfo):
        return run.path
    if isinstance(run, os.PathLike) or is_run(run):
        return Path(run)
    if run == "latest":
        return latest_run(base).path
    known = [found.path for found in runs_in(base)]
    found = [path for path in known if path.name == run] or [path for path in known if str(run) in path.name]
    if found and run:
        return found[-1]
    guess = nearest(str(run), [path.name for path in known])
    raise DataError(
        "there is no such run",
        who=str(run),
        expected=f"a run's folder, its name, or latest, of the {len(known)} runs in {base}"
        if known
        else f"a run's folder; there are no runs in {base}",
        got=repr(run),
        fix=f"did you mean {guess!r}?" if guess else f"nyuron runs --base {base}",
    )


def paths_of(runs: Any, base: str | os.PathLike[str] = "runs") -> list[Path]:
    """The folders of one or several runs: names, folders, RunInfos, rows, or a data frame with a column run_dir.

    Raises: DataError if one of them is no run.
    """
    if isinstance(runs, str | os.PathLike | RunInfo):
        return [find_path(runs, base)]
    if isinstance(runs, Mapping):
        return [find_path(str(runs["run_dir"]), base)]
    if hasattr(runs, "columns") or hasattr(runs, "column_names"):
        import narwhals as nw

        frame = nw.from_native(runs, eager_only=True)
        return [find_path(str(path), base) for path in frame["run_dir"].to_list()]
    if isinstance(runs, Iterable):
        return [path for run in runs for path in paths_of(run, base)]
    raise DataError(
        "this names no run",
        who="runs",
        expected="a folder, a name, or a list of runs",
        got=repr(runs),
        fix="'runs/NAME', a list of such, or what ls_runs() gave; nyuron runs lists the names",
    )
