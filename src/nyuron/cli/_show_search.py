"""What a search prints before and after its trials."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.text import Text

from nyuron.cli._console import console, facts, number
from nyuron.cli._record import Job
from nyuron.cli._search_table import settings, span
from nyuron.cli._show import again, headline
from nyuron.cli._tune_options import TuneOptions
from nyuron.data import Dataset
from nyuron.tuners import Search, Space

MANY = 12


def show_search(job: Job, space: Space, options: TuneOptions) -> None:
    """What was understood of the data, and what will be searched."""
    data, (train, held) = job.data, job.parts.rows
    out, table = console(), facts()
    about = f" – {data.description}" if data.description != data.name else ""
    table.add_row("data", Text.assemble((data.name, "bold"), about))
    rows = f"{train:,} to train, {held:,} to compare trials on, {len(data.y_test):,} to test the chosen one, once"
    table.add_row("rows", rows)
    size = f", {space.size:,} combinations" if space.size else ""
    table.add_row("search", f"{options.method}, {options.objective}{size}")
    for one in list(space)[:MANY]:
        table.add_row("", Text.assemble((one.name, "bold"), f"  {one.describe()}"))
    if len(space) > MANY:
        table.add_row("", f"and {len(space) - MANY} more")
    stop = f", stops after {job.plan.patience} without improvement" if job.plan.patience else ""
    each = f", {options.executions} seeds a combination" if options.executions > 1 else ""
    table.add_row("training", f"{job.plan.loss}, {job.plan.epochs} epochs at most{stop}{each}")
    out.print(table)
    out.print()


def show_search_outcome(
    search: Search, data: Dataset, metrics: dict[str, Any] | None, folder: Path, page: Path
) -> None:
    """The best trial, what the chosen model is worth, and where everything is."""
    out, table = console(), facts()
    states = [trial.state for trial in search.trials]
    counts = ", ".join(f"{states.count(name):,} {name}" for name in dict.fromkeys(sorted(states)))
    ended = {"interrupted": "; interrupted, everything is kept", "timeout": "; the time is up"}.get(
        search.stopped or "", ""
    )
    table.add_row("trials", f"{len(states):,} in {span(search.seconds)} ({counts or 'none'}){ended}")
    if search.ranked():
        best = search.best
        value = Text.assemble((f"{search.objective} {number(best.value)}", "bold green"), f", trial {best.number}: ")
        table.add_row("best", value.append(settings(best)))
        found = search.optimism()
        if found is not None:
            better = f"expected to be {number(found.expected)} too good, being the best of {found.trials}"
            table.add_row("luck", f"{better} ({number(found.low)} … {number(found.high)})")
    elif search.trials:
        error = next((trial.error for trial in search.trials if trial.error), "no trial is complete")
        table.add_row("best", Text(f"none: {error.strip().splitlines()[0]}", "red"))
    if metrics is not None:
        table.add_row("test", headline(metrics))
    table.add_row("report", page.resolve().as_uri())
    table.add_row("search", str(folder))
    if search.stopped == "interrupted" or (search.stopped and not search.ranked()):
        table.add_row("go on", f"nyuron tune --resume {folder}")
    elif search.ranked():
        table.add_row("use", f"nyuron predict {folder} {again(data)}")
    out.print()
    out.print(table)
