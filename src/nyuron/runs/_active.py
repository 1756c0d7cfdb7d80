"""The run that is under way in this process: what a script may ask of it, and tell it."""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from nyuron.runs._flags import Flags, chosen_flags, command_line, plain, read_flags
from nyuron.runs._process import this_process
from nyuron.saving import RunFolder

FORMAT = 1
MOST_EVALUATIONS = 100
SECONDS_BETWEEN_WRITES = 1.0
SHARE_OF_WRITES = 50
"""How many times as long as a write the time until the next one is, at least."""


def now() -> str:
    """This moment, with its time zone and microseconds."""
    return datetime.now().astimezone().isoformat()


class ActiveRun:
    """Keeps a run's documents up to date while its script runs; the process may be killed at any moment."""

    def __init__(self, folder: Path, script: Path, given: Mapping[str, Any], sources: dict[str, str]) -> None:
        self.folder, self.script, self.given = RunFolder(folder), script, dict(given)
        self.flags: Flags | None = None
        self.fits: list[dict[str, Any]] = []
        self.evaluations: list[dict[str, Any]] = []
        self.document: dict[str, Any] = {
            "format": FORMAT,
            "kind": "script",
            "status": "running",
            "script": str(script),
            "given": self.given,
            "flags": {},
            "start": now(),
            "end": None,
            "seconds": None,
            "epochs": None,
            "recorded": {},
            "model": None,
            "error": None,
            "sources": sources,
            "process": {"host": socket.gethostname(), "pid": os.getpid(), "begun": this_process()},
        }
        self._last_model: Any = None
        self._begun, self._due = time.perf_counter(), 0.0
        self._lock = threading.RLock()
        self.write()

    def choose(self, flags: Flags) -> None:
        """The script has asked for its flags."""
        self.flags = flags
        self.document["flags"] = dict(flags)
        self.write()

    def begin_fit(self, model: Any, epochs: int | None) -> dict[str, Any]:
        """The record of a fit: a new one, or the last one where the same model goes on."""
        with self._lock:
            if not self.fits or self._last_model is not model:
                self.fits.append({"model": model.name, "epoch": [], "figures": {}, "stopped": None})
            self._last_model, entry = model, self.fits[-1]
            entry["asked"] = len(entry["epoch"]) + (epochs or 0)
            self.document.update(epochs=entry["asked"], model=_described(model))
            self.write()
            return entry

    def add_epoch(self, entry: dict[str, Any], logs: Mapping[str, Any]) -> None:
        """Figures of an epoch; a figure that came late, or is missing, has None in its place."""
        with self._lock:
            done, figures = len(entry["epoch"]), entry["figures"]
            entry["epoch"].append(done)
            for name in logs:
                if name not in figures:
                    figures[name] = [None] * done
            for name, values in figures.items():
                values.append(logs.get(name))
        self.write_soon()

    def add_evaluation(self, model: Any, logs: Mapping[str, Any]) -> None:
        """Figures of an evaluation."""
        with self._lock:
            self.evaluations.append({"model": model.name, "figures": dict(logs)})
            del self.evaluations[:-MOST_EVALUATIONS]
        self.write_soon()

    def write_soon(self) -> None:
        """Write everything, at most once a second, and less often where that takes long."""
        if time.monotonic() >= self._due:
            self.write()

    def write(self) -> None:
        """Write what is known now. The folder may have been taken away meanwhile: then nothing is written."""
        with self._lock:
            if not self.folder.path.is_dir():
                return
            begun = time.monotonic()
            if self.fits:
                last, *earlier = reversed(self.fits)
                self.folder.write("history", {**last, "earlier": earlier[::-1]}, indent=None)
            if self.evaluations:
                last, *earlier = reversed(self.evaluations)
                self.folder.write("evaluation", {**last, "earlier": earlier[::-1]})
            self.document["seconds"] = time.perf_counter() - self._begun
            self.folder.write("run", self.document)
            ended = time.monotonic()
            self._due = ended + max(SECONDS_BETWEEN_WRITES, SHARE_OF_WRITES * (ended - begun))

    def finish(self, status: str, error: dict[str, str] | None) -> None:
        """The script has come to its end."""
        self.document.update(status=status, error=error, end=now())
        if self.fits:
            epochs, figures = self.fits[-1]["epoch"], self.fits[-1]["figures"]
            rows = ([e + 1, *(figures[name][e] for name in figures)] for e in epochs)
            self.folder.write_table("history", ["epoch", *figures], rows)
        self.write()

    @property
    def was_interrupted(self) -> bool:
        """Whether Ctrl-C ended a fit."""
        return any(str(fit["stopped"]).startswith("interrupted") for fit in self.fits)


