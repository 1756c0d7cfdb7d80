"""A data set in two."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from nyuron.core import ArgumentError, next_seed
from nyuron.data import as_arrays, rows_of, take_rows


def split_dataset(
    dataset: Any,
    left_size: float | int | None = None,
    right_size: float | int | None = None,
    shuffle: bool = False,
    seed: int | None = None,
) -> tuple[Any, Any]:
    """The first and the last rows of an array, or of each of several arrays, such as (x, y).

    A fraction between 0 and 1 is of all rows, an integer a number of rows; what is not given is the rest. `shuffle`
    takes the rows in a random order first, by the seed.

    Raises: ArgumentError if no size is given, or the sizes do not fit the data; ShapeError if lengths differ.
    Source: keras.utils.split_dataset. Differs from Keras: gives arrays in the form that came in, not datasets of another
        package.
    Example:
        >>> left, right = split_dataset(np.arange(10), left_size=0.8)
        >>> left.shape, right.tolist()
        ((8,), [8, 9])
    """
    arrays = as_arrays(dataset, "dataset")
    rows = rows_of(arrays, "split_dataset()")
    left, right = _count("left_size", left_size, rows), _count("right_size", right_size, rows)
    if left is None and right is None:
        raise ArgumentError(
            "neither size is given",
            who="split_dataset()",
            expected="left_size or right_size",
            got="None",
            fix="left_size=0.8",
        )
    left = rows - right if left is None and right is not None else left
    right = rows - left if right is None and left is not None else right
    if left is None or right is None or left + right > rows or 0 in (left, right):
        raise ArgumentError(
            "the two sizes do not fit the data",
            who="split_dataset()",
            expected=f"at least one row each, together at most {rows}",
            got=f"left_size={left_size}, right_size={right_size}: {left} and {right} rows",
            fix="give one of them only, and leave a row for the other",
        )
    if shuffle:
        order = np.random.default_rng(next_seed() if seed is None else seed).permutation(rows)
        return take_rows(arrays, order[:left]), take_rows(arrays, order[rows - right :])
    return jax.tree.map(lambda a: a[:left], arrays), jax.tree.map(lambda a: a[rows - right :], arrays)


def _count(name: str, size: float | int | None, rows: int) -> int | None:
    if size is None:
        return None
    is_whole = isinstance(size, int | np.integer) and not isinstance(size, bool)
    if isinstance(size, bool) or not 0 < size < (rows if is_whole else 1):
        raise ArgumentError(
            f"{name}={size!r} is no size of a part",
            who="split_dataset()",
            expected=f"a fraction between 0 and 1, or 1 … {rows - 1} rows",
            got=repr(size),
            fix=f"{name}=0.8",
        )
    return int(size) if is_whole else round(size * rows)
