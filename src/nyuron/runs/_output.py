"""What a script prints, kept as it would stand on the screen."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

_CONTROL = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|[\x00-\x08\x0b\x0c\x0e-\x1f]")


def as_seen(line: str) -> str:
    r"""A line as the screen shows it: what was overwritten is gone, and so are colours.

    Example:
        >>> as_seen("10 %\r100 %\x1b[1m done\x1b[0m")
        '100 % done'
    """
    seen = ""
    for part in _CONTROL.sub("", line).split("\r"):
        seen = part + seen[len(part) :]
    return seen.rstrip()


class _Log:
    """A file of lines, which two streams share."""

    def __init__(self, path: Path) -> None:
        self._file = open(path, "w", encoding="utf-8", errors="backslashreplace")  # noqa: SIM115
        self._open = ""

    def write(self, text: str) -> None:
        *whole, self._open = (self._open + text).split("\n")
        if whole and not self._file.closed:
            self._file.write("".join(as_seen(line) + "\n" for line in whole))
            self._file.flush()
        if len(self._open) > 100_000:
            # A bar that never ends its line.
            self._open = self._open[-10_000:]

    def close(self) -> None:
        if as_seen(self._open):
            self.write("\n")
        self._file.close()


class _Stream:
    """A standard stream that also goes to the log; without `echo` it goes nowhere else."""

    def __init__(self, stream: TextIO, log: _Log, echo: bool) -> None:
        self._stream, self._log, self._echo = stream, log, echo

    def write(self, text: str) -> int:
        self._log.write(text)
        if self._echo:
            self._stream.write(text)
        return len(text)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        if self._echo:
            self._stream.flush()

    def isatty(self) -> bool:
        return self._echo and self._stream.isatty()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def output_kept(path: Path, echo: bool) -> Iterator[None]:
    """Within the block what Python prints goes to the file; with `echo` also where it went before."""
    log, before = _Log(path), (sys.stdout, sys.stderr)
    sys.stdout, sys.stderr = _Stream(before[0], log, echo), _Stream(before[1], log, echo)  # type: ignore[assignment]
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
        log.close()
