"""What a fit shows while it runs: a bar in a terminal, one plain line an epoch elsewhere."""

from __future__ import annotations

import shutil
import sys
import time
from typing import Any

SECONDS_BETWEEN_DRAWINGS = 0.1


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

    def close(self) -> None:
        """Take away what is not to stay, before something else is printed."""


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
    """A live line for the epoch under way, and one that stays for each that is done.

    The live line keeps within the terminal: it shows as many figures as there is room for.
    """

    def __init__(self, epochs: int, steps: int | None) -> None:
        self.epochs, self.steps, self.epoch = epochs, steps, 0
        self._drawn, self._time = 0, 0.0

    def begin_epoch(self, epoch: int) -> None:
        self.epoch = epoch
        if not self._time:
            self.update(0, {})

    def is_due(self) -> bool:
        return time.monotonic() - self._time >= SECONDS_BETWEEN_DRAWINGS

    def update(self, step: int, logs: dict[str, Any]) -> None:
        width = shutil.get_terminal_size().columns - 1
        line = f"Epoch {self.epoch + 1}/{self.epochs}  "
        if self.steps:
            length = 20 if width >= 79 else 10
            line += f"{step:>{len(str(self.steps))}}/{self.steps} {drawn_bar(step / self.steps, length)}"
        else:
            line += f"{step} steps"
        for i, (name, value) in enumerate(logs.items()):
            entry = f"{' - ' if i else ' '}{name}: {figure(value)}"
            if len(line) + len(entry) > width:
                break
            line += entry
        self._put(line[: max(width, 0)])
        self._time = time.monotonic()

    def _put(self, line: str, end: str = "") -> None:
        # Blanks instead of escape codes, which not every terminal knows.
        sys.stdout.write(f"\r{line}{' ' * (self._drawn - len(line))}{end}")
        sys.stdout.flush()
        self._drawn = 0 if end else len(line)

    def say(self, line: str) -> None:
        self._put(line, "\n")

    def end_epoch(self, epoch: int, logs: dict[str, Any], steps: int, seconds: float) -> None:
        self.say(
            f"Epoch {epoch + 1}/{self.epochs}  {steps}/{steps}  "
            f"{seconds:.0f}s {per_step(seconds / max(steps, 1))} - {figures(logs)}"
        )

    def close(self) -> None:
        if self._drawn:
            self._put("", "\r")


def drawn_bar(share: float, length: int) -> str:
    """'━━━━━━━━────────────', or '====----' where the terminal has no such letters."""
    full, rest = "━", "─"
    try:
        (full + rest).encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        full, rest = "=", "-"
    done = min(int(share * length), length)
    return full * done + rest * (length - done)


def progress(verbose: Any, epochs: int, steps: int | None) -> Quiet:
    """The display that `verbose` asks for: 0 none, 1 a bar, 2 lines, 'auto' a bar in a terminal and lines elsewhere."""
    if verbose in (0, False):
        return Quiet()
    if verbose == 2 or not sys.stdout.isatty():
        return Lines(epochs)
    return Bar(epochs, steps)
