"""Everything that people hand over as data, as arrays of the dtypes that training uses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import numpy as np

from nyuron.core import DataError, KindError, ShapeError
from nyuron.data._foreign import (
    is_frame,
    is_hugging_face,
    is_torch,
    numpy_from_frame,
    numpy_from_torch,
    refuse_unusable,
)

_INT32, _UINT32 = np.iinfo(np.int32), np.iinfo(np.uint32)


def as_arrays(x: Any, who: str = "x") -> Any:
    """`x` as arrays of numbers: one array, or a tuple or dict of them where `x` is several.

    Takes NumPy, nested lists of numbers, pandas, polars, pyarrow and narwhals frames and columns, JAX arrays (kept
    where they are), PyTorch tensors (detached, brought to the CPU), TensorFlow tensors, Hugging Face datasets (columns
    of numbers side by side; a dict by column where one holds more, such as pictures), and tuples, lists and dicts of
    these. No package is imported for it.

    float64 becomes float32, int64 int32 and uint64 uint32, unless JAX runs with 64 bits; all else is kept.

    Raises: KindError for text, objects, dates and complex numbers; ShapeError for rows of different lengths; DataError
        for integers beyond 32 bits and for gaps in columns of integers.
    Example:
        >>> as_arrays([[1.0, 2.0], [3.0, 4.0]]).dtype
        dtype('float32')
        >>> as_arrays({"a": [1, 2], "b": (True, False)})["b"].dtype
        dtype('bool')
    """
    if isinstance(x, jax.Array):
        return x
    if is_frame(x):
        return narrowed(numpy_from_frame(x, who), who)
    if is_hugging_face(x):
        columns = {name: as_arrays(value, f"{who}[{name!r}]") for name, value in x.with_format("numpy")[:].items()}
        return _side_by_side(columns)
    if isinstance(x, Mapping):
        return {name: as_arrays(value, f"{who}[{name!r}]") for name, value in x.items()}
    if isinstance(x, list | tuple):
        if x and all(map(_is_array, x)):
            return tuple(as_arrays(value, f"{who}[{i}]") for i, value in enumerate(x))
        return narrowed(_from_sequence(x, who), who)
    if is_torch(x):
        return narrowed(numpy_from_torch(x), who)
    if isinstance(x, Sequence) and not isinstance(x, str | bytes):
        return as_arrays(list(x), who)
    refuse_unusable(x, who)
    if isinstance(x, np.ma.MaskedArray) and x.mask.any():
        raise DataError(
            "masked values are gaps", who=who, got=f"{int(x.mask.sum())} masked values", fix="x.filled(value)"
        )
    return narrowed(np.asarray(x), who)


def narrowed(array: np.ndarray, who: str = "x") -> np.ndarray:
    """The array in a dtype that training uses; arrays that have one already are returned as they are."""
    kind = array.dtype.kind
    if kind == "O":
        array = _from_objects(array, who)
        kind = array.dtype.kind
    if kind in "USTMmc":
        raise _refusal(array, who)
    if kind == "V" and not jax.numpy.issubdtype(array.dtype, np.floating):  # bfloat16 and its like are 'V' to NumPy
        raise KindError(
            "records with named fields are no array of numbers",
            who=who,
            expected="numbers",
            got=str(array.dtype),
            fix="numpy.lib.recfunctions.structured_to_unstructured(x)",
        )
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    if jax.config.jax_enable_x64:  # type: ignore[attr-defined]
        return array.astype(np.float64) if array.dtype == np.longdouble else array
    if kind == "f" and array.dtype.itemsize > 4:
        return array.astype(np.float32)
    if kind in "iu" and array.dtype.itemsize > 4:
        return _narrow_integers(array, who)
    return array


def _side_by_side(columns: dict[str, Any]) -> Any:
    if len(columns) == 1:
        return next(iter(columns.values()))
    if any(isinstance(column, tuple | dict) or column.ndim != 1 for column in columns.values()):
        return columns
    if len({column.dtype for column in columns.values()}) > 1:
        columns = {name: column.astype(np.float32) for name, column in columns.items()}
    return np.stack(list(columns.values()), axis=1)


def _is_array(x: Any) -> bool:
    """Whether an entry of a list is an array of its own, so that the list is several inputs."""
    shape = getattr(x, "shape", None)
    return is_frame(x) or is_hugging_face(x) or (shape is not None and len(shape) > 0)


def _from_sequence(x: list[Any] | tuple[Any, ...], who: str) -> np.ndarray:
    if any(is_torch(value) for value in x):
        x = [numpy_from_torch(value) if is_torch(value) else value for value in x]
    try:
        array = np.asarray(x)
    except (ValueError, TypeError) as error:
        _refuse_ragged(x, who)
        raise KindError(
            "the list cannot be made an array", who=who, expected="rows of numbers", got=str(error), fix="np.asarray(x)"
        ) from error
    # NumPy turns [1, "a"] and [True, "a"] into text without a word.
    return np.asarray(x, dtype=object) if array.dtype.kind in "US" else array


def _refuse_ragged(x: Any, who: str) -> None:
    lengths = [len(row) if hasattr(row, "__len__") else None for row in x]
    for i, length in enumerate(lengths):
        if length != lengths[0]:
            raise ShapeError(
                "the rows have different lengths",
                who=who,
                expected="rows of one length",
                got=f"row 0 has {_described(lengths[0])}, row {i} has {_described(length)}",
                fix="pad them: nyuron.utils.pad_sequences(x)",
            )
    for i, row in enumerate(x):
        if isinstance(row, list | tuple):
            _refuse_ragged(row, f"{who}[{i}]")


def _described(length: int | None) -> str:
    return "a single value" if length is None else f"{length} value{'s' * (length != 1)}"


def _from_objects(array: np.ndarray, who: str) -> np.ndarray:
    values = array.reshape(-1)
    for i, value in enumerate(values):
        if isinstance(value, bool | int | float | np.number | np.bool_):
            continue
        if isinstance(value, list | tuple | np.ndarray):
            _refuse_ragged(list(array), who)
            try:
                return np.asarray(array.tolist())
            except ValueError as error:
                raise ShapeError(
                    "the rows have different shapes",
                    who=who,
                    expected="one shape",
                    got=str(error),
                    fix="pad or cut the rows to one shape: nyuron.utils.pad_sequences(rows) for sequences",
                ) from error
        position = np.unravel_index(i, array.shape)
        place = f"[{', '.join(map(str, position))}]"
        if value is None:
            raise DataError(
                "a value is missing",
                who=f"{who}{place}",
                expected="numbers",
                got="None",
                fix="fill the gap or drop the row",
            )
        raise KindError(
            "this is no number",
            who=f"{who}{place}",
            expected="numbers",
            got=f"{value!r:.60} ({type(value).__name__})",
            fix="turn texts into numbers first, for example one-hot, or nyuron.data.target_of(y) for classes"
            if isinstance(value, str | bytes)
            else "pass an array of numbers",
        )
    types = {type(value) for value in values}
    if any(issubclass(kind, float | np.floating) for kind in types):
        return array.astype(np.float64)
    is_truth = all(issubclass(kind, bool | np.bool_) for kind in types)
    try:
        return array.astype(np.bool_ if is_truth else np.int64)
    except OverflowError as error:
        raise DataError(
            "an integer is too large", who=who, expected="32 bits", got=str(error), fix="use floats"
        ) from error


def _narrow_integers(array: np.ndarray, who: str) -> np.ndarray:
    limits = _INT32 if array.dtype.kind == "i" else _UINT32
    if array.size and (array.min() < limits.min or array.max() > limits.max):
        worst = array.max() if array.max() > limits.max else array.min()
        raise DataError(
            "an integer does not fit 32 bits",
            who=who,
            expected=f"{limits.min} … {limits.max}",
            got=f"{worst}",
            fix="a number with a size: x.astype('float32'); an identifier: leave it out",
        )
    return array.astype(limits.dtype)


def _refusal(array: np.ndarray, who: str) -> KindError:
    kind, fix = {
        "U": ("text", "turn texts into numbers first, for example one-hot, or nyuron.data.target_of(y) for classes"),
        "S": ("bytes", "turn them into numbers first"),
        "T": ("text", "turn texts into numbers first, for example one-hot, or nyuron.data.target_of(y) for classes"),
        "M": ("dates", "turn dates into numbers, such as the day of the year or days since the first"),
        "m": ("time spans", "turn them into numbers: x / np.timedelta64(1, 's')"),
        "c": ("complex numbers", "pass real and imaginary parts as two features"),
    }[array.dtype.kind]
    example = f", for example {array.reshape(-1)[0]!s:.40}" if array.size else ""
    return KindError(
        f"these are {kind}, not numbers", who=who, expected="numbers", got=f"{array.dtype}{example}", fix=fix
    )
