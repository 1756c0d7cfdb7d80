"""How the commands print: consoles, and figures for people."""

from __future__ import annotations

import math
from typing import Any

from rich.console import Console
from rich.table import Table

WIDE = 120
"""Columns where the output is no terminal."""


def console(*, stderr: bool = False) -> Console:
    """A console on standard output, or on standard error."""
    made = Console(stderr=stderr, highlight=False, soft_wrap=True)
    if not made.is_terminal and "COLUMNS" not in made._environ:
        made.width = WIDE
    return made


def facts() -> Table:
    """A table of names and values without lines."""
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    return table


def number(value: Any) -> str:
    """A figure: four significant digits, thousands apart.

    Example:
        >>> number(0.123456), number(1234567), number(98765.4321), number(None)
        ('0.1235', '1,234,567', '98,765', '–')
    """
    if value is None:
        return "–"
    if isinstance(value, bool | str) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, float) and math.isfinite(value):
        return f"{value:,.0f}" if abs(value) >= 1e4 else f"{value:,.4g}"
    return f"{value:,}"


def share(value: float) -> str:
    """A share in per cent: 97.8 %."""
    return f"{100 * value:.4g} %" if value > 0.999 else f"{100 * value:.1f} %"


def bar(part: float, width: int = 20) -> str:
    """A bar of text, `part` of `width` long, in eighths of a character.

    Example:
        >>> bar(0.5, 4), bar(0.4, 4)
        ('██', '█▋')
    """
    eighths = round(part * width * 8)
    return "█" * (eighths // 8) + " ▏▎▍▌▋▊▉"[eighths % 8].strip()


def sparkline(values: list[float], width: int = 16) -> str:
    """A curve in one line of text.

    Example:
        >>> sparkline([3.0, 2.0, 1.0])
        '█▄▁'
    """
    values = [value for value in values if math.isfinite(value)]
    if not values:
        return ""
    step = max(len(values) / width, 1.0)
    picked = [values[min(int(i * step), len(values) - 1)] for i in range(min(len(values), width))]
    low, high = min(picked), max(picked)
    return "".join("▁▂▃▄▅▆▇█"[int((v - low) / ((high - low) or 1.0) * 7)] for v in picked)
