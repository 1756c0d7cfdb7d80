"""Keras's small helpers, beside Keras's own."""

from __future__ import annotations

import random

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nyuron import utils
from nyuron.core import ArgumentError, DataError, KindError, ShapeError


@pytest.mark.parametrize("name", ["to_categorical", "normalize", "pad_sequences"])
def test_signatures_are_those_of_keras(name: str) -> None:
    import inspect

    ours, theirs = (inspect.signature(getattr(room, name)).parameters for room in (utils, keras.utils))
    assert [(p.name, p.default) for p in ours.values()] == [(p.name, p.default) for p in theirs.values()]


@pytest.mark.parametrize(
    "x, classes",
    [
        ([0, 1, 2], None),
        ([[0], [3]], None),
        ([[0, 1], [2, 3]], 5),
        (2, 4),
        (np.array([1.0, 0.0]), None),
        ([True, False], 2),
    ],
)
def test_to_categorical(x: object, classes: int | None) -> None:
    ours, theirs = utils.to_categorical(x, classes), keras.utils.to_categorical(x, classes)
    assert ours.shape == theirs.shape and ours.dtype == np.float32
    np.testing.assert_array_equal(ours, theirs)


def test_to_categorical_errors() -> None:
    with pytest.raises(DataError, match=r"a class is out of range\n(.|\n)*0 … 2(.|\n)*num_classes=5"):
        utils.to_categorical([0, 4], 3)
    with pytest.raises(DataError, match="count classes from 0"):
        utils.to_categorical([-1, 2])
    with pytest.raises(KindError, match="classes must be whole numbers"):
        utils.to_categorical([0.5])
    with pytest.raises(KindError, match="classes must be whole numbers"):
        utils.to_categorical(["a"])
    with pytest.raises(DataError, match="number of classes is unknown"):
        utils.to_categorical([])


@pytest.mark.parametrize("axis", [-1, 0, 1])
@pytest.mark.parametrize("order", [1, 2, np.inf])
def test_normalize(axis: int, order: float, rng: np.random.Generator, keras_oracle) -> None:
    x = rng.normal(size=(4, 3))
    x[1] = 0
    x[:, 1] = 0
    if axis:  # keras.utils.normalize of NumPy arrays takes axis 0 for −1
        np.testing.assert_allclose(utils.normalize(x, axis, order), keras.utils.normalize(x, axis, order), rtol=1e-12)
    ours = utils.normalize(jnp.asarray(x, "float32"), axis, order)
    assert isinstance(ours, jax.Array)
    np.testing.assert_allclose(ours, utils.normalize(x.astype(np.float32), axis, order), rtol=1e-5)
    norms = np.linalg.norm(utils.normalize(x, axis, order), order, axis)
    np.testing.assert_allclose(norms, np.linalg.norm(x, order, axis) > 0)


lists = st.lists(st.lists(st.integers(-9, 9), max_size=6), min_size=1, max_size=5)
ends = st.sampled_from(["pre", "post"])


@given(lists, st.none() | st.integers(1, 7), ends, ends, st.integers(-3, 3))
def test_pad_sequences(sequences: list, maxlen: int | None, padding: str, truncating: str, value: int) -> None:
    options = {"maxlen": maxlen, "padding": padding, "truncating": truncating, "value": value}
    ours, theirs = utils.pad_sequences(sequences, **options), keras.utils.pad_sequences(sequences, **options)
    assert ours.dtype == theirs.dtype
    np.testing.assert_array_equal(ours, theirs)


def test_pad_sequences_of_vectors_and_of_texts() -> None:
    vectors = [np.ones((2, 3)), np.ones((1, 3)), []]
    np.testing.assert_array_equal(
        utils.pad_sequences(vectors, dtype="float32"), keras.utils.pad_sequences(vectors, dtype="float32")
    )
    words = utils.pad_sequences([["a"], ["b", "c"]], dtype=object, value="-")
    assert words.tolist() == [["-", "a"], ["b", "c"]]
    assert utils.pad_sequences([[1, 2]], maxlen=0).shape == (1, 0)


def test_pad_sequences_errors() -> None:
    with pytest.raises(ArgumentError, match="unknown padding 'left'"):
        utils.pad_sequences([[1]], padding="left")
    with pytest.raises(ArgumentError, match="unknown truncating"):
        utils.pad_sequences([[1]], truncating="left")
    with pytest.raises(KindError, match="entry 1: an entry is no sequence"):
        utils.pad_sequences([[1], 2])
    with pytest.raises(ShapeError, match="sequence 1: the steps differ in shape"):
        utils.pad_sequences([np.ones((2, 3)), np.ones((2, 2))])
    with pytest.raises(ArgumentError, match="dtype=object"):
        utils.pad_sequences([[1]], value="-")


@pytest.mark.parametrize("sizes", [{"left_size": 0.7}, {"right_size": 3}, {"left_size": 4, "right_size": 0.2}])
def test_split_dataset_takes_the_first_and_the_last_rows(sizes: dict) -> None:
    x, y = np.arange(20.0).reshape(10, 2), np.arange(10)
    left, right = utils.split_dataset((x, y), **sizes)
    expected = {0.7: (7, 3), 3: (7, 3), 4: (4, 2)}[next(iter(sizes.values()))]
    assert (len(left[1]), len(right[1])) == expected
    np.testing.assert_array_equal(left[0], x[: expected[0]])
    np.testing.assert_array_equal(right[1], y[10 - expected[1] :])


def test_split_dataset_shuffles_by_the_seed() -> None:
    first, again, other = (utils.split_dataset(np.arange(50), 0.5, shuffle=True, seed=s) for s in (1, 1, 2))
    np.testing.assert_array_equal(first[0], again[0])
    assert not np.array_equal(first[0], other[0])
    assert sorted([*first[0], *first[1]]) == list(range(50))


@pytest.mark.parametrize(
    "sizes, said",
    [
        ({}, "neither size is given"),
        ({"left_size": 1.0}, "left_size=1.0 is no size"),
        ({"right_size": 10}, "right_size=10 is no size"),
        ({"left_size": 6, "right_size": 6}, "do not fit the data"),
        ({"left_size": 0.01}, "do not fit the data"),
    ],
)
def test_split_dataset_errors(sizes: dict, said: str) -> None:
    with pytest.raises(ArgumentError, match=said):
        utils.split_dataset(np.arange(10), **sizes)


def test_set_random_seed_governs_numpy_and_random() -> None:
    draws = []
    for _ in range(2):
        utils.set_random_seed(5)
        draws.append((random.random(), np.random.rand()))
    assert draws[0] == draws[1]
