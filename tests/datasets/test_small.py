"""Embedded and generated data sets, and the catalogue."""

from __future__ import annotations

import importlib
import inspect

import numpy as np
import pytest
import sklearn.datasets
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from nyuron import datasets
from nyuron.core import ArgumentError, KindError, UnknownNameError
from nyuron.datasets import ar, blobs, boolean, circles, digits, moons, nonlinear, sine, spirals, xor

SMALL = (*datasets.names("embedded"), *datasets.names("generated"))


@pytest.mark.parametrize("name", SMALL)
def test_data_sets_are_complete(name: str) -> None:
    data = datasets.load(name)
    assert data.task in ("classification", "regression") and data.description and data.licence
    assert data.x_train.dtype == data.x_test.dtype == np.float32
    assert np.isfinite(data.x_train).all() and np.isfinite(data.y_train).all()
    assert data.x_train.shape[1:] == data.x_test.shape[1:] == data.input_shape
    assert data.rows == (len(data.y_train), len(data.y_test))
    assert len(data.feature_names) == (0 if data.kind == "image" else data.input_shape[0])
    if data.task == "classification":
        assert data.y_train.dtype == np.int32 and set(data.y_train) == set(range(data.classes))
        assert len(data.class_names) == data.classes
    else:
        assert data.y_train.dtype == np.float32 and data.class_names == ()


@pytest.mark.parametrize("name", [n for n in SMALL if n != "boolean"])
def test_the_seed_decides(name: str) -> None:
    load_data = importlib.import_module(f"nyuron.datasets.{name}").load_data
    (first, _), _ = load_data(seed=1)
    (again, _), _ = load_data(seed=1)
    (other, _), _ = load_data(seed=2)
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("name", ["iris", "breast_cancer", "wine", "digits"])
def test_embedded_rows_are_those_of_scikit_learn(name: str) -> None:
    bunch = getattr(sklearn.datasets, f"load_{name}")()
    data = datasets.load(name)
    x = np.concatenate([data.x_train, data.x_test]).reshape(len(bunch.data), -1)
    y = np.concatenate([data.y_train, data.y_test])
    theirs = {(*row.astype(np.float32).tolist(), int(k)) for row, k in zip(bunch.data, bunch.target, strict=True)}
    assert {(*row.tolist(), int(k)) for row, k in zip(x, y, strict=True)} == theirs
    assert data.class_names == tuple(map(str, bunch.target_names))
    assert name == "digits" or data.feature_names == tuple(bunch.feature_names)
    shares = np.bincount(data.y_test) / len(data.y_test) - np.bincount(y) / len(y)
    assert np.abs(shares).max() < 0.02


def test_digits_are_pictures() -> None:
    (x, _), _ = digits.load_data()
    data = datasets.load("digits")
    assert x.shape == (1438, 8, 8) and (x.min(), x.max()) == data.value_range == (0, 16) and data.kind == "image"


def test_all_sixteen_boolean_operations() -> None:
    tables = {tuple(boolean.load_data(name)[0][1]) for name in boolean.OPERATIONS}
    assert len(tables) == len(boolean.OPERATIONS) == 16
    (x, y), _ = boolean.load_data()
    a, b = x.astype(bool).T
    np.testing.assert_array_equal(y, a & b)
    for name, truth in {
        "or": a | b,
        "xor": a ^ b,
        "nand": ~(a & b),
        "nor": ~(a | b),
        "xnor": ~(a ^ b),
        "a_implies_b": ~a | b,
        "b_implies_a": a | ~b,
        "a_and_not_b": a & ~b,
        "not_a_and_b": ~a & b,
        "not_a": ~a,
        "not_b": ~b,
        "a": a,
        "b": b,
        "true": a | ~a,
        "false": a & ~a,
    }.items():
        np.testing.assert_array_equal(boolean.load_data(name)[0][1], truth, err_msg=name)
    with pytest.raises(UnknownNameError, match="did you mean 'nand'"):
        boolean.load_data("nandd")


