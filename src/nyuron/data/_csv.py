"""CSV text to an Arrow table, with errors that name the line."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from nyuron.core import DataError, FileFormatError

if TYPE_CHECKING:
    import pyarrow

MISSING = ("", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "None", "#N/A", "?")
"""Cells that count as missing."""
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+")
_DECIMAL_POINT = re.compile(r"[-+]?\d+\.\d+")


class Parsed(NamedTuple):
    """What a CSV text was found to be."""

    table: pyarrow.Table
    delimiter: str
    header: bool
    notes: tuple[str, ...]


def parse_csv(text: str, path: Path, delimiter: str | None = None, header: bool | None = None) -> Parsed:
    """The table of a CSV text.

    The delimiter is the one of comma, semicolon, tab and bar that cuts the first lines into the same number (≥ 2) of
    cells. The first row is a header unless all of its cells are numbers.

    Raises: DataError for no rows, ragged rows, or names that occur twice; FileFormatError for what is no CSV.
    """
    _refuse_other_text(text, path)
    delimiter = delimiter or find_delimiter(text)
    first = next((cells for _, cells in records(text, delimiter)), None)
    if first is None:
        raise DataError(
            "the file is empty",
            who=str(path),
            expected="a header and rows",
            got="only blank lines",
            fix="write the rows again: a header line such as length,width,kind, then a line for each row",
        )
    notes = []
    if header is None:
        header = not all(is_number(cell) for cell in first)
        if not header:
            notes.append("The first row holds only numbers, so it is data; the columns are named column_1, column_2 ….")
    names = _names(first, path, notes) if header else [f"column_{i + 1}" for i in range(len(first))]
    decimal = _decimal_mark(text, delimiter)
    if decimal == ",":
        notes.append("Numbers are written with a decimal comma.")
    table = _arrow(text, path, delimiter, header, names, decimal)
    if table.num_rows == 0:
        raise DataError(
            "there is a header, but there are no rows",
            who=str(path),
            expected="at least one row under the header",
            got=f"columns {', '.join(names[:8])}",
            fix="check that the export was complete",
        )
    return Parsed(table, delimiter, header, tuple(notes))


def find_delimiter(text: str) -> str:
    """The delimiter of a CSV text, ',' where there is only one column."""
    sample = "\n".join(text[:65536].splitlines()[:30])
    scores = {}
    for candidate in _DELIMITERS:
        widths = Counter(len(cells) for _, cells in records(sample, candidate))
        width, lines = widths.most_common(1)[0] if widths else (1, 0)
        if width > 1:
            scores[candidate] = (lines / widths.total(), width)
    return max(scores, key=lambda candidate: scores[candidate]) if scores else ","


def records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """(number of its first line, cells) of every row; blank lines are no rows."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = 1
    try:
        for cells in reader:
            if cells:
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise FileFormatError(
            "this is not a CSV file",
            who=f"line {line}",
            expected="lines of cells",
            got=str(error),
            fix="check the quotation marks on that line",
        ) from error


def is_number(cell: str) -> bool:
    """Whether a cell is written as a number (or left empty, which decides nothing)."""
    try:
        float(cell)
    except ValueError:
        return cell.strip() in MISSING
    return "_" not in cell


def _names(cells: list[str], path: Path, notes: list[str]) -> list[str]:
    names = [cell.strip() or f"column_{i + 1}" for i, cell in enumerate(cells)]
    unnamed = [name for name, cell in zip(names, cells, strict=True) if not cell.strip()]
    if unnamed:
        notes.append(f"The header has no name for {', '.join(unnamed[:5])}.")
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise DataError(
            f"the column name {twice[0]!r} occurs twice",
            who=f"{path}, line 1",
            expected="a different name for every column",
            got=", ".join(names[:12]),
            fix="rename one of them in the header",
        )
    return names


def _decimal_mark(text: str, delimiter: str) -> str:
    if delimiter == ",":
        return "."
    sample = "\n".join(text[:65536].splitlines()[:30])
    cells = [cell.strip() for _, row in records(sample, delimiter) for cell in row]
    has_comma = any(_DECIMAL_COMMA.fullmatch(cell) for cell in cells)
    return "," if has_comma and not any(_DECIMAL_POINT.fullmatch(cell) for cell in cells) else "."


def _arrow(text: str, path: Path, delimiter: str, header: bool, names: list[str], decimal: str) -> pyarrow.Table:
    import pyarrow as pa
    import pyarrow.csv as pa_csv

    data = text.encode()
    try:
        return pa_csv.read_csv(
            pa.BufferReader(data),
            # One block: the type of a column is then decided by all of its rows, not by the first megabyte.
            pa_csv.ReadOptions(
                block_size=min(len(data) + 1, 2**31 - 1), column_names=names, skip_rows_after_names=int(header)
            ),
            pa_csv.ParseOptions(delimiter=delimiter, newlines_in_values='"' in text),
            pa_csv.ConvertOptions(null_values=list(MISSING), strings_can_be_null=True, decimal_point=decimal),
        )
    except pa.ArrowInvalid as error:
        _refuse_ragged(text, path, delimiter, len(names))
        raise FileFormatError(
            "the file cannot be read as CSV",
            who=str(path),
            expected=f"rows of {len(names)} cells, delimited by a {_DELIMITERS.get(delimiter, repr(delimiter))}",
            got=str(error).splitlines()[0][:200],
            fix="open it in an editor and look for stray quotation marks",
        ) from error


def _refuse_ragged(text: str, path: Path, delimiter: str, width: int) -> None:
    ragged = [(line, cells) for line, cells in records(text, delimiter) if len(cells) != width]
    if not ragged:
        return
    line, cells = ragged[0]
    more = f" (and {len(ragged) - 1} more such lines)" if len(ragged) > 1 else ""
    raise DataError(
        f"{len(cells)} cell{'s' if len(cells) > 1 else ''} where the first row has {width}{more}",
        who=f"{path}, line {line}",
        expected=f"{width} cells, delimited by a {_DELIMITERS.get(delimiter, repr(delimiter))}",
        got=delimiter.join(cells)[:100],
        fix="complete or remove that line, or put cells that hold the delimiter in double quotes",
    )


def _refuse_other_text(text: str, path: Path) -> None:
    start = text[:200].lstrip()
    for mark, kind in (("<", "HTML or XML"), ("{", "JSON"), ("[", "JSON")):
        if start.startswith(mark):
            raise FileFormatError(
                f"this looks like {kind}, not like CSV",
                who=str(path),
                expected="a header and rows of cells",
                got=start[:40].splitlines()[0],
                fix="a web page was saved instead of the file: download the raw file"
                if mark == "<"
                else "convert it first: pandas.read_json(path).to_csv('table.csv', index=False)",
            )
