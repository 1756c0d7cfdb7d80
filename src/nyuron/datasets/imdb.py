"""IMDB: film reviews as lists of word numbers, liked or not."""

from __future__ import annotations

import numpy as np

from nyuron.datasets._npz import load_arrays
from nyuron.datasets._object_array import as_object_array
from nyuron.datasets._sequences import limited, marked, read_word_index, shorter
from nyuron.datasets._store import KERAS_FILES, Remote, fetch

_CHECKSUM = "sha256:69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f"
_WORDS_CHECKSUM = "md5:bfafd718b763782e994055a2d397834f"
CLASS_NAMES = ("negative", "positive")

Parts = tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


def load_data(
    path: str = "imdb.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int = 3,
) -> Parts:
    """25 000 + 25 000 film reviews, each a list of word numbers (1: the most frequent word, before `index_from`).

    `num_words` keeps the most frequent words, `skip_top` leaves out the most frequent ones: both become `oov_char`.
    `maxlen` keeps reviews of fewer words. Every review begins with `start_char`; 0 is left for padding.

    Shapes: x (n,) lists of integers, y (n,) 0 or 1.
    Raises: DataError with how to place the file by hand when there is no network; FileFormatError for a damaged file;
        ArgumentError if no review is shorter than maxlen.
    Source: keras.datasets.imdb.load_data; Maas et al. 2011. Differs from Keras: the file's lists are read by a
        reader that can make lists of numbers and nothing else, and calls nothing.
    """
    file = fetch("imdb", Remote(path, KERAS_FILES + "imdb.npz", _CHECKSUM))
    x_train, y_train, x_test, y_test = load_arrays(file, "x_train", "y_train", "x_test", "y_test")
    random = np.random.RandomState(seed)
    parts = []
    for texts, labels in ((x_train, y_train), (x_test, y_test)):
        order = np.arange(len(texts))
        random.shuffle(order)
        parts.append(shorter(marked(list(texts[order]), start_char, index_from), labels[order], maxlen))
    (train, y_train), (test, y_test) = parts
    texts = limited(train + test, num_words, skip_top, oov_char)
    return (as_object_array(texts[: len(train)]), y_train), (as_object_array(texts[len(train) :]), y_test)


def get_word_index(path: str = "imdb_word_index.json") -> dict[str, int]:
    """Words and their numbers, counted from 1: a word of number k is k + index_from in the reviews.

    Source: keras.datasets.imdb.get_word_index.
    """
    return read_word_index(fetch("imdb", Remote(path, KERAS_FILES + "imdb_word_index.json", _WORDS_CHECKSUM)))
