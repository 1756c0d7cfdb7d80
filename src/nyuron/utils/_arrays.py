"""Keras's small helpers for arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nyuron.core import ArgumentError


def to_categorical(x: Any, num_classes: int | None = None) -> np.ndarray:
    """Integers as one-hot rows.

    Source: keras.utils.to_categorical.
    Example:
        >>> to_categorical([0, 2]).tolist()
        [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    labels = np.asarray(x, dtype="int64")
    shape = labels.shape[:-1] if labels.ndim > 1 and labels.shape[-1] == 1 else labels.shape
    flat = labels.reshape(-1)
    classes = int(flat.max()) + 1 if num_classes is None else num_classes
    if flat.size and (flat.min() < 0 or flat.max() >= classes):
        raise ArgumentError(
            "a label is outside the classes",
            who="to_categorical",
            expected=f"0 … {classes - 1}",
            got=f"{flat.min()} … {flat.max()}",
        )
    return np.eye(classes, dtype="float32")[flat].reshape(*shape, classes)


def normalize(x: Any, axis: int = -1, order: float = 2) -> np.ndarray:
    """x divided by its norm along an axis; zeros stay zeros.

    Source: keras.utils.normalize.
    """
    norm = np.atleast_1d(np.linalg.norm(x, order, axis))
    norm[norm == 0] = 1
    return np.asarray(x) / np.expand_dims(norm, axis)


def pad_sequences(
    sequences: Sequence[Sequence[Any]],
    maxlen: int | None = None,
    dtype: str = "int32",
    padding: str = "pre",
    truncating: str = "pre",
    value: float = 0.0,
) -> np.ndarray:
    """Sequences as rows of one length: padded, and cut, at the front unless told otherwise.

    Source: keras.utils.pad_sequences.
    Example:
        >>> pad_sequences([[1], [2, 3]]).tolist()
        [[0, 1], [2, 3]]
    """
    for name, choice in (("padding", padding), ("truncating", truncating)):
        if choice not in ("pre", "post"):
            raise ArgumentError(f"unknown {name}", who="pad_sequences", expected="'pre' or 'post'", got=repr(choice))
    length = max((len(s) for s in sequences), default=0) if maxlen is None else maxlen
    tail = next((np.shape(s)[1:] for s in sequences if len(s)), ())
    rows = np.full((len(sequences), length, *tail), value, dtype=dtype)
    for i, sequence in enumerate(sequences):
        kept = list(sequence)[-length:] if truncating == "pre" else list(sequence)[:length]
        if not kept or not length:
            continue
        if padding == "pre":
            rows[i, -len(kept) :] = kept
        else:
            rows[i, : len(kept)] = kept
    return rows
