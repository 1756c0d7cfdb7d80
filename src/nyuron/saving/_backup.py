"""The whole state of a run in a folder, so that a broken run goes on to the same bits."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

from nyuron.core import ArgumentError, FileFormatError
from nyuron.saving._archive import read_archive, write_archive
from nyuron.saving._trees import fill_tree, name_arrays

KIND = "nyuron-run-state"
SECONDS = 5.0
"""A run's state is written this often."""


def saved_seed(folder: Path) -> int | None:
    """The seed of the run whose state is in the folder, if there is one."""
    found = _read(folder / "state.nyuron")
    return None if found is None else int(found[0]["run"]["seed"])


def _previous(path: Path) -> Path:
    return path.with_name(f"{path.name}.previous")


def _read(path: Path) -> Any:
    """Documents and arrays of the state, or of the one before it if that file is damaged or gone."""
    earlier = _previous(path)
    if path.is_file():
        try:
            return read_archive(path, KIND)
        except (FileFormatError, OSError):
            if not earlier.is_file():
                raise
    return read_archive(earlier, KIND) if earlier.is_file() else None


class RunBackup:
    """Keeps one run's state in `folder`: parameters, layer and optimizer state, sums, stopping rule, key, epoch, step.

    `every` says when it is written: None every few seconds, 'epoch' after each epoch, a number after so many steps of
    an epoch and after each epoch. `keeps_previous` leaves the state before it in a second file, for a disk that damages
    the first.
    """

    def __init__(self, folder: Path, every: str | int | None = None, *, keeps_previous: bool = False) -> None:
        self.folder, self.every, self.keeps_previous = Path(folder), every, keeps_previous
        self._written = time.monotonic()

    @property
    def path(self) -> Path:
        return self.folder / "state.nyuron"

    @property
    def is_epochwise(self) -> bool:
        """Whether the state must be seen after every epoch."""
        return self.every is not None

    def steps_left(self, run: Any) -> int | None:
        """How many steps may be done before the next write; None where it goes by time or epochs."""
        return self.every - run.step % self.every if isinstance(self.every, int) else None

    def _is_due(self, run: Any) -> bool:
        if self.every is None:
            return time.monotonic() - self._written >= SECONDS
        return run.step == 0 or (isinstance(self.every, int) and run.step % self.every == 0)

    def save(self, run: Any, history: Any, force: bool = False) -> None:
        """Write the state, if it is time."""
        if not force and not self._is_due(run):
            return
        self._written = time.monotonic()
        document = {
            "epoch": run.epoch,
            "step": run.step,
            "steps": run.steps,
            "status": int(run.status),
            "seed": run.settings.seed,
            "batch_size": run.settings.batch_size,
            "last_batch": run.last_batch,
            "history": {"history": history.history, "epoch": history.epoch},
        }
        if self.keeps_previous and self.path.is_file():
            self.path.replace(_previous(self.path))
        write_archive(self.path, KIND, {"run": document}, name_arrays(run.state))

    def restore(self, run: Any, history: Any) -> bool:
        """Put a saved state into a run that was just made; returns whether there was one.

        Raises: ArgumentError if the folder holds the state of another run.
        """
        found = _read(self.path)
        if found is None:
            return False
        documents, arrays = found
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
        run.expected_batch = saved.get("last_batch")
        history.history, history.epoch = saved["history"]["history"], saved["history"]["epoch"]
        return True

    def finish(self) -> None:
        """The run has ended well: its state is not needed any more."""
        self.path.unlink(missing_ok=True)
        _previous(self.path).unlink(missing_ok=True)
        if self.folder.is_dir() and not any(self.folder.iterdir()):
            shutil.rmtree(self.folder, ignore_errors=True)
