"""Runs looked at in the browser, archived, deleted, copied, and handed to other programs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nyuron.cli._console import console
from nyuron.core import ArgumentError, unknown_name
from nyuron.report import view_run
from nyuron.runs import clean_runs, copy_run, copy_run_files, purge_runs, select, to_mlflow, to_tensorboard


def view(name: str, base: Path, opens: bool) -> int:
    """Write the run's page, and open it."""
    console().print(view_run(name, base, opens=opens).resolve().as_uri())
    return 0


def clean(names: Sequence[str], where: str | None, everything: bool, base: Path, yes: bool) -> int:
    """Move runs to the archive."""
    if sum([bool(names), where is not None, everything]) != 1:
        raise ArgumentError(
            "it must be clear which runs are meant",
            who="nyuron runs clean",
            expected="names of runs, or --where, or --all",
            got="none of them" if not names and where is None and not everything else "several",
            fix="nyuron runs clean --where 'status == failed'",
        )
    moved = clean_runs(list(names) or None, base, where=where, confirm=False if yes else None)
    console().print(
        f"{len(moved)} moved to {base / 'archive'}; `nyuron runs purge` deletes it." if moved else "Nothing was moved."
    )
    return 0


def purge(base: Path, yes: bool) -> int:
    """Delete the archive."""
    gone = purge_runs(base, confirm=False if yes else None)
    console().print(f"{len(gone)} deleted." if gone else "Nothing was deleted.")
    return 0


def copy(name: str, to: Path, files: bool, base: Path) -> int:
    """Copy a run to a new folder."""
    rename = None if to.is_dir() else to.name
    parent = to if to.is_dir() else to.parent
    for made in (copy_run_files if files else copy_run)(name, parent, rename, base):
        console().print(str(made))
    return 0


def export(names: Sequence[str], kind: str, to: str | None, base: Path) -> int:
    """Write runs for TensorBoard or MLflow."""
    chosen: Any = list(names) or select(base)
    if kind == "tensorboard":
        made = to_tensorboard(chosen, to or "logs", base)
        console().print(f"{len(made)} written; tensorboard --logdir {to or 'logs'}")
    elif kind == "mlflow":
        made = to_mlflow(chosen, to, base=base)
        console().print(f"{len(made)} written" + (f" to {to}" if to else ""))
    else:
        raise unknown_name("reader", kind, ["tensorboard", "mlflow"])
    return 0
