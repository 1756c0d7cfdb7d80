"""Splitting and standardising."""

from __future__ import annotations

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.preprocessing import StandardScaler

from nyuron import core
from nyuron.core import ArgumentError, DataError, ShapeError, StateError
from nyuron.data import Standardizer, check_finite, rows_of, split, split_rows


@given(st.integers(3, 200), st.floats(0, 0.49), st.floats(0, 0.49), st.integers(0, 2**32))
def test_every_row_is_in_exactly_one_part(n: int, test: float, validation: float, seed: int) -> None:
    if round(n * test) + round(n * validation) >= n:
        return
    train, held, tested = split_rows(n, test=test, validation=validation, seed=seed)
    assert sorted([*train, *held, *tested]) == list(range(n))
    assert (len(held), len(tested)) == (round(n * validation), round(n * test))


@given(st.lists(st.integers(0, 3), min_size=30, max_size=120), st.integers(0, 99))
def test_stratified_parts_keep_the_shares(labels: list[int], seed: int) -> None:
    counts = np.bincount(labels, minlength=4)
    if np.any((counts > 0) & (counts < 3)):
        return
    for part in split_rows(len(labels), test=0.25, validation=0.25, seed=seed, stratify=labels):
        share = np.bincount(np.asarray(labels)[part], minlength=4) - counts * len(part) / len(labels)
        assert np.abs(share).max() <= 2


def test_parts_hold_matching_rows_of_trees() -> None:
    x = {"a": np.arange(20), "b": (np.arange(40).reshape(20, 2),)}
    parts = split(x, np.arange(20) * 10, seed=3, stratify=None)
    for part in parts:
        np.testing.assert_array_equal(part.x["a"] * 10, part.y)
        np.testing.assert_array_equal(part.x["b"][0][:, 0], part.x["a"] * 2)
        np.testing.assert_array_equal(part.rows, part.x["a"])
    assert [len(part.rows) for part in parts] == [12, 4, 4]


def test_the_seed_decides() -> None:
    assert np.array_equal(split_rows(50, seed=1)[0], split_rows(50, seed=1)[0])
    assert not np.array_equal(split_rows(50, seed=1)[0], split_rows(50, seed=2)[0])


def test_splits_that_cannot_be() -> None:
    x = np.zeros((10, 2))
    with pytest.raises(ArgumentError, match="no rows would be left"):
        split(x, test=5, validation=0.5)
    with pytest.raises(ArgumentError, match=r"test=1\.5 is no size"):
        split(x, test=1.5)
    with pytest.raises(ArgumentError, match="validation=True"):
        split(x, validation=True)
    with pytest.raises(ShapeError, match="different numbers of rows"):
        split(x, np.zeros(9))
    with pytest.raises(DataError, match="class 2 is too rare"):
        split(x, np.array([0] * 5 + [1] * 4 + [2]), stratify=True)
    with pytest.raises(ArgumentError, match="stratify=True needs y"):
        split(x, stratify=True)
    with pytest.raises(ArgumentError, match="do not fit the rows"):
        split(x, stratify=np.zeros(3))


def test_rows_of_refuses_what_has_no_rows() -> None:
    with pytest.raises(ShapeError, match="a single number has no rows"):
        rows_of(3.0)
    with pytest.raises(DataError, match="there are no rows"):
        rows_of(np.zeros((0, 3)))
    with pytest.raises(DataError, match="there are no arrays"):
        rows_of({})


def test_check_finite_names_the_rows() -> None:
    x = np.ones((8, 2), np.float32)
    check_finite({"a": x, "b": np.arange(3)})
    x[[2, 5], 1] = np.nan, np.inf
    with pytest.raises(DataError, match=r"x\['a'\]: 2 of 16 values are not finite\n(.|\n)*rows 2, 5"):
        check_finite({"a": x})


# Standardising.


@pytest.mark.parametrize("shape", [(50, 3), (50, 4, 3)])
def test_standardizer_agrees_with_scikit_learn(shape: tuple[int, ...], rng: np.random.Generator) -> None:
    x = rng.normal(5, 3, shape)
    x[..., 1] = 7.7
    ours, theirs = Standardizer.fit(x), StandardScaler().fit(x.reshape(-1, 3))
    np.testing.assert_allclose(ours.transform(x).reshape(-1, 3), theirs.transform(x.reshape(-1, 3)), atol=1e-12)
    np.testing.assert_allclose(ours.inverse(ours.transform(x)), x, atol=1e-12)


@given(st.lists(st.floats(-1e4, 1e4, width=32), min_size=2, max_size=30))
def test_inverse_undoes_transform(values: list[float]) -> None:
    x = np.asarray(values, np.float32)
    scaler = Standardizer.fit(x)
    assert scaler.mean.shape == ()
    np.testing.assert_allclose(scaler.inverse(scaler.transform(x)), x, rtol=1e-4, atol=1e-2)


def test_standardizer_goes_to_json_and_back(rng: np.random.Generator) -> None:
    x = rng.normal(size=(20, 3)).astype(np.float32)
    scaler = Standardizer.fit(x)
    again = core.from_config(json.loads(json.dumps(core.to_config(scaler))))
    np.testing.assert_array_equal(again.transform(x), scaler.transform(x))
    assert again.mean.dtype == np.float32


def test_standardizer_is_an_argument_of_compiled_functions(rng: np.random.Generator) -> None:
    sets = rng.normal(size=(3, 20, 2)).astype(np.float32)
    scalers = [Standardizer.fit(x) for x in sets]
    stacked = jax.tree.map(lambda *leaves: jnp.stack(leaves), *scalers)
    z = jax.jit(jax.vmap(lambda scaler, x: scaler.transform(x)))(stacked, sets)
    for i, scaler in enumerate(scalers):
        np.testing.assert_allclose(z[i], scaler.transform(sets[i]), atol=1e-6)


def test_standardizer_takes_integers_and_keeps_float32() -> None:
    scaler = Standardizer.fit(np.array([[0], [255]], np.uint8))
    assert scaler.transform(np.array([[0], [255]], np.uint8)).tolist() == [[-1.0], [1.0]]
    assert scaler.transform(np.array([[1.0]], np.float32)).dtype == np.float32
    assert scaler.inverse(jnp.array([[1.0]])).dtype == jnp.float32


def test_standardizer_errors() -> None:
    with pytest.raises(DataError, match="there are no rows"):
        Standardizer.fit(np.zeros((0, 2)))
    with pytest.raises(DataError, match="not finite"):
        Standardizer.fit(np.array([1.0, np.nan]))
    with pytest.raises(ShapeError, match=r"expected: \(\*rows, 2\)"):
        Standardizer.fit(np.ones((3, 2))).transform(np.ones((3, 4)))
    with pytest.raises(StateError, match="knows no data"):
        Standardizer().transform(np.ones(3))
