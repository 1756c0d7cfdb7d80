"""Runs put away, thrown away, and copied. A folder that is no run is never touched."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nyuron.core import ArgumentError, DataError
from nyuron.runs._confirm import confirmed, is_asked
from nyuron.runs._find import paths_of
from nyuron.runs._info import RUNNING, is_run, readable_run
from nyuron.runs._list import Where, select

ARCHIVE = "archive"
RECORDS = {
    *("run.json", "history.json", "history.csv", "evaluation.json", "environment.json", "output.txt", "source"),
    *("config.json", "metrics.json", "report.html"),
}
"""What Nyuron keeps of a run; everything else in its folder is the script's own, or the trained model."""


def clean_runs(
    runs: Any = None,
    base: str | os.PathLike[str] = "runs",
    *,
    where: Where = None,
    confirm: bool | None = None,
) -> list[Path]:
    """Move runs into the folder `archive` under `base`; by default all of them that are not under way.

    `runs` are folders, names, or a list from `ls_runs`; or `where` selects, as there. `confirm` asks first: by default
    where a person sits at a terminal. `purge_runs` deletes the archive. Returns the new folders.

    Raises: DataError for what is no run, or lies elsewhere; ArgumentError for a run that is under way.
    Source: tfruns::clean_runs.
    """
    if runs is not None and where is not None:
        raise ArgumentError(
            "runs are named in two ways",
            who="clean_runs",
            expected="runs or where=",
            got="both",
            fix="clean_runs(where=…) selects among all runs, clean_runs(runs) names them: leave one out",
        )
    if runs is None:
        paths = [run.path for run in select(base, where) if run.status != RUNNING]
    else:
        paths = list(dict.fromkeys(paths_of(runs, base)))
    for path in paths:
        _check(path, Path(base))
    if not paths or (is_asked(confirm) and not confirmed(f"Move {_counted(paths)} to {Path(base) / ARCHIVE}?")):
        return []
    return [_moved(path, Path(base) / ARCHIVE) for path in paths]


def purge_runs(base: str | os.PathLike[str] = "runs", *, confirm: bool | None = None) -> list[Path]:
    """Delete the runs in the folder `archive` under `base`, for good. Other things in there stay. Returns the folders.

    `confirm` asks first: by default where a person sits at a terminal.

    Source: tfruns::purge_runs.
    """
    archive = Path(base) / ARCHIVE
    if archive.is_symlink() or not archive.is_dir():
        return []
    paths = [path for path in sorted(archive.iterdir()) if path.is_dir() and not path.is_symlink() and is_run(path)]
    if not paths or (is_asked(confirm) and not confirmed(f"Delete {_counted(paths)} in {archive} for good?")):
        return []
    for path in paths:
        shutil.rmtree(path)
    if not any(archive.iterdir()):
        archive.rmdir()
    return paths


def copy_run(
    runs: Any, to: str | os.PathLike[str] = ".", rename: str | None = None, base: str | os.PathLike[str] = "runs"
) -> list[Path]:
    """Copy whole runs into the folder `to`, under their names, or one of them as `rename`. Returns the new folders.

    Raises: DataError if there is no such run; ArgumentError if the new folder exists.
    Source: tfruns::copy_run.
    """
    return _copied(runs, Path(to), rename, base, lambda folder, names: set())


def copy_run_files(
    runs: Any, to: str | os.PathLike[str] = ".", rename: str | None = None, base: str | os.PathLike[str] = "runs"
) -> list[Path]:
    """As `copy_run`, but only what the script wrote into its `run_dir()`, or `nyuron train`'s model and predictions.

    Raises: DataError if there is no such run; ArgumentError if the new folder exists.
    Source: tfruns::copy_run_files.
    """
    sources = {str(path) for path in paths_of(runs, base)}
    return _copied(runs, Path(to), rename, base, lambda folder, names: RECORDS & {*names} if folder in sources else ())


def _copied(runs: Any, to: Path, rename: str | None, base: str | os.PathLike[str], ignore: Callable[..., Any]) -> Any:
    paths = paths_of(runs, base)
    if rename is not None and len(paths) != 1:
        raise ArgumentError(
            "one name is for one run",
            who="copy_run",
            expected="one run",
            got=f"{len(paths)} runs",
            fix="leave rename out, and every run keeps its own name; or copy the runs one at a time",
        )
    targets = [to / (rename or path.name) for path in paths]
    for path, target in zip(paths, targets, strict=True):
        if not is_run(path):
            raise DataError(
                "the folder is no run",
                who=str(path),
                expected="a folder that `nyuron runs` lists",
                got="a folder of something else" if path.is_dir() else "no such folder",
                fix="`nyuron runs` lists the runs; name one of them",
            )
        if target.exists():
            raise ArgumentError(
                "the folder exists", who=str(target), expected="a new folder", got="one with files", fix="rename=…"
            )
    for path, target in zip(paths, targets, strict=True):
        shutil.copytree(path, target, ignore=ignore)
    return targets


def _check(path: Path, base: Path) -> None:
    if not is_run(path) or path.is_symlink() or path.resolve().parent != base.resolve():
        raise DataError(
            "this is no run of that folder",
            who=str(path),
            expected=f"a folder in {base} that `nyuron runs` lists",
            fix="base= names the folder that holds the runs",
        )
    if readable_run(path).status == RUNNING:
        raise ArgumentError("the run is under way", who=path.name, expected="one that has ended", fix="end it first")


def _moved(path: Path, archive: Path) -> Path:
    archive.mkdir(exist_ok=True)
    number, target = 1, archive / path.name
    while target.exists():
        number += 1
        target = archive / f"{path.name}_{number}"
    return path.rename(target)


def _counted(paths: list[Path]) -> str:
    return f"the run {paths[0].name}" if len(paths) == 1 else f"{len(paths):,} runs"
