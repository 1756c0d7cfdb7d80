"""Whatever people hand over, as arrays."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import ml_dtypes
import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nyuron.core import DataError, KindError, NyuronError, ShapeError
from nyuron.data import as_arrays

COLUMNS = {"a": [1.5, 2.5, 3.5], "b": [1, 2, 3]}
TABLE = np.array([[1.5, 1], [2.5, 2], [3.5, 3]], np.float32)


class Tensor:
    """A stand-in that is as strict as torch.Tensor: no NumPy with gradients, on a GPU, or in bfloat16."""

    def __init__(self, values, grad=False, device="cpu", dtype="torch.float32"):
        self.values, self.grad, self.device, self.dtype = np.asarray(values), grad, device, dtype

    shape = property(lambda self: self.values.shape)

    def detach(self):
        return Tensor(self.values, False, self.device, self.dtype)

    def cpu(self):
        return Tensor(self.values, self.grad, "cpu", self.dtype)

    def float(self):
        return Tensor(self.values, self.grad, self.device)

    def numpy(self):
        if self.grad or self.device != "cpu" or "bfloat16" in self.dtype:
            raise TypeError(f"can't convert: {self.grad=} {self.device=} {self.dtype=}")
        return self.values

    def __array__(self, dtype=None, copy=None):
        return self.numpy()


class HuggingFace:
    """A stand-in for datasets.Dataset."""

    def __init__(self, columns):
        self.columns, self.features = columns, dict.fromkeys(columns)

    def with_format(self, kind):
        assert kind == "numpy"
        return self

    def __len__(self):
        return len(next(iter(self.columns.values())))

    def __getitem__(self, rows):
        return {name: np.asarray(values)[rows] for name, values in self.columns.items()}


FRAMES = [
    pd.DataFrame(COLUMNS),
    pl.DataFrame(COLUMNS),
    pa.table(COLUMNS),
    nw.from_native(pd.DataFrame(COLUMNS)),
    nw.from_native(pl.DataFrame(COLUMNS)),
    pa.table(COLUMNS).to_batches()[0],
    pd.DataFrame(COLUMNS).convert_dtypes(),
    pd.DataFrame(COLUMNS, dtype=object),
    HuggingFace(COLUMNS),
]


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: f"{type(frame).__module__}.{type(frame).__name__}")
def test_frames_become_tables(frame: object) -> None:
    x = as_arrays(frame)
    assert x.dtype == np.float32
    np.testing.assert_array_equal(x, TABLE)


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([1, 2, 3]),
        pl.Series([1, 2, 3]),
        pa.array([1, 2, 3]),
        pa.chunked_array([[1], [2, 3]]),
        nw.from_native(pl.Series([1, 2, 3]), series_only=True),
        pd.Series([1, 2, 3], dtype="Int64"),
        pd.Index([1, 2, 3]),
        HuggingFace({"y": [1, 2, 3]}),
        [1, 2, 3],
        (1, 2, 3),
        range(1, 4),
        [np.int64(1), np.int64(2), np.int64(3)],
        [Tensor(1), Tensor(2), Tensor(3)],
    ],
    ids=lambda column: f"{type(column).__module__}.{type(column).__name__}",
)
def test_columns_become_vectors(column: object) -> None:
    y = as_arrays(column)
    assert y.dtype == np.int32 and y.tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    "given_, kept",
    [
        ("float64", "float32"),
        ("float32", "float32"),
        ("float16", "float16"),
        ("int64", "int32"),
        ("uint64", "uint32"),
        ("int32", "int32"),
        ("uint8", "uint8"),
        ("bool", "bool"),
        (">f4", "float32"),
        (ml_dtypes.bfloat16, ml_dtypes.bfloat16),
    ],
)
def test_dtypes(given_: object, kept: object) -> None:
    assert as_arrays(np.ones(3, given_)).dtype == np.dtype(kept)  # type: ignore[call-overload]


def test_sixty_four_bits_stay_where_jax_has_them() -> None:
    with jax.enable_x64(True):
        assert as_arrays([1.5]).dtype == np.float64 and as_arrays([2**40]).dtype == np.int64


def test_arrays_that_fit_are_not_copied() -> None:
    x, z = np.ones((4, 2), np.float32), jnp.ones(3)
    assert as_arrays(x) is x and as_arrays(z) is z


def test_torch_tensors_are_detached_and_brought_over() -> None:
    x = as_arrays(Tensor([[1.0, 2.0]], grad=True, device="cuda:0", dtype="torch.bfloat16"))
    assert x.dtype == np.float32 and x.tolist() == [[1.0, 2.0]]
    assert as_arrays([Tensor([1.0], grad=True), Tensor([2.0])])[1].tolist() == [2.0]


def test_trees_keep_their_form() -> None:
    x = as_arrays({"a": [1.0], "b": (np.ones(2), pd.Series([True])), "c": [jnp.ones(1), [3]][0]})
    assert x["a"].dtype == np.float32 and isinstance(x["b"], tuple) and x["b"][1].dtype == bool
    pictures = as_arrays(HuggingFace({"image": np.zeros((2, 3, 3), np.uint8), "label": [0, 1]}))
    assert pictures["image"].shape == (2, 3, 3) and pictures["label"].dtype == np.int32


@given(hnp.arrays(st.sampled_from([np.float32, np.int32, np.uint8, np.bool_]), hnp.array_shapes(max_dims=3)))
def test_nested_lists_are_the_arrays_they_came_from(array: np.ndarray) -> None:
    again = as_arrays(array.tolist())
    np.testing.assert_array_equal(again, array)
    assert again.dtype == (np.int32 if array.dtype == np.uint8 else array.dtype)


@given(st.integers())
def test_integers_beyond_32_bits_are_refused(n: int) -> None:
    if -(2**31) <= n < 2**31:
        assert as_arrays([n]).tolist() == [n]
    else:
        with pytest.raises(NyuronError):
            as_arrays([n])


@pytest.mark.parametrize(
    "x, error, said",
    [
        (["a", "b"], KindError, r"x\[0\]: this is no number(.|\n)*'a' \(str\)(.|\n)*target_of"),
        ([1, "b"], KindError, r"x\[1\]: this is no number"),
        ([[1, 2], [3, "b"]], KindError, r"x\[1, 1\]: this is no number"),
        (np.array(["a"]), KindError, "these are text, not numbers(.|\n)*for example a"),
        (np.array([b"a"]), KindError, "these are bytes"),
        (np.array(["2020-01-01"], "datetime64[D]"), KindError, "these are dates"),
        (np.array([1], "timedelta64[s]"), KindError, "these are time spans"),
        (np.array([1j]), KindError, "these are complex"),
        (np.zeros(2, [("a", "f4"), ("b", "i4")]), KindError, "records with named fields"),
        (np.array([None, 1.0], object), DataError, r"x\[0\]: a value is missing"),
        (np.array([object()]), KindError, r"x\[0\]: this is no number"),
        ([[1, 2], [3]], ShapeError, "row 0 has 2 values, row 1 has 1 value\n(.|\n)*pad_sequences"),
        ([[1, 2], 3], ShapeError, "row 1 has a single value"),
        ([[[1], [2, 3]], [[1], [2]]], ShapeError, r"x\[0\]: the rows have different lengths"),
        (pd.DataFrame({"n": [1], "s": ["x"]}), KindError, "1 column holds no numbers(.|\n)*'s'"),
        (pl.DataFrame({"n": [1], "s": ["x"], "t": ["y"]}), KindError, "2 columns hold no numbers(.|\n)*'t' .String"),
        (pl.Series(["x"]), KindError, "the column holds no numbers(.|\n)*'x'"),
        (pd.Series(["x", "y"], dtype="category"), KindError, "the column holds no numbers"),
        (pd.Series([1, None], dtype="Int64"), DataError, "1 of 2 values are missing"),
        (pl.DataFrame({"n": [1, None]}), DataError, r"x\['n'\]: 1 of 2 values are missing"),
        (pl.DataFrame({"n": [1]}).lazy(), KindError, r"fix: +x.collect\(\)"),
        (np.ma.masked_array([1.0, 2.0], mask=[True, False]), DataError, "masked values are gaps"),
        (scipy.sparse.eye_array(3), KindError, r"sparse(.|\n)*x.toarray\(\)"),
        (None, KindError, "there are no data"),
        ("train.csv", KindError, "a text, not data(.|\n)*load_file"),
        ({1, 2}, KindError, "a set has no order"),
        (object(), KindError, "no kind of data that is known"),
        ({"a": [[1], [2, 3]]}, ShapeError, r"x\['a'\]: the rows"),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else None,
)
def test_what_is_no_array_is_refused(x: object, error: type, said: str) -> None:
    with pytest.raises(error, match=said):
        as_arrays(x)


def test_single_examples_of_a_torch_dataset_are_refused() -> None:
    class Examples:
        def __len__(self):
            return 3

        def __getitem__(self, i):
            return np.zeros(2), 0

    with pytest.raises(KindError, match="DataLoader"):
        as_arrays(Examples())


def test_missing_floats_of_frames_are_nan() -> None:
    for frame in (pd.DataFrame({"a": [1.0, None]}), pl.DataFrame({"a": [1.0, None]}), pa.table({"a": [1.0, None]})):
        assert np.isnan(as_arrays(frame)[1, 0])
