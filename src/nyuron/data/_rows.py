"""Trees of arrays that share their first axis."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from nyuron.core import DataError, ShapeError


def rows_of(x: Any, who: str = "x") -> int:
    """The length of the first axis, which every array of the tree `x` must share.

    Raises: ShapeError if lengths differ or an array has no axis; DataError if the tree is empty or has no rows.
    Example:
        >>> rows_of({"a": np.zeros((3, 2)), "b": np.zeros(3)})
        3
    """
    found = {name or who: np.shape(leaf) for name, leaf in _leaves(x)}
    if not found:
        raise DataError(
            "there are no arrays",
            who=who,
            expected="an array, or a tuple or dict of arrays",
            got=repr(x)[:60],
            fix="pass at least one array, such as np.zeros((10, 4)) for 10 rows of 4 features",
        )
    if any(not shape for shape in found.values()):
        raise ShapeError(
            "a single number has no rows", who=who, expected="(rows, …)", got="()", fix="pass a list or an array"
        )
    lengths = {shape[0] for shape in found.values()}
    if len(lengths) > 1:
        listed = ", ".join(f"{name}: {shape[0]}" for name, shape in found.items())
        raise ShapeError(
            "the arrays have different numbers of rows",
            who=who,
            expected="the same first axis everywhere",
            got=listed,
            fix="the arrays must describe the same examples, one a row",
        )
    rows = lengths.pop()
    if rows == 0:
        raise DataError(
            "there are no rows",
            who=who,
            expected="at least one row",
            got=f"shape {next(iter(found.values()))}",
            fix="look at x.shape before this call: a filter, a slice or a split has left no row",
        )
    return rows


def take_rows(x: Any, rows: np.ndarray) -> Any:
    """The tree of arrays with only these rows, in this order."""
    return None if x is None else jax.tree.map(lambda leaf: leaf[rows], x)


def check_finite(x: Any, who: str = "x") -> None:
    """Refuse NaN and infinity.

    Raises: DataError with how many there are and the first rows that hold them.
    Example:
        >>> check_finite(np.ones(3))
    """
    for name, leaf in _leaves(x):
        values = np.asarray(leaf)
        if values.dtype.kind != "f" or np.isfinite(values.sum(dtype=np.float64)):
            continue
        bad = ~np.isfinite(values)
        if not bad.any():
            continue
        rows = np.flatnonzero(bad.reshape(len(values), -1).any(axis=1)) if values.ndim else np.zeros(1, int)
        more = f" and {len(rows) - 5} more" if len(rows) > 5 else ""
        raise DataError(
            f"{int(bad.sum())} of {bad.size} values are not finite",
            who=f"{who}{name}",
            expected="finite numbers",
            got=f"NaN or infinity in rows {', '.join(map(str, rows[:5]))}{more}",
            fix="leave these rows out, or fill the gaps, for example with the training part's mean",
        )


def _leaves(x: Any) -> list[tuple[str, Any]]:
    return [(jax.tree_util.keystr(path), leaf) for path, leaf in jax.tree_util.tree_leaves_with_path(x)]
