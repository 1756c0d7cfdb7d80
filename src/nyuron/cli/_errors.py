"""Errors and warnings as people read them: the message, and the repair; no traceback."""

from __future__ import annotations

import re
import shlex
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cyclopts import CycloptsError, MissingArgumentError
from rich.text import Text

from nyuron.cli._console import console

_STYLES = {"expected:": "cyan", "got:": "yellow", "first:": "yellow", "kept:": "green", "fix:": "green"}


def template(kind: str, message: str, style: str) -> Text:
    """The message of one of our errors, with its labels in colour."""
    head, *rest = message.strip().splitlines()
    text = Text.assemble((f"{kind}: ", f"bold {style}"), (head, "bold"))
    for line in rest:
        label = line.split(maxsplit=1)[0] if line.strip() else ""
        indent = line[: len(line) - len(line.lstrip())]
        if label in _STYLES:
            text.append(f"\n{indent}").append(label, style=_STYLES[label]).append(line[len(indent) + len(label) :])
        else:
            text.append(f"\n{line}")
    return text


def as_options(message: str) -> str:
    """The message with Python's arguments in its fix as options of the command line.

    Example:
        >>> as_options("  fix:      leave it out: drop=['a b', 'c']")
        "  fix:      leave it out: --drop 'a b' c"
        >>> as_options("  fix:      task='regression'")
        '  fix:      --task regression'
    """
    head, fix, rest = message.partition("\n  fix:") if "\n  fix:" in message else ("", "", message)

    def listed(found: re.Match[str]) -> str:
        return "--drop " + " ".join(shlex.quote(name) if name else "…" for name in re.findall(r"'([^']*)'|…", found[1]))

    rest = re.sub(r"\bdrop=\[([^\]]*)\]", listed, rest)
    rest = re.sub(
        r"\b(task|missing|target|test|seed)=(?:'([\w ]*)'|([\d.]+))", lambda f: f"--{f[1]} {f[2] or f[3]}", rest
    )
    return head + fix + rest


def show_error(error: BaseException) -> int:
    """Say what went wrong; returns the exit code."""
    from nyuron.core import NyuronError

    out = console(stderr=True)
    if isinstance(error, KeyboardInterrupt):
        out.print(template("interrupted", "nothing was kept", "yellow"))
        return 130
    if isinstance(error, NyuronError):
        out.print(template("error", as_options(str(error)), "red"))
        return 1
    if isinstance(error, BrokenPipeError):
        return 1
    if isinstance(error, OSError):
        what = error.strerror or str(error)
        out.print(template("error", f"{error.filename or 'the system'}: {what}", "red"))
        return 1
    out.print("".join(traceback.format_exception(error)), markup=False)
    out.print(template("error", "this is a fault of Nyuron's\n  fix:      report it with the lines above", "red"))
    return 1


def show_usage_error(error: CycloptsError) -> int:
    """Say what was wrong with the call; returns the exit code."""
    chain = [name for name in (error.command_chain or ()) if not name.startswith("-")]
    error.verbose = False
    message = " ".join(str(error).split())
    fix = " ".join(["nyuron", *chain, "--help"])
    if isinstance(error, MissingArgumentError) and chain:
        named = error.argument.name if error.argument else ""
        message = f"nyuron {' '.join(chain)}: {named.lstrip('-').upper()} is missing"
        fix = f"nyuron train digits, or see {fix}" if chain == ["train"] else fix
    console(stderr=True).print(template("error", f"{message}\n  fix:      {fix}", "red"))
    return 2


@contextmanager
def plain_warnings() -> Iterator[None]:
    """Within the block, warnings are printed like errors, without the line of code that gave them."""

    def show(
        message: Warning | str, category: Any, filename: str, lineno: int, file: Any = None, line: Any = None
    ) -> None:
        del category, filename, lineno, file, line
        console(stderr=True).print(template("warning", str(message), "yellow"))

    before, warnings.showwarning = warnings.showwarning, show
    try:
        yield
    finally:
        warnings.showwarning = before
