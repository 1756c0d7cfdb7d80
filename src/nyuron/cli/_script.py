"""Running a script of the user's, once or for many settings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.text import Text

from nyuron.cli._console import console, facts, number
from nyuron.cli._errors import template
from nyuron.cli._interrupts import terminated_as_interrupted
from nyuron.core import ArgumentError, NyuronError
from nyuron.runs import Progress, RunInfo, parse_arguments, read_flags, run_info, select, training_run, tuning_run


def run_once(script: str, arguments: Sequence[str], base: Path, quiet: bool) -> int:
    """Run the script with flags; returns the exit code: 0 well, 1 it failed, 130 interrupted."""
    flags = parse_arguments(arguments, Path(script).name)
    with terminated_as_interrupted():
        try:
            run = training_run(script, flags, base=base, echo=not quiet)
        except (Exception, KeyboardInterrupt) as error:
            recorded = [note for note in getattr(error, "__notes__", ()) if note.startswith("recorded in ")]
            if not recorded:
                raise
            return _show_failure(error, run_info(recorded[-1].removeprefix("recorded in ")))
    _show(run)
    return 130 if run.status == "interrupted" else 0


def _show_failure(error: BaseException, run: RunInfo) -> int:
    out = console(stderr=True)
    if isinstance(error, KeyboardInterrupt):
        out.print(template("interrupted", f"the run is kept in {run.path}", "yellow"))
        return 130
    if isinstance(error, NyuronError):
        out.print(template("error", str(error), "red"))
    else:
        out.print(run.traceback.rstrip(), markup=False)
        out.print(template("error", f"the script failed: {run.error}", "red"))
    out.print(f"  run:      {run.path}", style="dim", markup=False)
    return 1


def _show(run: RunInfo) -> None:
    table = facts()
    if run.epochs_completed:
        stopped = f", {run.stopped}" if run.stopped else ""
        table.add_row("trained", f"{run.epochs_completed} of {run.epochs} epochs{stopped}: {_figures(run.metrics)}")
    if run.evaluation:
        table.add_row("evaluated", Text(_figures(run.evaluation), "bold green"))
    table.add_row("took", f"{run.seconds or 0:.1f} s")
    table.add_row("run", _near(run.path))
    named = run.name if run.path.resolve().parent == Path("runs").resolve() else _near(run.path)
    table.add_row("see", f"nyuron runs view {named}")
    out = console()
    out.print()
    out.print(table)


def _near(path: Path) -> str:
    """The path from here, where it is below."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def _figures(values: Any) -> str:
    return ", ".join(f"{name} {number(value)}" for name, value in values.items())


def run_many(
    script: str, arguments: Sequence[str], space: Path, sample: float | None, seed: int, base: Path, quiet: bool
) -> int:
    """Run the script for the combinations of a space's values; returns the exit code."""
    if not space.is_file():
        raise ArgumentError(
            "there is no such file",
            who="--space",
            expected="a YAML file",
            got=space,
            fix="lines such as units: [64, 128]",
        )
    flags = {**read_flags(space), **parse_arguments(arguments, Path(script).name)}
    out = console()

    def show(progress: Progress) -> None:
        if not quiet:
            out.print(_line(progress))

    with terminated_as_interrupted():
        try:
            tuning_run(script, flags, sample=sample, seed=seed, base=base, on_run=show)
        except KeyboardInterrupt as stop:
            said = str(stop) or "the runs that ended are kept; the same command goes on"
            console(stderr=True).print(template("interrupted", said, "yellow"))
            return 130
    _show_best(base, script, flags)
    return 0


def _line(progress: Progress) -> Text:
    run = progress.run
    wide = len(str(progress.wanted))
    text = Text(f"{progress.done:>{wide}}/{progress.wanted}  ", "dim")
    text.append("  ".join(f"{name}={value}" for name, value in run.given.items()))
    if run.status == "completed":
        figures = {f"best {name}": value for name, value in run.best.items() if name == "val_loss"} or run.metrics
        text.append(f"  {_figures({**figures, **{f'test {n}': v for n, v in run.evaluation.items()}})}", "green")
    else:
        text.append(f"  {run.status}: {run.error or run.stopped}".splitlines()[0], "red")
    left = progress.seconds_left
    text.append(f"  {run.seconds or 0:.1f} s" + (f", {_duration(left)} left" if left else ""), "dim")
    return text


def _duration(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min" if whole < 3600 else f"{whole / 3600:.1f} h"


def _show_best(base: Path, script: str, flags: Any) -> None:
    """The runs of this search with the best validation loss, or loss."""
    runs = [run for run in select(base) if Path(run.script) == Path(script).expanduser().resolve()]
    runs = [run for run in runs if set(run.given) == set(flags)]
    name = "val_loss" if any("val_loss" in run.best for run in runs) else "loss"
    ranked = sorted((run for run in runs if name in run.best), key=lambda run: run.best[name])
    failed = sum(run.status == "failed" for run in runs)
    table = facts()
    table.add_row("runs", f"{len(runs):,} in {_near(base.resolve())}" + (f", {failed} failed" if failed else ""))
    for i, run in enumerate(ranked[:3]):
        asked = "  ".join(f"{key}={value}" for key, value in run.given.items())
        table.add_row("best" if not i else "", f"{name} {number(run.best[name])}  {asked}  {run.name}")
    table.add_row("see", f"nyuron runs list --base {base} --order best_{name}")
    out = console()
    out.print()
    out.print(table)
