"""What IMDB and Reuters share: texts as lists of word numbers, the most frequent word first."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nyuron.core import ArgumentError, FileFormatError


def shuffled(seed: int, *arrays: np.ndarray) -> list[np.ndarray]:
    """The arrays in one random order, the same as Keras's for a seed."""
    order = np.arange(len(arrays[0]))
    np.random.RandomState(seed).shuffle(order)
    return [array[order] for array in arrays]


def marked(texts: Sequence[Any], start_char: int | None, index_from: int) -> list[list[int]]:
    """Each text with the mark of its start, and its words counted from `index_from`."""
    if start_char is not None:
        return [[start_char, *(word + index_from for word in text)] for text in texts]
    return [[word + index_from for word in text] for text in texts]


def shorter(texts: list[list[int]], labels: np.ndarray, maxlen: int | None) -> tuple[list[list[int]], np.ndarray]:
    """The texts of fewer than `maxlen` words, all for None.

    Raises: ArgumentError if none is that short.
    """
    if not maxlen:
        return texts, labels
    kept = [i for i, text in enumerate(texts) if len(text) < maxlen]
    if not kept:
        raise ArgumentError(
            "no text is that short", expected="a larger maxlen", got=f"maxlen={maxlen}", fix=f"maxlen={maxlen * 4}"
        )
    return [texts[i] for i in kept], labels[kept]


def limited(texts: list[list[int]], num_words: int | None, skip_top: int, oov_char: int | None) -> list[list[int]]:
    """Words outside `skip_top` … `num_words` − 1 replaced by `oov_char`, or left out where it is None."""
    limit = num_words or max(max(text) for text in texts if text)
    if oov_char is None:
        return [[word for word in text if skip_top <= word < limit] for text in texts]
    return [[word if skip_top <= word < limit else oov_char for word in text] for text in texts]


def read_word_index(path: Path) -> dict[str, int]:
    """Words and their numbers from a JSON file."""
    try:
        index = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise FileFormatError(
            "the word index is damaged",
            who=str(path),
            got=str(error)[:120],
            fix="remove it, so that it is downloaded again",
        ) from error
    return {str(word): int(number) for word, number in index.items()}
