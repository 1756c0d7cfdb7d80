"""A table as it was read: columns, what each holds, and numbers out of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nyuron.core import DataError, UnknownNameError, nearest
from nyuron.data._csv import is_number

if TYPE_CHECKING:
    import pyarrow


@dataclass(frozen=True)
class Column:
    """What one column holds."""

    name: str
    kind: str
    """'numeric', 'text', 'date', 'empty' or 'other'."""
    missing: int
    distinct: int
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    examples: tuple[str, ...] = ()

    @property
    def is_constant(self) -> bool:
        """Whether every row that has a value has the same one."""
        return self.distinct <= 1


@dataclass(frozen=True, eq=False)
class Table:
    """Rows and named columns, as a file held them; nothing is filled in or left out.

    Example:
        >>> import pyarrow
        >>> arrow = pyarrow.table({"width": [1.0, 2.0], "name": ["iris", "rose"]})
        >>> table = Table(Path("flowers.parquet"), arrow, describe(arrow))
        >>> len(table), table.column("width").mean, table.column("name").kind
        (2, 1.5, 'text')
    """

    path: Path
    arrow: pyarrow.Table
    columns: tuple[Column, ...]
    notes: tuple[str, ...] = ()
    encoding: str = ""
    delimiter: str = ""
    line_of: Callable[[int], int] | None = None
    """The line of a row in a text file, counted from 1."""

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def rows(self) -> int:
        return self.arrow.num_rows

    def __len__(self) -> int:
        return self.rows

    def __repr__(self) -> str:
        kinds = ", ".join(f"{column.name}: {column.kind}" for column in self.columns[:6])
        more = ", …" if len(self.columns) > 6 else ""
        return f"Table({self.path.name!r}, {self.rows} rows, {len(self.columns)} columns: {kinds}{more})"

    def column(self, name: str) -> Column:
        """What the column of that name holds.

        Raises: UnknownNameError with the nearest name there is.
        """
        for column in self.columns:
            if column.name == name:
                return column
        guess = nearest(str(name), self.names)
        shown = ", ".join(self.names[:12]) + (f" … ({len(self.names)} columns)" if len(self.names) > 12 else "")
        raise UnknownNameError(
            f"there is no column {name!r}",
            who=str(self.path),
            expected=f"one of {shown}",
            got=repr(name),
            fix=f"did you mean {guess!r}?" if guess else "take one of these names",
        )

    def __getitem__(self, name: str) -> np.ndarray:
        """A column's values: float64 with NaN for what is missing, or objects with None."""
        if self.column(name).kind in ("numeric", "empty"):
            return _floats(self.arrow[name])
        return np.array(self.arrow[name].to_pylist(), dtype=object)

    def head(self, rows: int = 5) -> list[dict[str, Any]]:
        """The first rows, a dict each."""
        return self.arrow.slice(0, rows).to_pylist()

    def take(self, rows: np.ndarray) -> Table:
        """The table with only these rows, in this order."""
        line_of = self.line_of
        moved = (lambda row: line_of(int(rows[row]))) if line_of else None
        arrow = self.arrow.take(rows)
        return Table(self.path, arrow, describe(arrow), self.notes, self.encoding, self.delimiter, moved)

    def complete_rows(self, names: Sequence[str] | None = None) -> np.ndarray:
        """Numbers of the rows in which none of these columns (default: all) is missing."""
        complete = np.ones(self.rows, bool)
        for name in self.names if names is None else names:
            if self.column(name).missing:
                complete &= ~_missing(self.arrow[name])
        return np.flatnonzero(complete)

    def numbers(self, names: Sequence[str] | None = None) -> np.ndarray:
        """Numeric columns (default: all columns) side by side.

        Shapes: -> (rows, columns) float32.
        Raises: UnknownNameError; DataError for text (with line, column and value) and for missing values.
        """
        names = list(self.names if names is None else names)
        self.check_numeric(names)
        self.check_complete(names)
        return np.stack([self[name].astype(np.float32) for name in names], axis=1)

    def check_numeric(self, names: Iterable[str]) -> None:
        """Raise DataError unless all of these columns hold numbers."""
        columns = [self.column(name) for name in names]
        wrong = [column for column in columns if column.kind not in ("numeric", "empty")]
        for column in wrong:
            self.check_stray_text(column.name)
        if wrong:
            column = wrong[0]
            row, value = next((i, v) for i, v in enumerate(self.arrow[column.name].to_pylist()) if v is not None)
            listed = ", ".join(f"{c.name!r} ({c.kind})" for c in wrong[:8]) + (" …" if len(wrong) > 8 else "")
            plural = "s hold" if len(wrong) > 1 else " holds"
            raise DataError(
                f"{len(wrong)} column{plural} no numbers: {listed}",
                who=self._at(row, column.name),
                expected="numbers",
                got=repr(value if column.kind == "text" else str(value)),
                fix=f"leave out what is not a number: drop=[{', '.join(repr(c.name) for c in wrong[:8])}"
                f"{', …' if len(wrong) > 8 else ''}]",
            )

    def check_complete(self, names: Iterable[str]) -> None:
        """Raise DataError if a value is missing in one of these columns."""
        names = list(names)
        gaps = [column for column in map(self.column, names) if column.missing]
        if not gaps:
            return
        rows = self.rows - len(self.complete_rows(names))
        first = int(np.argmax(_missing(self.arrow[gaps[0].name])))
        listed = ", ".join(f"{c.name!r}: {c.missing}" for c in gaps[:8]) + (" …" if len(gaps) > 8 else "")
        worst = max(gaps, key=lambda column: column.missing)
        missing = sum(column.missing for column in gaps)
        raise DataError(
            f"{missing} value{' is' if missing == 1 else 's are'} missing, in {rows} of {self.rows} rows",
            who=self._at(first, gaps[0].name),
            expected="a value in every cell",
            got=listed,
            fix=f"missing='drop' leaves {'this row' if rows == 1 else f'these {rows} rows'} out"
            if rows < self.rows
            else f"every row has a gap: leave columns out first, drop=[{worst.name!r}, …]",
        )

    def check_stray_text(self, name: str) -> None:
        """Raise DataError if a column is numbers but for a few cells (fewer than half) that hold text."""
        column = self.column(name)
        if column.kind != "text":
            return
        values = self.arrow[column.name].to_pylist()
        stray = [(i, v) for i, v in enumerate(values) if v is not None and not is_number(v)]
        if not stray or len(stray) > 0.5 * (self.rows - column.missing):
            return
        row, value = stray[0]
        raise DataError(
            f"the column {column.name!r} holds numbers, but {len(stray)} of its cells hold text",
            who=self._at(row, column.name),
            expected="a number, or nothing",
            got=repr(value),
            fix=f"correct the cell, empty it, or leave the column out: drop=[{column.name!r}]",
        )

    def _at(self, row: int, column: str) -> str:
        place = f"line {self.line_of(row)}" if self.line_of else f"row {row}"
        return f"{self.path}, {place}, column {column!r}"


