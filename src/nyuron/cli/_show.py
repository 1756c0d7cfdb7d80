"""What the commands print."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from nyuron.data import CLASSIFICATION, Dataset

console = Console(highlight=False)


def number(value: Any) -> str:
    """A figure for people: four significant digits, thousands apart."""
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1e5 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def show_data(data: Dataset, model: Any, epochs: int, share: float) -> None:
    """What was understood of the data, and what will be trained."""
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_column(style="bold")
    train, test = data.rows
    table.add_row("data", f"{data.name}: {data.description}" if data.description != data.name else data.name)
    held = f"{round(train * share):,} of them for validation, " if share else ""
    table.add_row("rows", f"{train:,} to train ({held}{test:,} held out to test)")
    table.add_row("input", _input_text(data))
    if data.task == CLASSIFICATION:
        counts = np.bincount(data.y_train, minlength=data.classes)
        table.add_row(
            "target", f"{data.target_name}: {data.classes} classes, {counts.min():,} to {counts.max():,} rows each"
        )
    else:
        y = data.y_train
        table.add_row(
            "target",
            f"{data.target_name}: numbers from {number(float(y.min()))} to {number(float(y.max()))}, standardised",
        )
    widths = " → ".join(str(layer.compute_output_shape(s)[-1]) for layer, s in _dense_layers(model))
    table.add_row("network", f"{widths}, {model.count_params():,} parameters, at most {epochs} epochs")
    for note in data.notes:
        table.add_row("note", note)
    console.print(table)


def _dense_layers(model: Any) -> list[tuple[Any, Any]]:
    shape: Any = (None, *model.graph.inputs[0].shape[1:])
    found = []
    for layer in model.layers:
        if hasattr(layer, "units"):
            found.append((layer, shape))
        shape = layer.compute_output_shape(shape)
    return found


def _input_text(data: Dataset) -> str:
    shape = "×".join(str(n) for n in data.input_shape)
    if data.value_range is not None:
        return f"{shape} values from {data.value_range[0]:g} to {data.value_range[1]:g}, scaled to 0..1"
    shown = ", ".join(data.feature_names[:6]) + (" …" if len(data.feature_names) > 6 else "")
    return f"{shape} columns, standardised" + (f": {shown}" if shown else "")


def show_result(data: Dataset, metrics: dict[str, Any], folder: Path, page: Path) -> None:
    """The test figures, and where everything is."""
    if data.task == CLASSIFICATION:
        line = f"test accuracy {metrics['accuracy']:.2%}, loss {metrics['loss']:.4f}, on {metrics['test_rows']:,} rows"
    else:
        line = (
            f"test error: mean {number(metrics['mae'])}, root mean square {number(metrics['rmse'])}, "
            f"R² {metrics['r2']:.3f}, on {metrics['test_rows']:,} rows"
        )
    console.print(f"\n[bold]{line}[/bold]  ({metrics['epochs']} epochs in {metrics['seconds']:.1f} s)", soft_wrap=True)
    if metrics["stopped"]:
        console.print(f"stopped: {metrics['stopped']}", soft_wrap=True)
    console.print(f"run      {folder}", soft_wrap=True)
    console.print(f"report   {page.resolve().as_uri()}", soft_wrap=True)
