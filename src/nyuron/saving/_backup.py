"""The whole state of a run in a folder, so that a broken run goes on to the same bits."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

from nyuron.core import ArgumentError
from nyuron.saving._archive import read_archive, write_archive
from nyuron.saving._trees import fill_tree, name_arrays

KIND = "nyuron-run-state"
SECONDS = 5.0
"""A run's state is written this often."""


def saved_seed(folder: Path) -> int | None:
    """The seed of the run whose state is in the folder, if there is one."""
    path = folder / "state.nyuron"
    return int(read_archive(path, KIND)[0]["run"]["seed"]) if path.is_file() else None


class RunBackup:
    """Keeps one run's state in `folder`: parameters, layer and optimizer state, sums, stopping rule, key, epoch, step.

    `seconds` is the least time between two writes; 0 writes at every occasion.
    """

    def __init__(self, folder: Path, seconds: float = SECONDS) -> None:
        self.folder, self.seconds = Path(folder), seconds
        self._written = time.monotonic()

    @property
    def path(self) -> Path:
        return self.folder / "state.nyuron"

    def save(self, run: Any, history: Any, force: bool = False) -> None:
        """Write the state, if it is time."""
        now = time.monotonic()
        if not force and now - self._written < self.seconds:
            return
        self._written = now
        document = {
            "epoch": run.epoch,
            "step": run.step,
            "steps": run.steps,
            "status": int(run.status),
            "seed": run.settings.seed,
            "batch_size": run.settings.batch_size,
            "history": {"history": history.history, "epoch": history.epoch},
        }
        write_archive(self.path, KIND, {"run": document}, name_arrays(run.state))

    def restore(self, run: Any, history: Any) -> bool:
        """Put a saved state into a run that was just made; returns whether there was one.

        Raises: ArgumentError if the folder holds the state of another run.
        """
        if not self.path.is_file():
            return False
        documents, arrays = read_archive(self.path, KIND)
        saved = documents["run"]
        for name, now in (("batch_size", run.settings.batch_size), ("steps", run.steps)):
            if saved[name] is not None and now is not None and saved[name] != now:
                raise ArgumentError(
                    f"the folder holds the state of another run: {name} differs",
                    who=f"resume={str(self.folder)!r}",
                    expected=saved[name],
                    got=now,
                    fix="call fit as the broken run did, or use an empty folder",
                )
        run.state = fill_tree(run.state, arrays, str(self.path))
        run.epoch, run.step, run.status = saved["epoch"], saved["step"], saved["status"]
        history.history, history.epoch = saved["history"]["history"], saved["history"]["epoch"]
        return True

    def finish(self) -> None:
        """The run has ended well: its state is not needed any more."""
        self.path.unlink(missing_ok=True)
        if self.folder.is_dir() and not any(self.folder.iterdir()):
            shutil.rmtree(self.folder, ignore_errors=True)
