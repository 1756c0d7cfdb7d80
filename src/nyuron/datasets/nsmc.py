"""Naver sentiment movie corpus: Korean film reviews, liked or not."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from nyuron.core import FileFormatError
from nyuron.data import read_text
from nyuron.datasets._parts import Parts
from nyuron.datasets._store import need_local

CLASS_NAMES = ("negative", "positive")
_FILES = {
    "train": ("train.tsv.gz", "train.tsv", "ratings_train.txt", "ratings_train.txt.gz"),
    "test": ("test.tsv.gz", "test.tsv", "ratings_test.txt", "ratings_test.txt.gz"),
}
_URL = "https://github.com/e9t/nsmc"


def load_data() -> Parts:
    """Film reviews in Korean, at most 140 characters each: 0 for those rated 1–4, 1 for those rated 9–10.

    Looked for in NYURON_DATA/nsmc, NYURON_DATA and the cache: ratings_train.txt and ratings_test.txt (150 000 and
    50 000 reviews), or smaller samples of them named train.tsv and test.tsv; either with gzip.

    Shapes: x (n,) object array of str, y (n,) int32 0 or 1.
    Raises: DataError if the files are not there; FileFormatError for a line of another form, with its number.
    Source: github e9t/nsmc; CC0.
    """
    train, test = (_read(need_local("nsmc", *_FILES[part], source=_URL)) for part in ("train", "test"))
    return train, test


def _read(path: Path) -> tuple[np.ndarray, np.ndarray]:
    # No reader of CSV: a quotation mark in a review is nothing but itself.
    lines = read_text(path, "utf-8").rstrip("\n").split("\n")
    reviews, labels = [], []
    for number, line in enumerate(lines[1:], 2):
        fields = line.removesuffix("\r").split("\t")
        if len(fields) != 3 or fields[2] not in ("0", "1"):
            raise _other(path, number, "an id, a review, and 0 or 1, with tabs between them", line)
        reviews.append(fields[1])
        labels.append(int(fields[2]))
    if not reviews or lines[0].split("\t")[:2] != ["id", "document"]:
        raise _other(path, 1, "the header id, document, label, and reviews below", lines[0])
    texts = np.empty(len(reviews), object)
    texts[:] = reviews
    return texts, np.array(labels, np.int32)


def _other(path: Path, number: int, expected: str, line: str) -> FileFormatError:
    return FileFormatError(
        "this is no file of the corpus",
        who=f"{path}, line {number}",
        expected=expected,
        got=repr(line)[:80],
        fix=f"get it anew from {_URL}",
    )
