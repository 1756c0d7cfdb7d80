"""Listing, showing and comparing runs."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from nyuron.cli._console import console, facts, number, share, sparkline
from nyuron.cli._show import headline
from nyuron.runs import Comparison, RunInfo, better, compare_runs, rows_of, run_info, select
from nyuron.saving import RunFolder, broken_searches

_MARKS = {"interrupted": "*", "running": "…", "damaged": "?"}
FEW = 32
"""Letters of the flags that are worth a column."""
_SHARES = ("accuracy", "acc", "precision", "recall", "auc", "f1_score")


def show_list(
    base: Path,
    where: str | None = None,
    order: str | None = None,
    latest: int | None = None,
    out: Path | None = None,
) -> int:
    """A line a run, the latest last; with `order` the best first. With `out` all columns go to a CSV file."""
    runs = select(base, where, order or "start", None if order else False, latest)
    if out is not None:
        _write_csv(runs, out)
        console().print(f"{len(runs):,} runs: {out}")
        return 0
    if not runs:
        said = f"No run in {base} is so." if where and select(base) else None
        searches = broken_searches(base)
        if not said and searches:
            said = f"There are no finished runs in {base}; `nyuron tune --resume {searches[-1]}` goes on with a search."
        console().print(said or f"There are no runs in {base} yet; `nyuron train digits` makes one.", soft_wrap=True)
        return 0
    out_console = console()
    out_console.print(_table(runs, order, out_console.width))
    marks = {run.status for run in runs} & set(_MARKS)
    if marks:
        notes = "   ".join(f"{_MARKS[status]} {status}" for status in _MARKS if status in marks)
        out_console.print(f"\n{notes}", style="dim")
    return 0


def _table(runs: Sequence[RunInfo], order: str | None, width: int) -> Table:
    """As many columns as there is room for."""
    columns: dict[str, list[Any]] = {"run": [run.name + _MARKS.get(run.status, "") for run in runs]}
    varying = _varying(runs)
    if varying:
        columns["flags"] = ["  ".join(f"{n}={_short(run.flags[n])}" for n in varying if n in run.flags) for run in runs]
    columns["test"] = [_result(run) for run in runs]
    if order and order not in ("start", "run_dir"):
        columns[order] = [_short(row.get(order)) for row in rows_of(runs)]
    columns["loss"] = [number(run.evaluation.get("loss")) for run in runs]
    columns["best"] = [number(run.best.get(_watched(run))) for run in runs]
    columns["epochs"] = [str(run.epochs_completed or "") for run in runs]
    columns["time"] = ["" if run.seconds is None else f"{run.seconds:.1f} s" for run in runs]
    columns["course of the loss"] = [sparkline(_course(run)) for run in runs]
    empty = [name for name, cells in columns.items() if not any(str(cell).strip("–") for cell in cells)]
    wide = {name: max(len(name), *(len(str(cell)) for cell in cells)) + 2 for name, cells in columns.items()}
    shown = [name for name in columns if name not in empty]
    # The flags give way first, down to a few letters; then whole columns go.
    least = dict(wide)
    if "flags" in shown:
        least["flags"] = min(wide["flags"], FEW)
    for name in ("loss", "course of the loss", "time", "epochs", "best", "flags"):
        if sum(least[n] for n in shown) > width and name in shown and name != order:
            shown.remove(name)
    room = width - sum(wide[n] for n in shown if n != "flags")
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in shown:
        is_text = name in ("run", "flags", "course of the loss")
        most = room - 2 if name == "flags" else None
        table.add_column(name, justify="left" if is_text else "right", no_wrap=True, max_width=most)
    for i in range(len(runs)):
        table.add_row(*(columns[name][i] for name in shown))
    return table


def _write_csv(runs: Sequence[RunInfo], out: Path) -> None:
    rows = rows_of(runs)
    with open(out, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]) if rows else [])
        writer.writeheader()
        writer.writerows(rows)


def _varying(runs: Sequence[RunInfo]) -> list[str]:
    """Flags of scripts that are not the same in all runs."""
    scripts = [run for run in runs if run.kind == "script"]
    names = dict.fromkeys(name for run in scripts for name in run.flags)
    return [name for name in names if len({repr(run.flags[name]) for run in scripts if name in run.flags}) > 1]


def _short(value: Any) -> str:
    return number(value) if isinstance(value, int | float) and not isinstance(value, bool) else str(value or "–")


def _watched(run: RunInfo) -> str:
    return "val_loss" if "val_loss" in run.best else "loss"


def _course(run: RunInfo) -> list[float]:
    return [value for value in run.history.get("loss", []) if value is not None]


def _result(run: RunInfo) -> str | Text:
    if run.status in ("failed", "damaged"):
        return Text("failed" if run.status == "failed" else "damaged", "red")
    figures = run.evaluation
    name = next((name for name in _SHARES if name in figures), None)
    if name is not None:
        return f"{share(figures[name])} right" if name in ("accuracy", "acc") else f"{share(figures[name])} {name}"
    if "mae" not in figures:
        return ""
    r2 = figures.get("r2")
    return f"± {number(figures['mae'])}" + ("" if r2 is None else f", R² {r2:.3f}")


def show_latest(base: Path) -> int:
    """The folder of the latest run, for other programs."""
    print(run_info("latest", base).path)
    return 0


def _flat(run: RunFolder) -> dict[str, dict[str, Any]]:
    """Everything that may differ between two runs of `nyuron train`, by group."""
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
    """What was asked and what came out of one run, in groups."""
    run = run_info(name, base)
    out = console()
    out.print(run.name, style="bold")
    if run.kind == "train":
        folder = RunFolder(run.path)
        flat = _flat(folder)
        groups = {group: flat[group] for group in ("asked", "data", "network", "training", "figures")}
        out.print(_groups({"test": headline(folder.read("metrics"))}, groups))
        out.print(f"\nreport  {(run.path / 'report.html').resolve().as_uri()}")
        return 0
    out.print(_groups(_head(run), _of_script(run)))
    if run.traceback and run.status == "failed":
        out.print()
        out.print(run.traceback.rstrip(), markup=False, style="red")
    files = sorted(path.name for path in run.path.iterdir() if not path.name.startswith("."))
    out.print(f"\nfiles   {', '.join(files)}")
    out.print(f"run     {run.path}")
    return 0


def _head(run: RunInfo) -> dict[str, Any]:
    style = {"completed": "green", "failed": "red"}.get(run.status, "yellow")
    return {
        "status": Text(run.status + (f": {run.error}" if run.error else ""), style),
        "script": run.script,
        "began": run.start.strftime("%Y-%m-%d %H:%M:%S") if run.start else None,
        "took": None if run.seconds is None else f"{run.seconds:.1f} s",
    }


def _of_script(run: RunInfo) -> dict[str, Mapping[str, Any]]:
    epochs = f"{run.epochs_completed} of {run.epochs}" if run.epochs else None
    model = {name: " → ".join(value) if name == "layers" else value for name, value in run.model.items()}
    return {
        "flags": run.flags,
        "network": model,
        "last epoch": {"epochs": epochs, "stopped": run.stopped, **run.metrics},
        "best epoch": run.best,
        "evaluated": run.evaluation,
        "recorded": run.recorded,
    }


def _groups(head: Mapping[str, Any], groups: Mapping[str, Mapping[str, Any]]) -> Table:
    table = facts()
    for name, value in head.items():
        if value is not None:
            table.add_row(name, value)
    for group, values in groups.items():
        shown = {key: value for key, value in values.items() if value not in (None, "", [], False)}
        if shown:
            table.add_row("")
            table.add_row(f"[bold]{group}[/]")
        for key, value in shown.items():
            table.add_row(f"  {key.replace('_', ' ')}", _text(value))
    return table


def show_difference(first: str, second: str, base: Path) -> int:
    """Where two runs differ, side by side; for figures, which one is better."""
    compared = compare_runs(first, second, base)
    a, b = compared.first, compared.second
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("", style="dim", no_wrap=True)
    table.add_column(a.name, overflow="fold")
    table.add_column(b.name, overflow="fold")
    table.add_column("difference", justify="right", no_wrap=True)
    for group, key, x, y in _differences(compared):
        prefix = {"best": "best ", "evaluation": "evaluated "}.get(group, "")
        change = _change(key, x, y) if group in ("figures", "metrics", "best", "evaluation") else ""
        table.add_row(prefix + key.replace("_", " "), _text(x), _text(y), change)
    out = console()
    out.print(table if table.row_count else "The runs are equal in everything.")
    if compared.source:
        out.print()
        for line in compared.source.splitlines():
            style = "green" if line.startswith("+") else "red" if line.startswith("-") else "dim"
            out.print(line, style=style, markup=False)
    return 0


def _differences(compared: Comparison) -> list[tuple[str, str, Any, Any]]:
    """Group, name and both values of everything that differs."""
    a, b = compared.first, compared.second
    if a.kind == b.kind == "train":
        left, right = _flat(RunFolder(a.path)), _flat(RunFolder(b.path))
        pairs = {
            group: {k: (left[group].get(k), right[group].get(k)) for k in {**left[group], **right[group]}}
            for group in left
        }
    else:
        pairs = compared.groups
    return [(group, key, x, y) for group, some in pairs.items() for key, (x, y) in some.items() if x != y]


def _change(name: str, x: Any, y: Any) -> Text | str:
    if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in (x, y)):
        return ""
    sign = better(name) * (1 if y > x else -1)
    return Text(f"{'+' if y > x else '−'}{number(abs(y - x))}", {1: "green", -1: "red"}.get(sign, ""))
