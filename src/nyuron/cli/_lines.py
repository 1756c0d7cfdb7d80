"""Rows of answers as CSV, in a file or on the screen."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Any


def write_lines(out: Path | None, header: list[str], rows: list[list[Any]]) -> None:
    """Write a header and rows; on the screen without a file."""
    file = sys.stdout if out is None else out.open("w", newline="", encoding="utf-8")
    try:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    finally:
        if out is not None:
            file.close()
