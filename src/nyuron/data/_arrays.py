"""Whatever holds numbers, as an array of a dtype that a network takes."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from nyuron.core import DataError, KindError


def as_arrays(x: Any, who: str = "x") -> Any:
    """An array of float32, int32, uint8 or bool from what users have.

    NumPy and JAX arrays, lists, torch tensors, data frames and series of pandas, polars, pyarrow and narwhals, columns of
    Hugging Face data sets: recognised by what they can do, so that none of those packages is imported. JAX arrays stay
    where they are.

    Raises: KindError for text, objects and dates; DataError for ragged lists and integers beyond 32 bits.
    """
    if isinstance(x, jax.Array):
        return x
    array = _to_numpy(x, who)
    kind = array.dtype.kind
    if kind == "f":
        return array if array.dtype == np.float32 else array.astype(np.float32)
    if kind in "iu":
        return _small_integers(array, who)
    if kind == "b":
        return array
    raise KindError(
        f"{who} holds {'text' if kind in 'SU' or _is_text(array) else array.dtype.name}, and networks need numbers",
        who=who,
        expected="numbers",
        got=f"{array.dtype} such as {array.reshape(-1)[:1].tolist()}",
        fix="encode it first: nyuron.utils.to_categorical for classes, or leave the column out",
    )


def _to_numpy(x: Any, who: str) -> np.ndarray:
    if hasattr(x, "detach") and hasattr(x, "cpu"):
        x = x.detach().cpu().numpy()
    elif hasattr(x, "with_format") and hasattr(x, "column_names"):
        rows = x.with_format("numpy")[:]
        columns = [np.asarray(rows[name]) for name in x.column_names]
        x = columns[0] if len(columns) == 1 else np.stack(columns, axis=-1)
    elif hasattr(x, "to_numpy"):
        x = _frame(x, who)
    elif hasattr(x, "to_pandas") and hasattr(x, "column_names"):
        x = _frame(x.to_pandas(), who)
    try:
        array = np.asarray(x)
    except ValueError as error:
        raise DataError(
            "rows differ in length", who=who, expected="rows of one length", got=str(error).split(".")[0],
            fix="pad them: nyuron.utils.pad_sequences(x)",
        ) from error  # fmt: skip
    if array.dtype == object and array.size and not _is_text(array):
        try:
            return array.astype(np.float32)
        except (TypeError, ValueError):
            return array
    return array


def _frame(x: Any, who: str) -> np.ndarray:
    columns = getattr(x, "columns", None)
    if columns is not None and hasattr(x, "dtypes"):
        kinds = x.dtypes if isinstance(x.dtypes, list | tuple) else list(x.dtypes)
        text = [str(c) for c, d in zip(columns, kinds, strict=True) if str(d).lower() in ("object", "str", "string", "category")]
        if text:
            raise KindError(
                f"{len(text)} columns hold text", who=who, expected="columns of numbers", got=", ".join(text[:5]),
                fix=f"leave them out, or encode them: drop(columns={text[:3]})",
            )  # fmt: skip
    return np.asarray(x.to_numpy())


def _small_integers(array: np.ndarray, who: str) -> np.ndarray:
    if array.dtype.itemsize <= 2 or array.dtype == np.int32:
        return array
    if array.size and (array.max() > 2**31 - 1 or array.min() < -(2**31)):
        raise DataError(
            "integers are beyond 32 bits", who=who, expected="−2³¹ … 2³¹−1", got=f"{array.min()} … {array.max()}",
            fix="convert them to float32, or subtract an offset",
        )  # fmt: skip
    return array.astype(np.int32)


def _is_text(array: np.ndarray) -> bool:
    return array.dtype.kind in "OSU" and array.size > 0 and isinstance(array.reshape(-1)[0], str | bytes)