def _described(model: Any) -> dict[str, Any]:
    compiled = model.compiled
    loss = compiled.loss
    return {
        "name": model.name,
        "layers": [type(layer).__name__ for layer in model.layers],
        "parameters": model.count_params(),
        "optimizer": repr(compiled.optimizer),
        "loss": loss if isinstance(loss, str) else repr(loss) if loss is not None else None,
    }


_active: list[ActiveRun] = []


def active_run() -> ActiveRun | None:
    """The innermost run under way."""
    return _active[-1] if _active else None


def enter(run: ActiveRun) -> None:
    """Make a run the active one."""
    _active.append(run)


def leave(run: ActiveRun) -> None:
    """The run is over."""
    _active.remove(run)


def is_run_active() -> bool:
    """Whether a script is under way in `training_run`.

    Source: tfruns::is_run_active.
    Example:
        >>> is_run_active()
        False
    """
    return bool(_active)


def run_dir() -> Path:
    """The folder of the run under way, for the script's own files; the current folder where there is none.

    Source: tfruns::run_dir.
    Example:
        >>> (run_dir() / "model.nyuron").name
        'model.nyuron'
    """
    return _active[-1].folder.path if _active else Path.cwd()


def flags(file: str = "flags.yml", /, **defaults: Any) -> Flags:
    """The script's flags: `defaults`, changed by a file beside the script, its command line, and `training_run`.

    What comes later in this list wins. Every value takes the type of its default, or is refused; a default None takes
    anything. `file` holds lines such as ``units: 64``; the command line is ``--units 64``. A script names its flags
    once; without defaults, `flags()` gives the run's flags again, for instance in a module that the script imports.

    Raises: UnknownNameError for a flag that the script does not name; KindError for a value of another type.
    Source: tfruns::flags.
    Example:
        >>> chosen = flags(units=64, dropout=0.2, optimizer="rmsprop")
        >>> chosen.units, chosen.optimizer
        (64, 'rmsprop')
    """
    run = active_run()
    if not defaults and run is not None and run.flags is not None:
        return run.flags
    caller = sys._getframe(1).f_globals
    beside = Path(str(caller["__file__"])).parent if caller.get("__file__") else Path()
    sources: list[tuple[str, Mapping[str, Any]]] = [
        (file, read_flags(beside / file)),
        ("the command line", command_line(caller)),
    ]
    if run is not None:
        sources.append(("training_run", run.given))
    chosen = chosen_flags(defaults, sources)
    if run is not None:
        run.choose(chosen)
    return chosen


def record(**values: Any) -> None:
    """Keep values of the script's own with the run: `ls_runs` shows them as ``record_NAME``. A later value replaces.

    Outside a run nothing happens, so that the script also works alone.

    Raises: KindError for a value that is no number, text, truth, None, or list of these.
    Source: tfruns::write_run_metadata.
    Example:
        >>> record(rows=1000, source="a.csv")
    """
    clean = {name: plain(value, f"record({name}=…)") for name, value in values.items()}
    run = active_run()
    if run is not None:
        run.document["recorded"].update(clean)
        run.write()
