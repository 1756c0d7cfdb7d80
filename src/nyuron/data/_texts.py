"""Texts with their classes: which column of a table holds them, and folders of text files."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from nyuron.core import ArgumentError, DataError
from nyuron.data._dataset import CLASSIFICATION, Dataset
from nyuron.data._split import split_rows
from nyuron.data._table import Table
from nyuron.data._text_files import text_dataset_from_directory

UNIQUE, LONG, SPACED = 0.3, 6, 0.3
"""Of texts: the least share of different ones, and either this many characters on average or this share with spaces."""


def holds_texts(table: Table, name: str) -> bool:
    """Whether a column holds texts to be read: mostly different ones, of some length, and not a few names."""
    column = table.column(name)
    if column.kind != "text":
        return False
    values = [value for value in table.arrow[name].to_pylist() if value is not None]
    if column.distinct < max(UNIQUE * len(values), 3):
        return False
    spaced = sum(" " in value.strip() for value in values) / len(values)
    return sum(map(len, values)) / len(values) >= LONG or spaced >= SPACED


def load_texts(path: str | os.PathLike[str], *, test: float | int = 0.2, seed: int = 0) -> Dataset:
    """The texts in a folder, or zip archive, of .txt files in folders by class, split by the seed into two parts.

    A folder that holds `train` and `test`, each with folders by class, keeps these parts.

    Raises: DataError if there are no texts, or all are of one class; ArgumentError for an empty test part.
    """
    path = Path(path)
    if all((path / part).is_dir() for part in ("train", "test")):
        x, y, names = _read(path / "train")
        x_test, y_test, test_names = _read(path / "test")
        if names != test_names:
            raise DataError(
                "the two parts have different classes",
                who=str(path),
                expected=f"in test: {', '.join(names)}",
                got=", ".join(test_names),
                fix="the same folders in train and in test",
            )
        note = "The folder has a test part of its own."
    else:
        texts, labels, names = _read(path)
        stratify = labels if np.bincount(labels).min() > 1 else None
        rows, _, held = split_rows(len(texts), test=test, validation=0, seed=seed, stratify=stratify)
        if not len(held):
            raise ArgumentError(
                "the test part would be empty",
                who=str(path),
                expected="test > 0",
                got=f"test={test}",
                fix="test=0.2 for a fifth of the texts, or test=1 for a single one",
            )
        x, y, x_test, y_test = texts[rows], labels[rows], texts[held], labels[held]
        note = f"The {len(names)} folders are the classes."
    return Dataset(
        path.stem,
        x,
        y,
        x_test,
        y_test,
        CLASSIFICATION,
        ("text",),
        names,
        "class",
        str(path),
        notes=(note,),
    )


def _read(path: Path) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    data = text_dataset_from_directory(path, shuffle=False, batch_size=1024, verbose=False)
    parts = list(data)
    names = tuple(data.class_names)
    if len(names) < 2:
        raise DataError(
            "there is only one class",
            who=str(path),
            expected="a folder of .txt files for each class",
            got=", ".join(names) or "no folder",
            fix="put the texts into folders that are named by class",
        )
    return np.concatenate([x for x, _ in parts]), np.concatenate([y for _, y in parts]).astype(np.int32), names