@pytest.mark.parametrize(
    "room, straight", [(xor, False), (moons, False), (circles, False), (spirals, False), (blobs, True)]
)
def test_classes_are_parted_by_neighbours_and_only_blobs_by_a_line(room, straight: bool) -> None:
    (x, y), (x_test, y_test) = room.load_data()
    assert KNeighborsClassifier(7).fit(x, y).score(x_test, y_test) > 0.95
    linear = LogisticRegression().fit(x, y).score(x_test, y_test)
    assert linear > 0.98 if straight else linear < 0.93


def test_generated_sizes_and_noise() -> None:
    (x, y), (x_test, _) = spirals.load_data(300, arms=3, test_split=0.1)
    assert (len(x), len(x_test)) == (270, 30) and np.bincount(y).tolist() == [90, 90, 90]
    (x, y), _ = circles.load_data(noise=0.0)
    np.testing.assert_allclose(np.hypot(*x.T), np.where(y, 0.5, 1.0), rtol=1e-6)
    (x, _), _ = blobs.load_data(100, centers=5, features=7)
    assert x.shape == (80, 7)


def test_nonlinear_has_the_shape_of_the_lectures_data(shared_data) -> None:
    x, y = nonlinear.load_csv()
    assert x.shape == y.shape == (1000,) and x.dtype == np.float32
    residual = y - nonlinear.curve(x)
    best = np.std(y - np.polynomial.Polynomial.fit(x, y, 9)(x))
    assert np.std(residual) < 1.01 * best and abs(residual.mean()) < 0.05
    (x, y), _ = nonlinear.load_data(10_000)
    np.testing.assert_allclose(np.std(y - nonlinear.curve(x[:, 0])), 0.5, rtol=0.03)


def test_series_forecast_the_next_value() -> None:
    (x, y), (x_test, _) = sine.load_data(100, noise=0.0, window=5)
    assert x.shape == (80, 5) and x_test.shape == (20, 5)
    np.testing.assert_array_equal(x[1:, -1], y[:-1])
    np.testing.assert_array_equal(x_test[0, -1], y[-1])
    np.testing.assert_allclose(y[:3], np.sin(2 * np.pi * np.arange(5, 8) / 20), atol=1e-6)


def test_ar_obeys_its_coefficients() -> None:
    (x, y), _ = ar.load_data(20_000, coefficients=(0.5, -0.3, 0.2), noise=2.0, window=3)
    found, *_ = np.linalg.lstsq(x[:, ::-1], y, rcond=None)
    np.testing.assert_allclose(found, (0.5, -0.3, 0.2), atol=0.03)
    np.testing.assert_allclose(np.std(y - x[:, ::-1] @ found), 2.0, rtol=0.03)
    with pytest.raises(ArgumentError, match="grow without bound"):
        ar.load_data(coefficients=(1.1,))


# The catalogue.


def test_every_entry_is_an_exported_module_with_load_data() -> None:
    for name in datasets.names():
        room = getattr(datasets, name)
        assert inspect.ismodule(room) and room.load_data.__doc__ and "Source:" in room.load_data.__doc__
        assert datasets.info(name).origin in ("embedded", "generated", "download", "placed")
    modules = {name for name in datasets.__all__ if inspect.ismodule(getattr(datasets, name))}
    # Numbers in Korean are texts to texts, which no `Dataset` describes.
    assert modules - {"boston", "korean_numbers"} == set(datasets.names())
    assert datasets.boston is datasets.boston_housing and datasets.info("boston").name == "boston_housing"


def test_wrong_names_and_options() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'moons'"):
        datasets.load("moon")
    with pytest.raises(KindError, match=r"there is no option 'sample'(.|\n)*samples"):
        datasets.load("moons", sample=3)
    assert datasets.load("moons", samples=20, test=0.5).rows == (10, 10)
    assert datasets.load("boolean", operation="xor").y_train.tolist() == [0, 1, 1, 0]
