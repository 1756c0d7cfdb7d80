"""What the two data sets of word numbers share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nyuron.core import ArgumentError

Lists = list[list[int]]


def prepared(
    xs: Sequence[Sequence[int]],
    num_words: int | None,
    skip_top: int,
    maxlen: int | None,
    start_char: int | None,
    oov_char: int | None,
    index_from: int | None,
    labels: np.ndarray,
) -> tuple[Lists, np.ndarray]:
    """Sequences with Keras's conventions: shifted by `index_from`, begun with `start_char`, rare words replaced."""
    shift = index_from or 0
    first = [] if start_char is None else [start_char]
    made = [first + [w + shift for w in x] for x in xs]
    if maxlen:
        kept = [i for i, x in enumerate(made) if len(x) < maxlen]
        made, labels = [made[i] for i in kept], labels[kept]
        if not made:
            raise ArgumentError(
                "no sequence is shorter than maxlen", who="load_data", got=maxlen, fix="a larger maxlen"
            )
    top = num_words or max(max(x) for x in made)
    if oov_char is not None:
        return [[w if skip_top <= w < top else oov_char for w in x] for x in made], labels
    return [[w for w in x if skip_top <= w < top] for x in made], labels


def as_objects(xs: Lists) -> np.ndarray:
    """An array of lists."""
    array: Any = np.empty(len(xs), dtype=object)
    array[:] = xs
    return array
