"""Other packages' data, known by their looks: none of these packages is imported here."""

from __future__ import annotations

from typing import Any

import numpy as np

from nyuron.core import DataError, KindError

_FRAME_PACKAGES = {"pandas", "polars", "pyarrow", "narwhals", "modin", "cudf"}


def package_of(x: Any) -> str:
    """The top-level package that the type of `x` comes from."""
    return type(x).__module__.partition(".")[0]


def is_torch(x: Any) -> bool:
    """Whether `x` is a PyTorch tensor: it can be detached and brought to the CPU."""
    return all(hasattr(x, name) for name in ("detach", "cpu", "numpy", "shape"))


def numpy_from_torch(x: Any) -> np.ndarray:
    """A tensor of any device, with or without gradients, as NumPy."""
    x = x.detach().cpu()
    if str(x.dtype).endswith("bfloat16"):
        x = x.float()
    for resolve in ("resolve_conj", "resolve_neg"):
        x = getattr(x, resolve)() if hasattr(x, resolve) else x
    return np.asarray(x.numpy())


def is_hugging_face(x: Any) -> bool:
    """Whether `x` is a Hugging Face dataset held in memory or on disk (not a streamed one)."""
    return hasattr(x, "features") and hasattr(x, "with_format") and hasattr(x, "__len__")


def is_frame(x: Any) -> bool:
    """Whether `x` is a data frame or a column of pandas, polars, pyarrow or narwhals."""
    if package_of(x) not in _FRAME_PACKAGES or isinstance(x, np.ndarray):
        return False
    name = type(x).__name__
    return name in (
        "DataFrame",
        "Series",
        "Table",
        "ChunkedArray",
        "RecordBatch",
        "Index",
        "RangeIndex",
        "LazyFrame",
    ) or (package_of(x) == "pyarrow" and name.endswith("Array"))


def numpy_from_frame(x: Any, who: str) -> np.ndarray:
    """A frame as (rows, columns), a column as (rows,); gaps are NaN.

    Raises: KindError with the columns that hold no numbers; DataError for gaps in integers.
    """
    import narwhals as nw

    if type(x).__name__ == "LazyFrame":
        raise KindError("a lazy frame holds no data yet", who=who, got=type(x).__name__, fix=f"{who}.collect()")
    if package_of(x) == "pyarrow":
        x = _whole_arrow(x)
    if package_of(x) == "pandas" and type(x).__name__.endswith("Index"):
        x = x.to_series()
    frame = nw.from_native(x, allow_series=True, eager_only=True)
    if isinstance(frame, nw.Series):
        return _column(frame, who)
    named = dict(zip(frame.columns, frame.iter_columns(), strict=True))
    _refuse_non_numbers(named, who)
    if not frame.columns:
        raise DataError(
            "the frame has no columns",
            who=who,
            expected="at least one column",
            got=f"shape {frame.shape}",
            fix="select the columns of numbers, such as frame[['length', 'width']]",
        )
    columns = [_column(column, f"{who}[{name!r}]") for name, column in named.items()]
    if len({column.dtype for column in columns}) > 1:
        columns = [column if column.dtype.kind == "O" else column.astype(np.float64) for column in columns]
    return np.stack(columns, axis=1)


def refuse_unusable(x: Any, who: str) -> None:
    """Raise KindError for things that are no array, with the way to make one."""
    if x is None:
        raise KindError("there are no data", who=who, expected="an array", got="None", fix=f"pass {who}")
    name = f"{type(x).__module__}.{type(x).__qualname__}"
    if isinstance(x, str | bytes):
        fix = "nyuron.data.load_file(path) reads a table from a file"
        raise KindError("this is a text, not data", who=who, expected="an array", got=repr(x)[:60], fix=fix)
    if isinstance(x, set | frozenset):
        raise KindError("a set has no order", who=who, expected="an array", got=name, fix=f"sorted({who})")
    if hasattr(x, "tocoo") or hasattr(x, "todense"):
        raise KindError("the matrix is sparse", who=who, expected="a dense array", got=name, fix=f"{who}.toarray()")
    if hasattr(x, "__array__") or hasattr(x, "__array_interface__") or np.isscalar(x) or hasattr(x, "__dlpack__"):
        return
    if package_of(x) in ("torch", "torchvision") or (hasattr(x, "__getitem__") and hasattr(x, "__len__")):
        fix = f"torch.utils.data.DataLoader({who}, batch_size=32), or arrays"
        raise KindError("single examples are not batches", who=who, expected="arrays, or batches", got=name, fix=fix)
    if hasattr(x, "features") and hasattr(x, "iter"):
        fix = f"lambda: ((b['x'], b['y']) for b in {who}.iter(batch_size=32))"
        raise KindError("a streamed dataset is no array", who=who, expected="arrays, or batches", got=name, fix=fix)
    raise KindError(
        "this is no kind of data that is known here",
        who=who,
        expected="NumPy, JAX or PyTorch arrays, lists of numbers, data frames, or a source of batches",
        got=name,
        fix=f"np.asarray({who})",
    )


def _whole_arrow(x: Any) -> Any:
    import pyarrow as pa

    if isinstance(x, pa.RecordBatch):
        return pa.Table.from_batches([x])
    return pa.chunked_array([x]) if isinstance(x, pa.Array) else x


def _refuse_non_numbers(columns: dict[str, Any], who: str) -> None:
    wrong = {name: column.dtype for name, column in columns.items() if not _holds_numbers(column)}
    if wrong:
        listed = ", ".join(f"{name!r} ({dtype})" for name, dtype in list(wrong.items())[:8])
        raise KindError(
            f"{len(wrong)} column{'s hold' if len(wrong) > 1 else ' holds'} no numbers",
            who=who,
            expected="columns of numbers or truth values",
            got=listed + (" …" if len(wrong) > 8 else ""),
            fix=f"drop them, or turn them into numbers first: {who}.drop(columns={list(wrong)[:3]})",
        )


def _holds_numbers(column: Any) -> bool:
    import narwhals as nw

    dtype = column.dtype
    if dtype == nw.Object:  # pandas columns of mixed Python values are looked through one by one
        return all(value is None or isinstance(value, bool | int | float | np.number) for value in column.to_list())
    return dtype.is_numeric() or dtype == nw.Boolean or dtype == nw.Unknown or isinstance(dtype, nw.Array | nw.List)


def _column(column: Any, who: str) -> np.ndarray:
    import narwhals as nw

    dtype = column.dtype
    if isinstance(dtype, nw.Array | nw.List):
        return np.asarray(column.to_list(), dtype=object)
    if dtype == nw.Object or not (dtype.is_numeric() or dtype == nw.Boolean):
        if not _holds_numbers(column):
            example = next((value for value in column.to_list() if value is not None), None)
            raise KindError(
                "the column holds no numbers",
                who=who,
                expected="numbers or truth values",
                got=f"{dtype}, for example {example!r:.40}",
                fix="nyuron.data.target_of(y) turns names of classes into numbers"
                if dtype == nw.String
                else "convert it",
            )
        return np.asarray(column.to_list(), dtype=object)
    gaps = int(column.null_count())
    if gaps and not dtype.is_float():
        raise DataError(
            f"{gaps} of {len(column)} values are missing",
            who=who,
            expected="a value in every row",
            got=f"{dtype} with gaps",
            fix="fill the gaps, or drop these rows",
        )
    if isinstance(dtype, nw.Decimal):
        column = column.cast(nw.Float64)
    return column.to_numpy()
