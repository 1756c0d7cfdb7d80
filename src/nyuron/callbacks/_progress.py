"""What a fit shows while it runs: a bar in a terminal, one plain line an epoch elsewhere."""

from __future__ import annotations

import sys
from typing import Any


def figure(value: Any) -> str:
    """A figure as Keras prints it: four decimals, or scientific when it is small."""
    if isinstance(value, float):
        return f"{value:.4f}" if abs(value) > 1e-3 or value == 0 else f"{value:.4e}"
    return str(value)


def figures(logs: dict[str, Any]) -> str:
    """'accuracy: 0.9812 - loss: 0.0634'."""
    return " - ".join(f"{name}: {figure(value)}" for name, value in logs.items())


def per_step(seconds: float) -> str:
    """'2ms/step', '35us/step', '1s/step'."""
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= scale:
            return f"{seconds / scale:.0f}{unit}/step"
    return "0us/step"


class Quiet:
    """Shows nothing."""

    def begin_epoch(self, epoch: int) -> None: ...

    def update(self, step: int, logs: dict[str, Any]) -> None: ...

    def end_epoch(self, epoch: int, logs: dict[str, Any], steps: int, seconds: float) -> None: ...

    def is_due(self) -> bool:
        """Whether it is time for another `update`."""
        return False

    def say(self, line: str) -> None:
        """A word to the user about the fit."""

    def close(self) -> None: ...


class Lines(Quiet):
    """Two lines an epoch, as Keras's verbose=2."""

    def __init__(self, epochs: int) -> None:
        self.epochs = epochs

    def end_epoch(self, epoch: int, logs: dict[str, Any], steps: int, seconds: float) -> None:
        head = f"Epoch {epoch + 1}/{self.epochs} - " if self.epochs > 1 else ""
        print(  # noqa: T201
            f"{head}{steps}/{steps} - {seconds:.0f}s - {per_step(seconds / max(steps, 1))} - {figures(logs)}",
            flush=True,
        )

    def say(self, line: str) -> None:
        print(line, flush=True)  # noqa: T201


class Bar(Quiet):
    """A live bar for the epoch under way, and a line for each that is done."""

    def __init__(self, epochs: int, steps: int | None) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        self.epochs, self.steps = epochs, steps
        self._progress = Progress(
            TextColumn("Epoch {task.fields[epoch]}/{task.fields[epochs]}"),
            MofNCompleteColumn(),
            BarColumn(bar_width=20),
            TextColumn("{task.fields[figures]}"),
            console=Console(),
            transient=True,
        )
        self._task = self._progress.add_task("fit", total=steps, epoch=1, epochs=epochs, figures="")
        self._progress.start()

    def begin_epoch(self, epoch: int) -> None:
        self._progress.update(self._task, completed=0, epoch=epoch + 1)

    def is_due(self) -> bool:
        return True

    def say(self, line: str) -> None:
        self._progress.console.print(line, highlight=False, soft_wrap=True)

    def update(self, step: int, logs: dict[str, Any]) -> None:
        self._progress.update(self._task, completed=step, figures=figures(logs))

    def end_epoch(self, epoch: int, logs: dict[str, Any], steps: int, seconds: float) -> None:
        self._progress.console.print(
            f"Epoch {epoch + 1}/{self.epochs}  {steps}/{steps}  {seconds:.0f}s {per_step(seconds / max(steps, 1))} - {figures(logs)}",
            highlight=False,
            soft_wrap=True,
        )

    def close(self) -> None:
        self._progress.stop()


def progress(verbose: Any, epochs: int, steps: int | None) -> Quiet:
    """The display that `verbose` asks for: 0 none, 1 a bar, 2 lines, 'auto' a bar in a terminal and lines elsewhere."""
    if verbose in (0, False):
        return Quiet()
    if verbose == 2 or not sys.stdout.isatty():
        return Lines(epochs)
    return Bar(epochs, steps)
