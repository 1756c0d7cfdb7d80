"""Class numbers to one-hot rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from nyuron.core import DataError, KindError


def to_categorical(x: Any, num_classes: int | None = None) -> np.ndarray:
    """Class numbers as rows of zeros with a single one: ``row[k] = 1`` for class k.

    Without `num_classes` there are as many as the largest number and one more. A last axis of size 1 is left out.

    Shapes: x (…) or (…, 1) -> (…, num_classes) float32.
    Raises: KindError for numbers that are not whole; DataError for a class outside 0 … num_classes − 1, or no data.
    Source: keras.utils.to_categorical. Differs from Keras: float32 instead of float64, and −1 is an error instead of
        the last class.
    Example:
        >>> to_categorical([0, 2]).tolist()
        [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    given = np.asarray(x)
    if given.dtype.kind not in "iubf" or (given.dtype.kind == "f" and not np.all(np.mod(given, 1) == 0)):
        raise KindError(
            "classes must be whole numbers",
            who="to_categorical()",
            expected="integers from 0",
            got=f"{given.dtype} {given.reshape(-1)[:3].tolist()}",
            fix="nyuron.data.target_of(names).y turns names of classes into numbers",
        )
    labels = given.astype(np.int64)
    if labels.ndim > 1 and labels.shape[-1] == 1:
        labels = labels[..., 0]
    if not labels.size and not num_classes:
        raise DataError("without data the number of classes is unknown", who="to_categorical()", fix="num_classes=…")
    classes = num_classes or int(labels.max()) + 1
    if labels.size and (labels.min() < 0 or labels.max() >= classes):
        wrong = labels.min() if labels.min() < 0 else labels.max()
        raise DataError(
            "a class is out of range",
            who="to_categorical()",
            expected=f"0 … {classes - 1}",
            got=int(wrong),
            fix=f"num_classes={int(labels.max()) + 1}" if labels.min() >= 0 else "count classes from 0",
        )
    rows = np.zeros((labels.size, classes), np.float32)
    rows[np.arange(labels.size), labels.reshape(-1)] = 1
    return rows.reshape(*labels.shape, classes)
