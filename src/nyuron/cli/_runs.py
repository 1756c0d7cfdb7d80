"""Listing, showing and comparing runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.table import Table

from nyuron.cli._console import console, facts, number, share, sparkline
from nyuron.cli._show import headline
from nyuron.saving import RunFolder, find_run, list_runs


def show_list(base: Path) -> int:
    """A line a run, the latest last."""
    runs = list_runs(base)
    if not runs:
        console().print(f"There are no runs in {base} yet; `nyuron train digits` makes one.")
        return 0
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name, align in (("run", "left"), ("test", "right"), ("loss", "right"), ("epochs", "right"), ("time", "right")):
        table.add_column(name, justify=align, no_wrap=True)  # type: ignore[arg-type]
    table.add_column("course of the loss", no_wrap=True)
    for run in runs:
        metrics, history = run.read("metrics"), run.read("history")
        table.add_row(
            run.path.name,
            _result(metrics),
            number(metrics.get("loss")),
            str(metrics.get("epochs", "")) + ("*" if str(metrics.get("stopped")).startswith("interrupted") else ""),
            f"{metrics.get('seconds', 0):.1f} s",
            sparkline(history.get("figures", {}).get("loss", [])),
        )
    out = console()
    out.print(table)
    if any(str(run.read("metrics").get("stopped")).startswith("interrupted") for run in runs):
        out.print("\n* interrupted", style="dim")
    return 0


def _result(metrics: dict[str, Any]) -> str:
    if "accuracy" in metrics:
        return f"{share(metrics['accuracy'])} right"
    r2 = metrics.get("r2")
    return f"± {number(metrics.get('mae'))}" + ("" if r2 is None else f", R² {r2:.3f}")


def _flat(run: RunFolder) -> dict[str, dict[str, Any]]:
    """Everything that may differ between two runs, by group."""
    about, metrics, where = run.read("config"), run.read("metrics"), run.read("environment")
    data, training = about["data"], dict(about["training"])
    training["optimizer"] = training.pop("optimizer_text")
    units = [layer["output"][-1] for layer in about["network"] if layer["parameters"]]
    return {
        "asked": {"source": about["source"], **about["options"]},
        "data": {
            "rows": " / ".join(f"{n:,}" for n in data["rows"].values()),
            "columns": len(data["columns"]) or "×".join(map(str, data["input_shape"])),
            "target": data["target"],
        },
        "network": {
            "layers": " → ".join(map(str, units)),
            "parameters": sum(layer["parameters"] for layer in about["network"]),
        },
        "training": training,
        "figures": metrics,
        "environment": {"python": where.get("python"), **where.get("packages", {}), "devices": where.get("devices")},
    }


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return " ".join(map(str, value)) or "–"
    return number(value)


def show_one(name: str, base: Path) -> int:
    """Options and figures of one run, in groups."""
    run = find_run(name, base)
    flat, out, table = _flat(run), console(), facts()
    table.add_row("test", headline(run.read("metrics")))
    for group in ("asked", "data", "network", "training", "figures"):
        shown = {key: value for key, value in flat[group].items() if value not in (None, "", [], False)}
        if shown:
            table.add_row("")
            table.add_row(f"[bold]{group}[/]")
        for key, value in shown.items():
            table.add_row(f"  {key.replace('_', ' ')}", _text(value))
    out.print(run.path.name, style="bold")
    out.print(table)
    out.print(f"\nreport  {(run.path / 'report.html').resolve().as_uri()}")
    return 0


def show_difference(first: str, second: str, base: Path) -> int:
    """Where two runs differ, side by side; for figures, which one is better."""
    a, b = find_run(first, base), find_run(second, base)
    left, right = _flat(a), _flat(b)
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("", style="dim", no_wrap=True)
    table.add_column(a.path.name, overflow="fold")
    table.add_column(b.path.name, overflow="fold")
    table.add_column("difference", justify="right", no_wrap=True)
    same = True
    for group in left:
        for key in {**left[group], **right[group]}:
            x, y = left[group].get(key), right[group].get(key)
            if x != y:
                same = False
                table.add_row(key.replace("_", " "), _text(x), _text(y), _change(x, y) if group == "figures" else "")
    out = console()
    out.print("The runs are equal in everything." if same else table)
    return 0


def _change(x: Any, y: Any) -> str:
    if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in (x, y)):
        return ""
    return f"{'+' if y > x else '−'}{number(abs(y - x))}"
