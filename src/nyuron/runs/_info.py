"""What is known of a run, read from its folder: of a script's run, or of `nyuron train`."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from nyuron.callbacks import direction
from nyuron.core import ArgumentError, DataError, FileFormatError
from nyuron.runs._active import FORMAT
from nyuron.runs._process import is_alive
from nyuron.saving import RunFolder

COMPLETED, FAILED, INTERRUPTED, RUNNING, DAMAGED = "completed", "failed", "interrupted", "running", "damaged"
_STAMP = "%Y-%m-%d_%H-%M-%S"
_NO_FIGURES = ("epochs", "best_epoch", "seconds", "test_rows", "right")


@dataclass(frozen=True)
class RunInfo:
    """One run: what was asked, what happened, what came out. Made by `run_info`; nothing in the run is executed.

    Source: tfruns::run_info.
    """

    path: Path
    kind: str
    """'script' for `training_run`, 'train' for the command `nyuron train`."""
    status: str
    """completed, failed, interrupted, running, or damaged."""
    script: str
    """The script's path, or the source of the data."""
    flags: Mapping[str, Any] = field(default_factory=dict)
    given: Mapping[str, Any] = field(default_factory=dict)
    """The flags that the run was asked for; the others are the script's own."""
    start: datetime | None = None
    end: datetime | None = None
    seconds: float | None = None
    epochs: int | None = None
    """How many were asked for."""
    history: Mapping[str, list[Any]] = field(default_factory=dict)
    """Each figure's values, an entry an epoch, of the model fitted last."""
    evaluation: Mapping[str, Any] = field(default_factory=dict)
    """Figures of the last `evaluate`."""
    recorded: Mapping[str, Any] = field(default_factory=dict)
    model: Mapping[str, Any] = field(default_factory=dict)
    stopped: str | None = None
    """Why the fit ended before its last epoch."""
    error: str | None = None
    traceback: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Each source file's checksum."""

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.path.name

    @property
    def epochs_completed(self) -> int:
        """How many the model fitted last was trained."""
        return max(map(len, self.history.values()), default=0)

    @property
    def metrics(self) -> dict[str, float]:
        """Each figure's last value."""
        return {name: values[-1] for name, values in self._numeric.items() if values[-1] is not None}

    @property
    def best(self) -> dict[str, float]:
        """Each figure's best value over the epochs, where it is known whether more or less is better."""
        found = {}
        for name, values in self._numeric.items():
            known = [v for v in values if v is not None and math.isfinite(v)]
            sign = better(name)
            if known and sign:
                found[name] = max(known) if sign > 0 else min(known)
        return found

    @property
    def output(self) -> str:
        """What the script printed."""
        file = self.path / "output.txt"
        return file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""

    @property
    def fits(self) -> list[dict[str, Any]]:
        """Every model's fit in turn: {"model", "epoch", "figures", "stopped"}."""
        return _all_of(RunFolder(self.path).read("history"))

    @property
    def evaluations(self) -> list[dict[str, Any]]:
        """Every evaluation in turn: {"model", "figures"}."""
        return _all_of(RunFolder(self.path).read("evaluation"))

    @cached_property
    def environment(self) -> dict[str, Any]:
        """Versions, devices, the command."""
        return RunFolder(self.path).read("environment")

    @property
    def _numeric(self) -> dict[str, list[float | None]]:
        return {n: v for n, v in self.history.items() if v and all(x is None or is_number(x) for x in v)}

    def source(self, name: str) -> str:
        """The text of a kept source file, or nothing."""
        file = self.path / "source" / name
        return file.read_text(encoding="utf-8", errors="replace") if name in self.sources and file.is_file() else ""

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value:.4g}" for name, value in self.metrics.items())
        return f"<Run {self.name}, {self.status}: {shown}>" if shown else f"<Run {self.name}, {self.status}>"


def better(name: str) -> int:
    """+1 where more of the figure is better, −1 where less is, 0 where that is not known."""
    try:
        return direction(name, "auto", "run")
    except ArgumentError:
        return 0


