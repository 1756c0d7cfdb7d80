"""tuning_run: a script once for each combination of its flags."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nyuron.runs._confirm import confirmed
from nyuron.runs._find import runs_in
from nyuron.runs._info import COMPLETED, FAILED, INTERRUPTED, RunInfo, read_run
from nyuron.runs._list import frame_of, rows_of
from nyuron.runs._script import digest, find_script
from nyuron.runs._space import combinations
from nyuron.runs._training_run import training_run


@dataclass(frozen=True)
class Progress:
    """How far a tuning run is: the run that has just ended, and the counts."""

    run: RunInfo
    done: int
    """Ended, those of earlier calls included."""
    wanted: int
    failed: int
    seconds_left: float | None


def tuning_run(  # noqa: PLR0913
    file: str | os.PathLike[str],
    flags: Mapping[str, Any],
    *,
    sample: float | None = None,
    seed: int = 0,
    base: str | os.PathLike[str] = "runs",
    confirm: bool = False,
    echo: bool = False,
    on_run: Callable[[Progress], None] | None = None,
) -> Any:
    """Run a script for all combinations of `flags`, or the share `sample` of them, each a `training_run` under `base`.

    `flags` maps names to lists of values: ``{"units": [64, 128], "dropout": [0.2, 0.3]}``. A sample is drawn without
    replacement; `seed` fixes which, and their order. A run that fails is recorded, and the others go on. The same call
    once more goes on where an earlier one ended, be it by Ctrl-C or because the process was killed: combinations
    that this very script has completed under `base` are not run again. `confirm` asks first. `echo` shows the
    scripts' output; without it a line a run is printed, or `on_run` is called. Returns the runs as `ls_runs` does.

    Raises: KeyboardInterrupt after Ctrl-C, when the run under way has been recorded.
    Source: tfruns::tuning_run.
    """
    script = find_script(file, "tuning_run")
    every, wanted = combinations(flags, sample, seed)
    done = _completed(script, Path(base))
    missing = [chosen for chosen in wanted if _key(chosen) not in done]
    what = f"{len(missing):,} runs of {script.name}" + (f" ({every:,} combinations)" if every != len(missing) else "")
    already, failed = len(wanted) - len(missing), 0
    if missing and confirm and not confirmed(f"{what}?"):
        missing = []
    begun = time.perf_counter()
    for i, chosen in enumerate(missing):
        run = _one(script, chosen, base, echo)
        done[_key(chosen)] = run
        failed += run.status == FAILED
        left = (time.perf_counter() - begun) / (i + 1) * (len(missing) - i - 1)
        (on_run or _say)(Progress(run, already + i + 1, len(wanted), failed, left))
        if run.status == INTERRUPTED:
            raise KeyboardInterrupt(f"{already + i} of {len(wanted)} runs are done; the same call goes on")
    return frame_of(rows_of(done[_key(chosen)] for chosen in wanted if _key(chosen) in done))


def _one(script: Path, flags: dict[str, Any], base: str | os.PathLike[str], echo: bool) -> RunInfo:
    """A run, whatever becomes of it; Ctrl-C passes through."""
    try:
        return training_run(script, flags, base=base, echo=echo)
    except Exception as error:
        folder = next((note[12:] for note in getattr(error, "__notes__", ()) if note.startswith("recorded in ")), None)
        if folder is None:
            raise
        return read_run(folder)


def _say(progress: Progress) -> None:
    run = progress.run
    figures = ", ".join(f"{name}={value:.4g}" for name, value in {**run.metrics, **run.evaluation}.items())
    asked = " ".join(f"{name}={value}" for name, value in run.given.items())
    result = figures if run.status == COMPLETED else f"{run.status}: {run.error or run.stopped}".splitlines()[0]
    sys.stdout.write(f"{progress.done}/{progress.wanted}  {asked}  {run.seconds or 0:.1f} s  {result}\n")
    sys.stdout.flush()


def _key(flags: Mapping[str, Any]) -> str:
    return json.dumps(dict(flags), sort_keys=True)


def _completed(script: Path, base: Path) -> dict[str, RunInfo]:
    """The completed runs of this very script under `base`, by the flags that they were given."""
    found = {}
    now: dict[str, str | None] = {}
    for run in runs_in(base):
        if run.status != COMPLETED or run.kind != "script" or Path(run.script) != script:
            continue
        for name in run.sources:
            path = script.parent / name
            if name not in now:
                now[name] = digest(path) if path.is_file() else None
        has_new_file = "flags.yml" not in run.sources and (script.parent / "flags.yml").is_file()
        if not has_new_file and all(now[name] == known for name, known in run.sources.items()):
            found[_key(run.given)] = run
    return found
