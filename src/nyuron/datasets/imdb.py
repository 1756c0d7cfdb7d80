"""Film reviews as word numbers, negative or positive: 25 000 + 25 000. Maas et al. 2011."""

from __future__ import annotations

import json

import numpy as np

from nyuron.datasets._fetch import KERAS, fetch
from nyuron.datasets._lists import read_lists
from nyuron.datasets._words import as_objects, prepared
from nyuron.datasets.mnist import Parts


def load_data(
    path: str = "imdb.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int | None = 3,
) -> Parts:
    """((x_train, y_train), (x_test, y_test)): lists of word numbers, labels 0 and 1.

    Source: keras.datasets.imdb.load_data.
    """
    digest = "sha256:69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f"
    file = fetch(path, KERAS + "imdb.npz", digest)
    rng = np.random.RandomState(seed)
    parts = []
    for part in ("train", "test"):
        x, y = read_lists(file, f"x_{part}"), np.asarray(read_lists(file, f"y_{part}"))
        order = np.arange(len(x))
        rng.shuffle(order)
        parts.append(([x[i] for i in order], y[order]))
    joined, labels = [*parts[0][0], *parts[1][0]], np.concatenate([parts[0][1], parts[1][1]])
    count = len(parts[0][0])
    if maxlen:
        count = sum(len(x) + (start_char is not None) < maxlen for x in parts[0][0])
    xs, labels = prepared(joined, num_words, skip_top, maxlen, start_char, oov_char, index_from, labels)
    return (as_objects(xs[:count]), labels[:count]), (as_objects(xs[count:]), labels[count:])


def get_word_index(path: str = "imdb_word_index.json") -> dict[str, int]:
    """Words and their numbers. Source: keras.datasets.imdb.get_word_index."""
    file = fetch(path, KERAS + "imdb_word_index.json", "md5:bfafd718b763782e994055a2d397834f")
    return json.loads(file.read_text(encoding="utf-8"))
