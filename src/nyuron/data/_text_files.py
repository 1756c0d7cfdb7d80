"""Folders of texts."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nyuron.core import ArgumentError, FileFormatError
from nyuron.data._decode import decode
from nyuron.data._file_batches import file_batches
from nyuron.data._labelled import check_split, labelled_files
from nyuron.data._loaded import in_parts

_WHO = "text_dataset_from_directory()"


def text_dataset_from_directory(
    directory: str | os.PathLike[str],
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: Sequence[str] | None = None,
    batch_size: int = 32,
    max_length: int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    follow_links: bool = False,
    format: str = "tf",
    verbose: bool = True,
) -> Any:
    """Text files in folders by class, or in a zip archive of such folders, as batches (texts, y).

    Files are .txt, in UTF-8, UTF-16 or CP949 (Korean Windows), which is found out; `max_length` cuts texts to so many
    characters. All else is as in image_dataset_from_directory. `TextVectorization` makes numbers of the texts: its
    `adapt` takes this data set, and `data.map(lambda x, y: (layer(x), y))` goes into `fit`.

    Differs from Keras: also reads zip archives and other encodings; max_length counts characters, not bytes; gives an
    object of ours, and `format` changes nothing.

    Shapes: texts (batch,) object array of str.
    Raises: ArgumentError for arguments that cannot be used; DataError if there are no texts, or none can be read.
    Source: keras.utils.text_dataset_from_directory.
    Example:
        >>> import pathlib, tempfile
        >>> root = pathlib.Path(tempfile.mkdtemp())
        >>> for name in ("bad", "good"):
        ...     (root / name).mkdir()
        ...     _ = (root / name / "0.txt").write_text(f"a {name} film")
        >>> data = text_dataset_from_directory(root, shuffle=False, verbose=False)
        >>> [(x.tolist(), y.tolist()) for x, y in data]
        [(['a bad film', 'a good film'], [0, 1])]
    """
    del format
    if max_length is not None and max_length < 1:
        raise ArgumentError(
            "max_length counts characters",
            who=_WHO,
            expected="1 or more",
            got=max_length,
            fix="max_length=None keeps whole texts, max_length=1000 their first 1000 characters",
        )
    check_split(_WHO, validation_split, subset, shuffle, seed)
    found = labelled_files(_WHO, directory, labels, label_mode, class_names, (".txt",), shuffle, seed, follow_links)

    def load(data: bytes, name: str) -> str:
        try:
            return decode(data, Path(name)).text.removeprefix("\ufeff")[:max_length]
        except FileFormatError as error:
            raise ValueError(str(error).splitlines()[0]) from error

    def make(chosen: Any) -> Any:
        return file_batches(_WHO, chosen, label_mode, batch_size, load, lambda texts: np.array(texts, object))

    return in_parts(found, validation_split, subset, verbose, make)
