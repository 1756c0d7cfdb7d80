"""A run on disk: a folder with what was asked, what happened, and what came out."""

from __future__ import annotations

import json
import os
import platform
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from nyuron.core import DataError, FileFormatError, nearest
from nyuron.saving._archive import atomic

DOCUMENTS = ("config", "history", "metrics", "environment")


def new_run_folder(base: Path, name: str) -> Path:
    """A folder of its own under `base`, named by time and `name`; never one that exists."""
    base.mkdir(parents=True, exist_ok=True)
    stamp = datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
    for i in range(10_000):
        folder = base / (f"{stamp}_{name}" + (f"_{i + 1}" if i else ""))
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        return folder
    raise DataError("no free name for the run", who=str(base), fix="another --out")


def environment() -> dict[str, Any]:
    """Versions, devices and the command: what a reader needs to run it again."""
    from importlib.metadata import version

    import jax

    packages = {name: version(name) for name in ("nyuron", "jax", "jaxlib", "numpy")}
    return {
        "python": platform.python_version(),
        "packages": packages,
        "platform": platform.platform(),
        "devices": [str(device) for device in jax.devices()],
        "command": " ".join([os.path.basename(sys.argv[0]), *sys.argv[1:]]),
        "time": datetime.now().astimezone().isoformat(timespec="seconds"),
    }


class RunFolder:
    """Reads and writes the parts of one run."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)

    def write(self, name: str, value: Any) -> None:
        """Write a document: config, history, metrics, environment."""
        with atomic(self.path / f"{name}.json") as file:
            file.write_text(json.dumps(value, indent=1, ensure_ascii=False), encoding="utf-8")

    def read(self, name: str) -> Any:
        """A document, or {} when the run does not have it.

        Raises: FileFormatError for one that is no JSON.
        """
        file = self.path / f"{name}.json"
        if not file.is_file():
            return {}
        try:
            return json.loads(file.read_text(encoding="utf-8"))
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            raise FileFormatError("the document is damaged", who=str(file), expected="JSON", got=error) from error

    def write_test(self, arrays: dict[str, np.ndarray]) -> None:
        """Write what the network said of the test part."""
        with atomic(self.path / "test.npz") as file, open(file, "wb") as out:
            np.savez_compressed(out, allow_pickle=False, **arrays)  # type: ignore[arg-type]

    def read_test(self) -> dict[str, np.ndarray]:
        """What `write_test` wrote."""
        file = self.path / "test.npz"
        if not file.is_file():
            return {}
        with np.load(file, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}


def list_runs(base: Path) -> list[RunFolder]:
    """The runs under a folder, the latest last."""
    if not base.is_dir():
        return []
    return [RunFolder(p) for p in sorted(base.iterdir()) if (p / "config.json").is_file()]


def find_run(name: str, base: Path) -> RunFolder:
    """The run at a path, of a name under `base`, or 'latest'.

    Raises: DataError with the nearest name.
    """
    if (Path(name) / "config.json").is_file():
        return RunFolder(name)
    runs = list_runs(base)
    if name == "latest" and runs:
        return runs[-1]
    for run in runs:
        if run.path.name == name:
            return run
    guess = nearest(name, [run.path.name for run in runs])
    raise DataError(
        "there is no such run",
        who=name,
        expected=f"a run folder, 'latest', or one of the {len(runs)} runs in {base}",
        got=repr(name),
        fix=f"did you mean {guess!r}?" if guess else f"nyuron runs --base {base}",
    )
