"""Sequences of various lengths to one array."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nyuron.core import ArgumentError, KindError, ShapeError


def pad_sequences(
    sequences: Sequence[Any],
    maxlen: int | None = None,
    dtype: Any = "int32",
    padding: str = "pre",
    truncating: str = "pre",
    value: Any = 0.0,
) -> np.ndarray:
    """Each sequence as a row of `maxlen` steps (default: of the longest), filled up with `value` or cut.

    'pre' fills up or cuts at the beginning, 'post' at the end. The defaults keep what is last, which is what a
    recurrent layer remembers best.

    Shapes: n sequences (steps, …) -> (n, maxlen, …).
    Raises: KindError if an entry is no sequence; ShapeError if steps differ in shape; ArgumentError for other words than
        'pre' and 'post', or a text as value of numbers.
    Source: keras.utils.pad_sequences.
    Example:
        >>> pad_sequences([[1], [2, 3], [4, 5, 6]], maxlen=2).tolist()
        [[0, 1], [2, 3], [5, 6]]
    """
    for name, choice in (("padding", padding), ("truncating", truncating)):
        if choice not in ("pre", "post"):
            raise ArgumentError(
                f"unknown {name} {choice!r}",
                who="pad_sequences()",
                expected="'pre' or 'post'",
                got=repr(choice),
                fix=f"{name}='pre'",
            )
    if isinstance(value, str) and np.dtype(dtype).kind not in "OUS":
        raise ArgumentError(
            "the value to fill up with is a text, and the sequences are numbers",
            who="pad_sequences()",
            expected=f"a value of {np.dtype(dtype)}",
            got=repr(value),
            fix="dtype=object for sequences of texts",
        )
    for i, sequence in enumerate(sequences):
        if not hasattr(sequence, "__len__"):
            raise KindError(
                "an entry is no sequence",
                who=f"pad_sequences(): entry {i}",
                expected="a list of sequences",
                got=repr(sequence)[:60],
                fix="[sequences] for a single one",
            )
    if maxlen is None:
        maxlen = max(map(len, sequences), default=0)
    step = next((np.shape(sequence)[1:] for sequence in sequences if len(sequence)), ())
    padded = np.full((len(sequences), maxlen, *step), value, dtype=dtype)
    for i, sequence in enumerate(sequences):
        kept = sequence[max(len(sequence) - maxlen, 0) :] if truncating == "pre" else sequence[:maxlen]
        if not len(kept):
            continue
        steps = np.asarray(kept, dtype=dtype)
        if steps.shape[1:] != step:
            raise ShapeError(
                "the steps differ in shape",
                who=f"pad_sequences(): sequence {i}",
                expected=f"steps of shape {step}",
                got=steps.shape[1:],
                fix="give every step the same number of features",
            )
        where = slice(maxlen - len(kept), None) if padding == "pre" else slice(None, len(kept))
        padded[i, where] = steps
    return padded
