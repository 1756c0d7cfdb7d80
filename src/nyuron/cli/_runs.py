"""Listing, showing and comparing runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.table import Table

from nyuron.cli._show import console, number
from nyuron.saving import RunFolder, find_run, list_runs

_BARS = "▁▂▃▄▅▆▇█"


def sparkline(values: list[float], width: int = 16) -> str:
    """A curve in one line of text."""
    if not values:
        return ""
    step = max(len(values) / width, 1.0)
    picked = [values[int(i * step)] for i in range(int(len(values) / step))]
    low, high = min(picked), max(picked)
    return "".join(_BARS[int((v - low) / (high - low or 1.0) * 7)] for v in picked)


def show_list(base: Path) -> int:
    """A line a run."""
    runs = list_runs(base)
    if not runs:
        console.print(f"no runs in {base} yet; `nyuron train digits` makes one")
        return 0
    table = Table("run", "task", "result", "epochs", "seconds", "loss", box=None, padding=(0, 2, 0, 0))
    for run in runs:
        about, metrics, history = run.read("config"), run.read("metrics"), run.read("history")
        table.add_row(
            run.path.name,
            about["data"]["task"],
            _headline(metrics),
            str(metrics.get("epochs", "")),
            f"{metrics.get('seconds', 0):.1f}",
            sparkline(history.get("figures", {}).get("loss", [])),
        )
    console.print(table)
    return 0


def _headline(metrics: dict[str, Any]) -> str:
    if "accuracy" in metrics:
        return f"accuracy {metrics['accuracy']:.2%}"
    return f"mae {number(metrics.get('mae', float('nan')))}, R² {metrics.get('r2', float('nan')):.3f}"


def _flat(run: RunFolder) -> dict[str, str]:
    about, metrics = run.read("config"), run.read("metrics")
    flags = {name: str(value) for name, value in about["options"].items()}
    shown = {name: number(value) for name, value in metrics.items()}
    return {**flags, "optimizer used": about["optimizer"], **shown}


def show_one(name: str, base: Path) -> int:
    """Options and figures of one run."""
    run = find_run(name, base)
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    for key, value in _flat(run).items():
        table.add_row(key, value)
    console.print(f"[bold]{run.path.name}[/bold]")
    console.print(table)
    console.print(run.read("config")["summary"])
    console.print(f"report   {(run.path / 'report.html').resolve().as_uri()}", soft_wrap=True)
    return 0


def show_difference(first: str, second: str, base: Path) -> int:
    """Where two runs differ, side by side."""
    a, b = find_run(first, base), find_run(second, base)
    left, right = _flat(a), _flat(b)
    table = Table("", a.path.name, b.path.name, box=None, padding=(0, 2, 0, 0))
    for key in {**left, **right}:
        if left.get(key) != right.get(key):
            table.add_row(key, left.get(key, "–"), right.get(key, "–"))
    console.print(table)
    return 0
