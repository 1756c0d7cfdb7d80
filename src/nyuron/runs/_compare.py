"""compare_runs: where two runs differ."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nyuron.runs._find import find_path
from nyuron.runs._info import RunInfo, read_run

Pairs = dict[str, tuple[Any, Any]]


@dataclass(frozen=True)
class Comparison:
    """Two runs, and what differs: name → (the first's value, the second's), None for what a run does not have.

    Source: tfruns::compare_runs.
    """

    first: RunInfo
    second: RunInfo
    flags: Pairs
    metrics: Pairs
    """Figures of the last epoch."""
    best: Pairs
    evaluation: Pairs
    recorded: Pairs
    about: Pairs
    """Script, status, epochs, seconds, model, versions."""
    source: str
    """The difference of the kept source files, as ``diff -u`` writes it."""

    @property
    def groups(self) -> dict[str, Pairs]:
        """The differences by the name of their group."""
        names = ("flags", "metrics", "best", "evaluation", "recorded", "about")
        return {name: getattr(self, name) for name in names}

    def __str__(self) -> str:
        lines = [f"{self.first.name}  |  {self.second.name}"]
        for group, pairs in self.groups.items():
            lines += [f"{group}: {name}: {_text(a)}  |  {_text(b)}" for name, (a, b) in pairs.items()]
        return "\n".join(lines) + ("\n\n" + self.source if self.source else "")


def compare_runs(first: Any, second: Any, base: str | os.PathLike[str] = "runs") -> Comparison:
    """Where two runs differ: flags, figures, source.

    Raises: DataError if there is no such run.
    Source: tfruns::compare_runs.
    """
    a, b = (run if isinstance(run, RunInfo) else read_run(find_path(run, base)) for run in (first, second))
    return Comparison(
        first=a,
        second=b,
        flags=differing(a.flags, b.flags),
        metrics=differing(a.metrics, b.metrics),
        best=differing(a.best, b.best),
        evaluation=differing(a.evaluation, b.evaluation),
        recorded=differing(a.recorded, b.recorded),
        about=differing(_about(a), _about(b)),
        source=_source_diff(a, b),
    )


def differing(first: Mapping[str, Any], second: Mapping[str, Any]) -> Pairs:
    """The names whose values differ, with both."""
    pairs = {name: (first.get(name), second.get(name)) for name in {**first, **second}}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1] and pair[0] is not pair[1]}


def _about(run: RunInfo) -> dict[str, Any]:
    where = run.environment
    return {
        "script": run.script,
        "status": run.status,
        "error": run.error,
        "stopped": run.stopped,
        "epochs": run.epochs,
        "epochs completed": run.epochs_completed,
        "seconds": run.seconds,
        **{name: value for name, value in run.model.items() if name != "name"},
        "python": where.get("python"),
        **where.get("packages", {}),
        "devices": where.get("devices"),
    }


def _source_diff(a: RunInfo, b: RunInfo) -> str:
    if not a.sources or not b.sources:
        return ""
    parts = []
    for name in {**a.sources, **b.sources}:
        if a.sources.get(name) != b.sources.get(name):
            before, after = a.source(name).splitlines(keepends=True), b.source(name).splitlines(keepends=True)
            parts += difflib.unified_diff(before, after, f"{a.name}/{name}", f"{b.name}/{name}")
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in parts)


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return "–" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)
