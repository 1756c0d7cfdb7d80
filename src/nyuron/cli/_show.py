"""What the main job prints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from rich.text import Text

from nyuron.cli._console import bar, console, facts, number, share
from nyuron.cli._forecast import verdict
from nyuron.cli._record import Job, class_names, reading
from nyuron.data import CLASSIFICATION, Dataset

_SCALED = {
    "Rescaling": "scaled to 0 … 1",
    "Normalization": "standardised",
    "MelSpectrogram": "seen as spectrograms, each standardised",
}
MANY = 12
"""Classes from which on only the rarest and the commonest are told."""


def show_job(job: Job) -> None:
    """What was understood of the data, and what will be trained."""
    data, plan = job.data, job.plan
    table = facts()
    about = data.description if data.description != data.name else ""
    table.add_row("data", Text.assemble((data.name, "bold"), f" – {about}" if about else ""))
    train, held = job.parts.rows
    parts = [f"{train:,} to train"] + ([f"{held:,} to validate"] if held else []) + [f"{len(data.y_test):,} to test"]
    table.add_row("rows", f"{train + held + len(data.y_test):,}: {', '.join(parts)}")
    table.add_row("input", _input(job))
    if not any("gaps" in note for note in data.notes):
        table.add_row("missing", "none")
    table.add_row("target", _target(data))
    if data.task == CLASSIFICATION:
        table.add_row("balance", _balance(data))
    for note in data.notes:
        table.add_row("note", note)
    table.add_row("network", _network(job))
    steps = -(-train // plan.batch_size)
    stop = f", stops after {plan.patience} without improvement" if plan.patience and held else ""
    table.add_row(
        "training",
        f"{plan.optimizer!r}, {plan.loss}, {steps:,} step{'s' * (steps != 1)} an epoch, {plan.epochs} epochs{stop}",
    )
    out = console()
    out.print(table)
    out.print()


def _input(job: Job) -> str:
    data = job.data
    scaled = type(job.model.layers[0]).__name__
    how = _SCALED.get(scaled, "as it is")
    shape = "×".join(map(str, data.input_shape))
    if data.kind == "texts":
        how = reading(job.model)
        return f"texts, read {how['unit']} by {how['unit']}: the first {how['length']}, {how['known']:,} different ones"
    if data.series is not None:
        listed = ", ".join(data.series.columns[:8]) + (", …" if len(data.series.columns) > 8 else "")
        return f"windows of {data.input_shape[0]} steps, {how}: {listed}"
    if data.sampling_rate is not None:
        return f"sounds of {len(data.x_train[0]) / data.sampling_rate:g} s at {data.sampling_rate:,} Hz, {how}"
    if data.value_range is not None:
        return f"{shape} numbers from {data.value_range[0]:g} to {data.value_range[1]:g}, {how}"
    if not data.feature_names:
        return f"{shape} numbers, {how}"
    shown = ", ".join(data.feature_names[:8]) + (", …" if len(data.feature_names) > 8 else "")
    return f"{len(data.feature_names)} column{'s' * (len(data.feature_names) > 1)}, {how}: {shown}"


def _target(data: Dataset) -> str:
    if data.task == CLASSIFICATION:
        return f"{data.target_name}: {data.classes} classes (classification)"
    low, high = float(np.min(data.y_train)), float(np.max(data.y_train))
    if data.series is not None:
        ahead = "the next step" if data.series.horizon == 1 else f"{data.series.horizon} steps ahead"
        return f"{data.target_name}, {ahead}, from {number(low)} to {number(high)}; its change is learned (regression)"
    return f"{data.target_name}: quantities from {number(low)} to {number(high)}, standardised (regression)"


def _balance(data: Dataset) -> Text:
    counts, names = np.bincount(data.y_train, minlength=data.classes), class_names(data)
    if data.classes > MANY:
        few, many = int(counts.argmin()), int(counts.argmax())
        return Text(f"{counts[few]:,} rows of {names[few]} to {counts[many]:,} of {names[many]}")
    wide, text = max(map(len, names)), Text()
    for k, (name, count) in enumerate(zip(names, counts, strict=True)):
        text.append("\n" if k else "").append(f"{name:<{wide}}  ").append(bar(count / counts.max()), "blue")
        text.append(f" {count:,}", "dim")
    return text


def _network(job: Job) -> str:
    words = []
    for layer in job.layers:
        if layer["class"] in ("Rescaling", "Normalization", "TextVectorization"):
            continue
        size = f" {layer['output'][-1]}" if layer["parameters"] else ""
        words.append(f"{layer['class']}{size}{' ' + layer['activation'] if layer['activation'] else ''}")
    return f"{' → '.join(words)}: {job.model.count_params():,} parameters"


def show_outcome(data: Dataset, metrics: dict[str, Any], folder: Path, page: Path) -> None:
    """The test figures, and where everything is."""
    out, table = console(), facts()
    trained = f"{metrics['epochs']} epoch{'s' * (metrics['epochs'] != 1)} in {metrics['seconds']:.1f} s"
    stopped = metrics["stopped"] or ""
    if stopped == "early stopping":
        trained += f", stopped early; the weights of epoch {metrics['best_epoch']} are kept"
    elif stopped.startswith("interrupted"):
        trained += f", {stopped}; what was learned until then is kept"
    elif stopped:
        trained += f", {stopped}"
    elif metrics["best_epoch"] not in (None, metrics["epochs"]):
        trained += f"; the weights of epoch {metrics['best_epoch']} are kept"
    table.add_row("trained", trained)
    table.add_row("test", headline(metrics))
    table.add_row("report", page.resolve().as_uri())
    table.add_row("run", str(folder))
    table.add_row("use", f"nyuron predict {folder} {again(data)}")
    out.print()
    out.print(table)


def again(data: Dataset) -> str:
    """What `nyuron predict` may be given after the run."""
    if data.kind == "texts":
        return f"--text {data.x_test[0]}" if data.task == "translation" else '--text "…"'
    return "FILE" if data.description.endswith(("csv", "parquet", "npz")) else data.name


def headline(metrics: dict[str, Any]) -> Text:
    """The test figures in a line, beside a blind guess's."""
    rows = metrics["test_rows"]
    if "sign_accuracy" in metrics:
        between = f"95 % sure of {share(metrics['accuracy_low'])} to {share(metrics['accuracy_high'])}"
        return Text.assemble(
            (f"{share(metrics['accuracy'])} exactly right", "bold green"),
            f" ({metrics['right']:,} of {rows:,}; {between}; of single signs {share(metrics['sign_accuracy'])})",
        )
    if "accuracy" in metrics:
        between = f"95 % sure of {share(metrics['accuracy_low'])} to {share(metrics['accuracy_high'])}"
        return Text.assemble(
            (f"{share(metrics['accuracy'])} right", "bold green"),
            f" ({metrics['right']:,} of {rows:,}; {between}; the commonest class alone: {share(metrics['baseline_accuracy'])})",
        )
    if "persistence_mae" in metrics:
        return Text.assemble(
            (f"wrong by {number(metrics['mae'])} on average", "bold green"),
            f" (on {rows:,} rows; root mean square {number(metrics['rmse'])}); {verdict(metrics)}",
        )
    r2 = "–" if metrics["r2"] is None else f"{metrics['r2']:.3f}"
    return Text.assemble(
        (f"wrong by {number(metrics['mae'])} on average", "bold green"),
        f" (on {rows:,} rows; root mean square {number(metrics['rmse'])}, R² {r2};"
        f" the mean alone: {number(metrics['baseline_mae'])})",
    )