def describe(table: pyarrow.Table) -> tuple[Column, ...]:
    """What each column of an Arrow table holds."""
    return tuple(_column(name, table[name]) for name in table.column_names)


def _column(name: str, values: pyarrow.ChunkedArray) -> Column:
    import pyarrow.compute as pc

    kind = _kind(values)
    missing = int(_missing(values).sum())
    if kind == "other":
        return Column(name, kind, missing, len(values) - missing)
    if kind != "numeric":
        present = values.drop_null()
        examples = tuple(str(value) for value in pc.unique(present).slice(0, 3).to_pylist())  # type: ignore[attr-defined]
        return Column(name, kind, missing, len(pc.unique(present)), examples=examples)  # type: ignore[attr-defined]
    numbers = _floats(values)
    numbers = numbers[~np.isnan(numbers)]
    if not len(numbers):
        return Column(name, "empty", missing, 0)
    distinct = np.unique(numbers)
    examples = tuple(f"{value:g}" for value in distinct[:3])
    return Column(
        name, kind, missing, len(distinct), float(distinct[0]), float(distinct[-1]), float(numbers.mean()), examples
    )


def _kind(values: pyarrow.ChunkedArray) -> str:
    import pyarrow.types as kinds

    kind = values.type
    if kinds.is_dictionary(kind):
        kind = kind.value_type
    if kinds.is_null(kind) or values.null_count == len(values):
        return "empty"
    if kinds.is_integer(kind) or kinds.is_floating(kind) or kinds.is_boolean(kind) or kinds.is_decimal(kind):
        return "numeric"
    if kinds.is_string(kind) or kinds.is_large_string(kind):
        return "text"
    return "date" if kinds.is_temporal(kind) else "other"


def _floats(values: pyarrow.ChunkedArray) -> np.ndarray:
    import pyarrow as pa

    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if pa.types.is_boolean(values.type) or pa.types.is_null(values.type):
        values = values.cast(pa.int8())
    return values.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)


def _missing(values: pyarrow.ChunkedArray) -> np.ndarray:
    import pyarrow as pa
    import pyarrow.compute as pc

    nan = pa.types.is_floating(values.type)
    return pc.is_null(values, nan_is_null=nan).to_numpy(zero_copy_only=False)  # type: ignore[attr-defined]
