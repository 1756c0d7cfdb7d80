"""Asking before something is done."""

from __future__ import annotations

import sys


def is_asked(confirm: bool | None) -> bool:
    """Whether to ask: as told, or by default where somebody sits at a terminal."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty() if confirm is None else confirm


def confirmed(question: str) -> bool:
    """Whether the user says yes; no answer is a no."""
    sys.stdout.write(f"{question} [y/N] ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")
