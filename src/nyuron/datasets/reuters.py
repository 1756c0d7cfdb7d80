"""Newswires as word numbers in 46 topics: 11 228."""

from __future__ import annotations

import json

import numpy as np

from nyuron.datasets._fetch import KERAS, fetch
from nyuron.datasets._lists import read_lists
from nyuron.datasets._words import as_objects, prepared
from nyuron.datasets.mnist import Parts


def load_data(
    path: str = "reuters.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    test_split: float = 0.2,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int | None = 3,
) -> Parts:
    """((x_train, y_train), (x_test, y_test)): lists of word numbers, labels 0 … 45.

    Source: keras.datasets.reuters.load_data.
    """
    digest = "sha256:d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916"
    file = fetch(path, KERAS + "reuters.npz", digest)
    xs, labels = read_lists(file, "x"), np.asarray(read_lists(file, "y"))
    order = np.arange(len(xs))
    np.random.RandomState(seed).shuffle(order)
    shuffled, labels = [xs[i] for i in order], labels[order]
    made, labels = prepared(shuffled, num_words, skip_top, maxlen, start_char, oov_char, index_from, labels)
    at = int(len(made) * (1 - test_split))
    return (as_objects(made[:at]), labels[:at]), (as_objects(made[at:]), labels[at:])


def get_word_index(path: str = "reuters_word_index.json") -> dict[str, int]:
    """Words and their numbers. Source: keras.datasets.reuters.get_word_index."""
    file = fetch(path, KERAS + "reuters_word_index.json", "md5:4d44cc38712099c9e383dc6e5f11a921")
    return json.loads(file.read_text(encoding="utf-8"))
