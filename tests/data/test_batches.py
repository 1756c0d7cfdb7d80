"""Sources of batches, and loading ahead."""

from __future__ import annotations

import gc
import threading
import time

import jax.numpy as jnp
import keras
import numpy as np
import pandas as pd
import pytest

from nyuron.core import ArgumentError, DataError, KindError, ShapeError
from nyuron.data import batch_count, batches_of, is_batched_source, prefetch

X, Y = np.arange(20.0).reshape(10, 2), np.arange(10)


def generator(size: int = 4):
    for start in range(0, 10, size):
        yield X[start : start + size], Y[start : start + size]


class Sequence(keras.utils.PyDataset):
    def __init__(self):
        super().__init__()
        self.calls = []

    def __len__(self):
        return 3

    def __getitem__(self, i):
        return X[i * 4 : i * 4 + 4], Y[i * 4 : i * 4 + 4], np.ones(len(X[i * 4 : i * 4 + 4]))

    def on_epoch_begin(self):
        self.calls.append("begin")

    def on_epoch_end(self):
        self.calls.append("end")


class Loader:
    """A stand-in for torch's DataLoader."""

    batch_size, dataset = 4, None

    def __iter__(self):
        return ([x, y] for x, y in generator())

    def __len__(self):
        return 3


class TensorFlow:
    """A stand-in for tf.data.Dataset."""

    def as_numpy_iterator(self):
        return generator()

    def __iter__(self):
        raise AssertionError("tensors, not arrays")

    def cardinality(self):
        return np.int64(3)


SOURCES = [
    generator(),
    generator,
    lambda: list(generator()),
    Sequence(),
    Loader(),
    TensorFlow(),
    iter(list(generator())),
]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: type(source).__name__)
def test_every_source_gives_the_same_batches(source: object) -> None:
    assert is_batched_source(source)
    batches = list(batches_of(source))
    assert [len(x) for x, _, _ in batches] == [4, 4, 2]
    np.testing.assert_array_equal(np.concatenate([x for x, _, _ in batches]), X)
    np.testing.assert_array_equal(np.concatenate([y for _, y, _ in batches]), Y)
    for x, y, weight in batches:
        assert x.dtype == np.float32 and y.dtype == np.int32
        assert weight is None or weight.dtype == np.float32


@pytest.mark.parametrize("source", [generator, Sequence(), Loader(), TensorFlow()], ids=lambda s: type(s).__name__)
def test_sources_that_can_begin_again_do(source: object) -> None:
    assert [sum(1 for _ in batches_of(source)) for _ in range(2)] == [3, 3]


def test_a_generator_goes_on_where_it_stopped() -> None:
    source = generator()
    first = batches_of(source)
    next(first)
    first.close()
    assert len(list(batches_of(source))) == 2 and list(batches_of(source)) == []


def test_epochs_of_a_py_dataset_are_announced() -> None:
    source = Sequence()
    list(batches_of(source))
    assert source.calls == ["begin", "end"]


def test_numbers_of_batches() -> None:
    assert [batch_count(s) for s in (Sequence(), Loader(), TensorFlow(), generator(), generator)] == [
        3,
        3,
        3,
        None,
        None,
    ]


@pytest.mark.parametrize(
    "x", [X, [1, 2], (X, Y), {"a": X}, jnp.ones(3), pd.DataFrame({"a": [1]}), pd.Series([1]), "text", None]
)
def test_arrays_are_no_sources(x: object) -> None:
    assert not is_batched_source(x)
    with pytest.raises(KindError, match="this gives no batches"):
        next(batches_of(x))


def test_batches_of_one_part_and_of_trees() -> None:
    x, y, weight = next(batches_of(iter([X])))
    assert x.shape == (10, 2) and y is None and weight is None
    x, y, weight = next(batches_of(iter([({"a": X, "b": (X, jnp.ones(10))}, Y, None)])))
    assert isinstance(x["b"][1], np.ndarray) and y.shape == (10,) and weight is None


@pytest.mark.parametrize(
    "batch, error, said",
    [
        ((X, Y, Y, Y), KindError, r"x, batch 1: a batch has 4 parts(.|\n)*\(\(x1, x2\), y\)"),
        ((X, Y[:3]), ShapeError, r"batch 1: the arrays have different numbers of rows(.|\n)*10(.|\n)*3"),
        ((X[:0], Y[:0]), ShapeError, "an empty batch"),
        ((None, Y), KindError, "a batch without x"),
        ((X, ["a"] * 10), KindError, r"batch 1, y\[0\]: this is no number"),
    ],
)
def test_batches_of_another_form_are_refused(batch: object, error: type, said: str) -> None:
    with pytest.raises(error, match=said):
        list(batches_of(iter([(X, Y), batch])))


def test_a_source_without_batches_is_refused() -> None:
    with pytest.raises(DataError, match="gives no batches"):
        list(batches_of(lambda: iter([])))


# Loading ahead.


def threads() -> int:
    return sum(thread.name == "nyuron-prefetch" for thread in threading.enumerate())


def settled(count: int = 0) -> bool:
    limit = time.monotonic() + 5
    while threads() > count and time.monotonic() < limit:
        time.sleep(0.01)
    return threads() == count


def test_prefetch_keeps_the_order_and_ends() -> None:
    assert list(prefetch(range(100), depth=3)) == list(range(100))
    assert settled()


def test_prefetch_works_ahead_by_its_depth_only() -> None:
    made = []

    def source():
        for i in range(10):
            made.append(i)
            yield i

    with prefetch(source(), depth=2) as items:
        assert next(items) == 0
        limit = time.monotonic() + 5
        while len(made) < 4 and time.monotonic() < limit:
            time.sleep(0.01)
        time.sleep(0.1)
        assert len(made) == 4  # one taken, two waiting, one in hand
    assert settled()


def test_prefetch_hands_errors_over_in_their_place() -> None:
    def source():
        yield 1
        raise DataError("row 7 is broken")

    items = prefetch(source())
    assert next(items) == 1
    with pytest.raises(DataError, match="row 7 is broken"):
        next(items)
    with pytest.raises(StopIteration):
        next(items)
    assert settled()


def test_prefetch_stops_and_closes_its_generator() -> None:
    closed = threading.Event()

    def source():
        try:
            while True:
                yield 0
        finally:
            closed.set()

    items = prefetch(source())
    next(items)
    items.close()
    assert closed.is_set() and settled()
    assert list(items) == []


def test_prefetch_that_is_dropped_stops_too() -> None:
    items = prefetch(iter(int, 1))
    next(items)
    del items
    gc.collect()
    assert settled()


def test_prefetch_needs_a_depth() -> None:
    with pytest.raises(ArgumentError, match="depth ≥ 1"):
        prefetch([], depth=0)
