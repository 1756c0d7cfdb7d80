"""Tables from files."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from nyuron.core import DataError, FileFormatError, nearest
from nyuron.data._csv import parse_csv, records
from nyuron.data._decode import decode, unpacked
from nyuron.data._table import Table, describe


def read(
    path: str | os.PathLike[str],
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    header: bool | None = None,
) -> Table:
    """The table in a CSV (also TSV, and either with gzip) or Parquet file, told apart by content.

    Encoding, delimiter, decimal mark and whether there is a header are found, unless given. Empty cells and NA, N/A,
    NaN, NULL, None, ? count as missing.

    Raises: DataError or FileFormatError, with file, line and repair, for a file that is missing, empty, binary, ragged
        or damaged.
    Example:
        >>> import pathlib, tempfile
        >>> file = pathlib.Path(tempfile.mkdtemp()) / "points.csv"
        >>> _ = file.write_text("x;y\\n1,5;2\\n2,5;4\\n")
        >>> read(file).numbers().tolist()
        [[1.5, 2.0], [2.5, 4.0]]
    """
    path = Path(path)
    data = read_bytes(path)
    if data[:4] == b"PAR1":
        return _read_parquet(path)
    content = unpacked(data, path)
    decoded = decode(content, path, encoding)
    text = decoded.text.removeprefix("\ufeff")
    parsed = parse_csv(text, path, delimiter, header)

    @cache
    def lines() -> list[int]:
        return [line for line, _ in records(text, parsed.delimiter)][int(parsed.header) :]

    columns = describe(parsed.table)
    constant = [column.name for column in columns if column.is_constant and column.kind != "empty"]
    notes = [*([decoded.note] if decoded.note else []), *parsed.notes, *_constant_note(constant, len(parsed.table))]
    empty = [column.name for column in columns if column.kind == "empty"]
    if empty:
        notes.append(f"Without any value: {_listed(empty)}.")
    return Table(
        path, parsed.table, columns, tuple(notes), decoded.encoding, parsed.delimiter, lambda row: lines()[row]
    )


def read_bytes(path: Path) -> bytes:
    """The content of a file.

    Raises: DataError if it is missing (with the most similar name near it), a folder, unreadable or empty.
    """
    try:
        data = path.expanduser().read_bytes()
    except FileNotFoundError as error:
        raise _missing_file(path) from error
    except IsADirectoryError as error:
        raise _folder(path) from error
    except PermissionError as error:
        if path.is_dir():
            raise _folder(path) from error
        raise DataError(
            "the file may not be read", who=str(path), got=str(error), fix="check its permissions"
        ) from error
    if not data:
        raise DataError(
            "the file is empty", who=str(path), expected="data", got="0 bytes", fix="copy or export it again"
        )
    return data


def read_text(path: str | os.PathLike[str], encoding: str | None = None) -> str:
    """The text of a file, which may be gzip, in the encoding given or found.

    Raises: DataError if it is missing or empty; FileFormatError if it is no text.
    """
    path = Path(path)
    return decode(unpacked(read_bytes(path), path), path, encoding).text.removeprefix("\ufeff")


def _missing_file(path: Path) -> DataError:
    folder = path.expanduser().parent
    if not folder.is_dir():
        return DataError(
            "there is no such file: its folder does not exist",
            who=str(path),
            expected=f"a folder {folder}",
            got=f"nothing there, seen from {Path.cwd()}",
            fix="check the path; a relative one starts at the current folder",
        )
    files = [file.name for file in folder.iterdir() if file.is_file()]
    guess = nearest(path.name, files)
    return DataError(
        "there is no such file",
        who=str(path),
        expected="a CSV or Parquet file",
        got=f"nothing of that name among the {len(files)} files of {folder.resolve()}",
        fix=f"did you mean {str(path.with_name(guess))!r}?" if guess else "check the name",
    )


def _folder(path: Path) -> DataError:
    known = (".csv", ".tsv", ".txt", ".parquet", ".npz", ".gz")
    tables = sorted(file.name for file in path.iterdir() if file.suffix.lower() in known)
    return DataError(
        "this is a folder, not a file",
        who=str(path),
        expected="a CSV or Parquet file",
        got="a folder" + (f" that holds {_listed(tables)}" if tables else ""),
        fix=f"{str(path / tables[0])!r}" if tables else "name a file inside it",
    )


def _read_parquet(path: Path) -> Table:
    import pyarrow as pa
    import pyarrow.parquet as parquet

    try:
        table = parquet.read_table(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise FileFormatError(
            "the Parquet file is damaged",
            who=str(path),
            expected="a complete Parquet file",
            got=str(error).splitlines()[0][:200],
            fix="copy or export it again",
        ) from error
    if table.num_rows == 0 or table.num_columns == 0:
        raise DataError(
            "there are no rows",
            who=str(path),
            expected="at least one row",
            got=f"{table.num_columns} columns",
            fix="write the table again with its rows, such as frame.to_parquet(path)",
        )
    columns = describe(table)
    constant = [column.name for column in columns if column.is_constant and column.kind != "empty"]
    return Table(path, table, columns, _constant_note(constant, len(table)))


def _constant_note(names: list[str], rows: int) -> tuple[str, ...]:
    return (f"The same value in every row, so nothing to learn from: {_listed(names)}.",) if names and rows > 1 else ()


def _listed(names: list[str]) -> str:
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
