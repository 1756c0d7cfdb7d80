"""What a run that learned from texts is asked about."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from nyuron.core import ArgumentError, DataError
from nyuron.data import Table, holds_texts, load_texts, read, read_text

_TABLES = (".csv", ".tsv", ".parquet", ".gz")


def texts_from(source: str, about: dict[str, Any]) -> tuple[np.ndarray, list[Any] | None]:
    """The texts in a table's column, in a file of one a line, or in a folder by class; and their classes where it has them.

    Raises: DataError for a table without such a column.
    """
    path = Path(source)
    if path.is_dir() or path.suffix.lower() == ".zip":
        data = load_texts(path)
        names = data.class_names
        truth = [names[k] for k in np.concatenate([data.y_train, data.y_test])]
        return np.concatenate([data.x_train, data.x_test]), truth
    if path.suffix.lower() not in _TABLES:
        lines = [line for line in read_text(path).splitlines() if line.strip()]
        return objects(lines), None
    table = read(path)
    name, target = _column(table, about), about["target"]
    table.check_complete([name])
    return objects([str(v) for v in table.arrow[name].to_pylist()]), (
        table[target].tolist() if target in table.names else None
    )


def objects(texts: list[str] | tuple[str, ...]) -> np.ndarray:
    """Texts as an array of them.

    Raises: ArgumentError for none.
    """
    if not texts:
        raise ArgumentError(
            "there are no texts",
            who="nyuron predict",
            expected="one or more",
            got="none",
            fix="nyuron predict RUN --text 'a sentence', or a file with a text on each line",
        )
    made = np.empty(len(texts), object)
    made[:] = texts
    return made


def _column(table: Table, about: dict[str, Any]) -> str:
    wanted = about["columns"][0]
    if wanted in table.names:
        return wanted
    fitting = [name for name in table.names if holds_texts(table, name)]
    if len(fitting) == 1 or len(table.names) == 1:
        return (fitting or list(table.names))[0]
    raise DataError(
        "the file has no column of texts" if not fitting else "the file has several columns of texts",
        who=str(table.path),
        expected=f"a column named {wanted!r}",
        got=", ".join(table.names),
        fix=f"name the column {wanted!r}, or give a .txt file with one text a line",
    )
