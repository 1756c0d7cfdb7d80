"""Figures for people."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any


def number(value: Any) -> str:
    """Four significant digits, thousands apart.

    Example:
        >>> number(0.123456), number(12345), number(None), number(-2.5)
        ('0.1235', '12,345', '–', '−2.5')
    """
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return "–" if value is None else str(value)
    if not isinstance(value, int | float) or isinstance(value, bool):
        return str(value)
    text = f"{value:,.0f}" if isinstance(value, int) or abs(value) >= 1e4 else f"{value:,.4g}"
    return text.replace("-", "−")


def share(value: float, digits: int = 1) -> str:
    """A share in per cent; never 100 % unless it is all.

    Example:
        >>> share(0.9777), share(0.99999), share(1.0)
        ('97.8 %', '99.9 %', '100 %')
    """
    if value >= 1.0:
        return "100 %"
    return f"{min(100 * value, 100 - 10**-digits):.{digits}f} %"


def seconds(value: float) -> str:
    """A duration.

    Example:
        >>> seconds(0.4213), seconds(42.13), seconds(750)
        ('0.42 s', '42.1 s', '12 min 30 s')
    """
    if value < 60:
        return f"{value:.2f} s" if value < 1 else f"{value:.1f} s"
    whole = round(value)
    return f"{whole // 60} min {whole % 60} s" if whole < 3600 else f"{whole // 3600} h {whole % 3600 // 60} min"


def moment(stamp: str) -> str:
    """A time as people write it.

    Example:
        >>> moment("2026-11-21T04:05:06+00:00")
        '21 November 2026, 04:05'
    """
    try:
        at = datetime.fromisoformat(stamp)
    except ValueError:
        return stamp
    return f"{at.day} {at:%B %Y, %H:%M}"


def plural(count: int, noun: str) -> str:
    """A count with its noun.

    Example:
        >>> plural(1, "row"), plural(1200, "row"), plural(2, "class")
        ('1 row', '1,200 rows', '2 classes')
    """
    return f"{count:,} {noun}" + ("" if count == 1 else "es" if noun.endswith("s") else "s")
