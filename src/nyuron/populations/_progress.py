"""How far a population is, in one line."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Any

from nyuron.train import NOT_FINITE, Trained


class MembersProgress:
    """A line that says how many members have ended, and how long the others will take.

    Shown on a terminal with `verbose` 'auto', always with 1, as a last line only with 2, never with 0.
    """

    def __init__(self, total: int, verbose: Any) -> None:
        self._total, self._ended, self._diverged, self._epochs = total, 0, 0, 0
        self._is_live = verbose in (1, True) or (verbose == "auto" and sys.stdout.isatty())
        self._says_end = self._is_live or verbose == 2
        self._began = self._shown = time.perf_counter()

    def __enter__(self) -> MembersProgress:
        return self

    def member_ended(self, trained: Trained) -> None:
        """One more is done."""
        self._ended += 1
        self._epochs += trained.epochs
        self._diverged += trained.status == NOT_FINITE
        now = time.perf_counter()
        if self._is_live and now - self._shown > 0.2:
            self._shown = now
            left = (now - self._began) / self._ended * (self._total - self._ended)
            self._write(f"\r{self._text()} · about {left:.0f} s left")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._says_end:
            seconds = time.perf_counter() - self._began
            start = "\r" if self._is_live else ""
            self._write(
                f"{start}{self._text()} · {seconds:.1f} s, {seconds / max(self._epochs, 1) * 1e3:.2f} ms/epoch\n"
            )

    def _text(self) -> str:
        diverged = f", {self._diverged} diverged" if self._diverged else ""
        return f"{self._ended}/{self._total} members{diverged} · {self._epochs} epochs"

    def _write(self, text: str) -> None:
        width = 79
        sys.stdout.write(text.ljust(width) if not text.endswith("\n") else f"{text[:-1].ljust(width)}\n")
        sys.stdout.flush()
