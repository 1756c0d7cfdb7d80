"""The tables in the terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.contenders import METHODS_TABLE, OURS
from benchmarks.workloads import NONLINEAR, WORKLOADS

COLUMNS = {
    "cold": "cold total",
    "fit": "fit",
    "second_fit": "second fit",
    "epoch": "epoch",
    "member_epoch": "member·epoch",
    "configuration": "configuration",
    "trained_epoch": "trained epoch",
    "epochs": "epochs",
    "memory": "peak memory",
}


def seconds(value: float | None) -> str:
    """Seconds or milliseconds with three figures."""
    if value is None:
        return "–"
    return f"{value:.3g} s" if value >= 1 else f"{value * 1000:.3g} ms"


def show(summary: dict[str, Any], console: Console) -> None:
    """One table a workload, then the goals."""
    about = summary["machine"]
    console.print(
        f"{about['processor']}, {about['cores']} cores, {about['system']}, Python {about['python']}", style="dim"
    )
    for workload, rows in summary["workloads"].items():
        console.print(_methods(rows) if workload == METHODS_TABLE else _workload(workload, rows))
        missing = {name: row["problem"] for name, row in rows.items() if "problem" in row}
        for name, problem in missing.items():
            console.print(f"skipped: {name} ({problem})", style="yellow", highlight=False)
    for goal in summary["goals"]:
        word, style = ("met   ", "green") if goal["is_met"] else ("missed", "red")
        if "seconds" in goal:
            reached = f"{seconds(goal['seconds'])} (goal {seconds(goal['goal'])})"
        else:
            reached = f"{goal['ratio']:.3f} of {goal['peer']} (goal {goal['goal']:.3f})"
        text = f"{goal['workload']}, {goal['figure']}: {reached}"
        console.print(f"{word}  {text}", style=style, highlight=False)


def _workload(workload: str, rows: dict[str, Any]) -> Table:
    shown = [figure for figure in COLUMNS if any(figure in row for row in rows.values())]
    compared = next((figure for figure in ("member_epoch", "configuration") if figure in shown), "fit")
    table = Table(title=WORKLOADS[workload].title, title_justify="left", title_style="bold")
    table.add_column("")
    for figure in shown:
        table.add_column(COLUMNS[figure], justify="right")
    table.add_column(WORKLOADS[workload].score, justify="right")
    table.add_column(f"nyuron's {COLUMNS[compared]} ÷ this", justify="right")
    for name, row in rows.items():
        if "cold" not in row:
            continue
        cells = [_cell(figure, row.get(figure)) for figure in shown]
        found = row.get("ours_divided_by_this", {}).get(compared)
        cells += [f"{row['score']:.4f}", "" if found is None else f"{found:.3f}"]
        table.add_row(name, *cells, style="bold" if name == OURS else None)
    return table


def _cell(figure: str, value: float | None) -> str:
    if value is None or figure not in ("memory", "epochs"):
        return seconds(value)
    return f"{value:.0f} MB" if figure == "memory" else f"{value:.0f}"


def _methods(rows: dict[str, Any]) -> Table:
    table = Table(
        title=f"Methods on the data and network of {NONLINEAR.name}.csv", title_justify="left", title_style="bold"
    )
    for heading in ("", "fit", "second fit", "epochs", "loss, median of 9 starts", "worst"):
        table.add_column(heading, justify="right" if heading else "left")
    for name, row in rows.items():
        if "cold" in row:
            table.add_row(
                name,
                seconds(row["fit"]),
                seconds(row["second_fit"]),
                f"{row['epochs']:.0f}",
                f"{row['median_score']:.4f}",
                f"{row['worst_score']:.4f}",
            )
    return table
