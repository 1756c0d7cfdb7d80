"""Runs for TensorBoard, which draws their curves and compares their flags."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from nyuron.core import ArgumentError, MissingPackageError
from nyuron.runs._find import paths_of
from nyuron.runs._info import RunInfo, is_number, read_run


def to_tensorboard(
    runs: Any, logdir: str | os.PathLike[str] = "logs", base: str | os.PathLike[str] = "runs"
) -> list[Path]:
    """Write runs as TensorBoard event files, each into a folder of its name under `logdir`; returns these folders.

    The curves have the tags of `nyuron.callbacks.TensorBoard`: ``epoch_loss`` … in `train` and `validation`. Flags,
    the last and best figures and the evaluation stand under HPARAMS: ``metric_val_loss``, ``best_val_loss``, ``eval_loss`` …

    Needs the package tensorboardX (``pip install 'nyuron[tensorboard]'``).

    Raises: MissingPackageError without it; ArgumentError where a run was written before.
    """
    try:
        from tensorboardX import SummaryWriter
        from tensorboardX.summary import hparams, scalar
    except ImportError as missing:
        raise MissingPackageError(
            "event files need the package tensorboardX", who="to_tensorboard", fix="pip install 'nyuron[tensorboard]'"
        ) from missing
    made = []
    for run in map(read_run, paths_of(runs, base)):
        folder = Path(logdir) / run.name
        if folder.exists() and any(folder.iterdir()):
            raise ArgumentError("the run was written before", who=str(folder), fix="remove it, or name another logdir")
        figures = _figures(run)
        with SummaryWriter(str(folder)) as writer:
            events: Any = writer.file_writer
            values = {
                name: value if isinstance(value, bool | int | float) else str(value)
                for name, value in run.flags.items()
            }
            for summary in hparams(values, figures):
                events.add_summary(summary)
            for name, value in figures.items():
                events.add_summary(scalar(name, value))
        _curves(run, folder, SummaryWriter)
        made.append(folder)
    return made


def _figures(run: RunInfo) -> dict[str, float]:
    groups = (("metric_", run.metrics), ("best_", run.best), ("eval_", run.evaluation))
    return {group + name: float(v) for group, values in groups for name, v in values.items() if is_number(v)}


def _curves(run: RunInfo, folder: Path, writer_class: Any) -> None:
    parts: dict[str, dict[str, Any]] = {"train": {}, "validation": {}}
    for name, values in run.history.items():
        parts["validation" if name.startswith("val_") else "train"][name.removeprefix("val_")] = values
    for part, curves in parts.items():
        if not curves:
            continue
        with writer_class(str(folder / part)) as writer:
            for name, values in curves.items():
                for epoch, value in enumerate(values):
                    if is_number(value):
                        writer.add_scalar(f"epoch_{name}", value, epoch, walltime=moment(run, epoch, len(values)))


def moment(run: RunInfo, epoch: int, epochs: int) -> float | None:
    """About when the epoch ended, in seconds of the system's clock."""
    if run.start is None:
        return None
    seconds = run.seconds or 0.0
    return run.start.timestamp() + seconds * (epoch + 1) / max(epochs, 1)
