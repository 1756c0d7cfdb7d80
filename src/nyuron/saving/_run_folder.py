"""A run on disk: a folder with what was asked, what happened, and what came out."""

from __future__ import annotations

import csv
import json
import os
import platform
import re
import shlex
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from nyuron.core import DataError, FileFormatError, nearest
from nyuron.saving._archive import atomic

_STAMP = "%Y-%m-%d_%H-%M-%S"
_numbers: list[Any] = [None, 1]
"""The last stem of a folder's name, and the number to try next."""


def new_run_folder(base: Path, name: str) -> Path:
    """A folder of its own under `base`, named by time and `name`; never one that exists.

    Raises: DataError if no folder can be made there.
    """
    name = re.sub(r'[\s<>:"/\\|?*\x00-\x1f]+', "-", name).strip("-.") or "run"
    try:
        base.mkdir(parents=True, exist_ok=True)
        while True:
            stem = f"{datetime.now().strftime(_STAMP)}_{name}"
            # The second and later runs of a second are numbered; a lively process begins at its last number.
            first = _numbers[1] if _numbers[0] == (base, stem) else 1
            for number in range(first, first + 1000):
                folder = base / (stem if number == 1 else f"{stem}_{number}")
                try:
                    folder.mkdir()
                except FileExistsError:
                    continue
                _numbers[:] = [(base, stem), number + 1]
                return folder
            _numbers[:] = [(base, stem), first + 1000]
    except OSError as error:
        raise DataError(
            "the run's folder cannot be made",
            who=str(base),
            expected="a folder that may be written to",
            got=error.strerror or error,
            fix="name another with --out",
        ) from error


def environment() -> dict[str, Any]:
    """Versions, devices and the command: what a reader needs to run it again."""
    from importlib.metadata import version

    import jax

    return {
        "command": shlex.join([os.path.basename(sys.argv[0]), *sys.argv[1:]]),
        "time": datetime.now().astimezone().isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in ("nyuron", "jax", "jaxlib", "numpy")},
        "platform": platform.platform(),
        "devices": [str(device) for device in jax.devices()],
    }


class RunFolder:
    """Reads and writes the parts of one run: JSON documents, tables for spreadsheets, arrays."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)

    def write(self, name: str, value: Any, *, indent: int | None = 1) -> None:
        """Write a document to NAME.json; without `indent` in one line, which is ten times as fast."""
        with atomic(self.path / f"{name}.json") as file:
            file.write_text(json.dumps(value, indent=indent, ensure_ascii=False), encoding="utf-8")

    def read(self, name: str) -> Any:
        """The document NAME.json, or {} when the run does not have it.

        Raises: FileFormatError for one that is no JSON.
        """
        file = self.path / f"{name}.json"
        if not file.is_file():
            return {}
        try:
            return json.loads(file.read_text(encoding="utf-8"))
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            raise FileFormatError(
                "the document is damaged", who=str(file), expected="JSON", got=error, fix="train again"
            ) from error

    def write_table(self, name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Write NAME.csv."""
        with atomic(self.path / f"{name}.csv") as file, open(file, "w", newline="", encoding="utf-8") as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(rows)

    def write_arrays(self, name: str, arrays: dict[str, np.ndarray]) -> None:
        """Write NAME.npz."""
        with atomic(self.path / f"{name}.npz") as file, open(file, "wb") as out:
            np.savez_compressed(out, allow_pickle=False, **arrays)  # type: ignore[arg-type]

    def read_arrays(self, name: str) -> dict[str, np.ndarray]:
        """The arrays in NAME.npz, or {} when the run does not have it.

        Raises: FileFormatError for a file that is no such archive.
        """
        file = self.path / f"{name}.npz"
        if not file.is_file():
            return {}
        try:
            with np.load(file, allow_pickle=False) as arrays:
                return {name: arrays[name] for name in arrays.files}
        except (ValueError, OSError, EOFError) as error:
            raise FileFormatError(
                "the arrays are damaged", who=str(file), expected="an .npz file", got=error, fix="train again"
            ) from error

    @property
    def is_finished(self) -> bool:
        """Whether the run came to its end, and its figures were written."""
        return (self.path / "metrics.json").is_file()


def list_runs(base: Path) -> list[RunFolder]:
    """The finished runs under a folder, the latest last."""
    if not base.is_dir():
        return []
    runs = [run for run in map(RunFolder, base.iterdir()) if run.is_finished]

    def age(run: RunFolder) -> tuple[str, int]:
        # Within one second the names do not tell, the files do.
        return run.path.name[: len("2026-11-21_10-33-12")], (run.path / "metrics.json").stat().st_mtime_ns

    return sorted(runs, key=age)


def broken_searches(base: Path) -> list[Path]:
    """Folders of searches of the command line that chose no network, the latest last."""
    return sorted(file.parent for file in base.glob("*/tune.json") if not RunFolder(file.parent).is_finished)


def find_run(name: str, base: Path) -> RunFolder:
    """The run at a path, of a name under `base`, the latest that has `name` in its own, or 'latest' of all.

    Raises: DataError with the nearest name.
    """
    if RunFolder(name).is_finished:
        return RunFolder(name)
    runs = list_runs(base)
    if name == "latest" and runs:
        return runs[-1]
    exact = [run for run in runs if run.path.name == name]
    found = exact or [run for run in runs if name in run.path.name]
    if found:
        return found[-1]
    broken = [Path(name)] if (Path(name) / "tune.json").is_file() else broken_searches(base)
    search = next((path for path in reversed(broken) if name in ("latest", path.name, str(path))), None)
    if search is not None:
        raise DataError(
            "the search has not chosen a network yet",
            who=name,
            expected="a run, or a search, that came to its end",
            got=str(search),
            fix=f"nyuron tune --resume {search}",
        )
    guess = nearest(name, [run.path.name for run in runs])
    raise DataError(
        "there is no such run",
        who=name,
        expected=f"a run's folder, its name, or latest, of the {len(runs)} runs in {base}"
        if runs
        else f"a run's folder; there are no runs in {base}",
        got=repr(name),
        fix=f"did you mean {guess!r}?" if guess else f"nyuron runs --base {base}" if runs else "nyuron train SOURCE",
    )