def is_number(value: Any) -> bool:
    """Whether it is a number, and no truth."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_run(path: str | os.PathLike[str]) -> bool:
    """Whether the folder is a run of a script, or a finished one of `nyuron train`."""
    path = Path(path)
    if (path / "run.json").is_file():
        return True
    return (path / "metrics.json").is_file() and (path / "config.json").is_file()


def read_run(path: str | os.PathLike[str]) -> RunInfo:
    """What a run's folder says.

    Raises: DataError for a folder that is no run; FileFormatError for one that is damaged, or of a later version.
    """
    path = Path(path)
    if not is_run(path):
        raise DataError(
            "the folder is no run",
            who=str(path),
            expected="run.json, or config.json and metrics.json",
            got=", ".join(sorted(p.name for p in path.iterdir())[:8]) or "nothing"
            if path.is_dir()
            else "no such folder",
            fix="name a folder that `nyuron runs` lists",
        )
    folder = RunFolder(path)
    try:
        return _of_script(folder) if (path / "run.json").is_file() else _of_train(folder)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        if isinstance(error, FileFormatError):
            raise
        raise FileFormatError(
            "the run's documents are damaged", who=str(path), got=error, fix="train again, or remove the folder"
        ) from error


def readable_run(path: Path) -> RunInfo:
    """As `read_run`, with status 'damaged' for a run that cannot be read."""
    try:
        return read_run(path)
    except FileFormatError as error:
        return RunInfo(path, "damaged", DAMAGED, "", error=str(error).splitlines()[0])


def _of_script(folder: RunFolder) -> RunInfo:
    document = folder.read("run")
    if document["format"] > FORMAT:
        raise FileFormatError(
            "the run comes from a later version",
            who=str(folder.path),
            expected=f"format {FORMAT} or lower",
            got=document["format"],
            fix="pip install --upgrade nyuron",
        )
    status, error = document["status"], document.get("error") or {}
    end = document.get("end")
    if status == RUNNING and not is_alive(document.get("process") or {}):
        status = INTERRUPTED
    history = folder.read("history")
    return RunInfo(
        path=folder.path,
        kind="script",
        status=status,
        script=document["script"],
        flags=document["flags"] or document["given"],
        given=document["given"],
        start=datetime.fromisoformat(document["start"]),
        end=datetime.fromisoformat(end) if end else None,
        seconds=document.get("seconds"),
        epochs=document.get("epochs"),
        history=history.get("figures", {}),
        evaluation=folder.read("evaluation").get("figures", {}),
        recorded=document.get("recorded") or {},
        model=document.get("model") or {},
        stopped=history.get("stopped"),
        error=f"{error['type']}: {error['message']}".rstrip(": ") if error else None,
        traceback=error.get("traceback", ""),
        sources=document.get("sources") or {},
    )


def _of_train(folder: RunFolder) -> RunInfo:
    config, metrics, history = folder.read("config"), folder.read("metrics"), folder.read("history")
    asked = {"source": config["source"], **config["options"]}
    training, network = config["training"], config["network"]
    seconds, end = metrics.get("seconds"), folder.read("environment").get("time")
    ended = datetime.fromisoformat(end) if end else None
    try:
        # The folder's name is a local time.
        start = datetime.strptime(folder.path.name[:19], _STAMP).astimezone()
    except ValueError:
        start = ended - timedelta(seconds=seconds or 0) if ended else None
    stopped = metrics.get("stopped")
    return RunInfo(
        path=folder.path,
        kind="train",
        status=INTERRUPTED if str(stopped).startswith("interrupted") else COMPLETED,
        script=config["source"],
        flags={k: v for k, v in asked.items() if v not in (None, [], False, "") and k not in ("out", "quiet")},
        given={},
        start=start,
        end=ended,
        seconds=seconds,
        epochs=training["epochs"],
        history=history.get("figures", {}),
        evaluation={k: v for k, v in metrics.items() if is_number(v) and k not in _NO_FIGURES and "baseline" not in k},
        model={
            "name": config["name"],
            "layers": [layer["class"] for layer in network],
            "parameters": sum(layer["parameters"] for layer in network),
            "optimizer": training["optimizer_text"],
            "loss": training["loss"],
        },
        stopped=stopped,
    )


def _all_of(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    last = {name: value for name, value in document.items() if name != "earlier"}
    return [*document.get("earlier", []), *([last] if last else [])]
