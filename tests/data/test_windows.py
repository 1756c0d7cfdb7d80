"""Windows of a series, and images at another size on the host."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nyuron import Sequential, layers
from nyuron.core import ArgumentError, DataError
from nyuron.data._resample import INTERPOLATIONS, resized
from nyuron.utils import timeseries_dataset_from_array


def gathered(data: Any) -> tuple[np.ndarray, np.ndarray]:
    x, y = zip(*data, strict=True)
    return np.concatenate(x), np.concatenate(y)


def test_the_examples_of_keras() -> None:
    """The three examples of its documentation."""
    data = timeseries_dataset_from_array(np.arange(100), None, sequence_length=10, sampling_rate=2, sequence_stride=3)
    x = np.concatenate(list(data))
    assert x[0].tolist() == [0, 2, 4, 6, 8, 10, 12, 14, 16, 18] and x[1].tolist()[:3] == [3, 5, 7]
    assert x[-1].tolist()[-1] == 99 and len(x) == 28
    series = np.arange(15)
    x, y = gathered(timeseries_dataset_from_array(series[:-10], series[10:], sequence_length=10 - 5))
    assert x.tolist() == [[0, 1, 2, 3, 4]] and y.tolist() == [10]
    inputs = timeseries_dataset_from_array(np.arange(100), None, sequence_length=20, sequence_stride=20)
    targets = timeseries_dataset_from_array(np.arange(100) * 2, None, sequence_length=20, sequence_stride=20)
    for a, b in zip(inputs, targets, strict=True):
        np.testing.assert_array_equal(a * 2, b)


@given(
    st.integers(1, 6), st.integers(1, 4), st.integers(1, 3), st.integers(1, 5), st.integers(0, 4), st.integers(25, 30)
)
def test_windows_are_slices(length: int, stride: int, rate: int, batch: int, start: int, end: int) -> None:
    series = np.arange(30.0, dtype=np.float32)[:, None] * [1, 10]
    data = timeseries_dataset_from_array(
        series, np.arange(30), length, stride, rate, batch, start_index=start, end_index=end
    )
    x, y = gathered(data)
    firsts = [i for i in range(start, end, stride) if i + (length - 1) * rate < end]
    assert y.tolist() == firsts and len(data) == -(-len(firsts) // batch)
    for window, first in zip(x, firsts, strict=True):
        np.testing.assert_array_equal(window, series[first : first + (length - 1) * rate + 1 : rate].astype(np.float32))


def test_shuffled_passes() -> None:
    data = timeseries_dataset_from_array(np.arange(50), np.arange(50), 3, shuffle=True, seed=4)
    (x, y), (_, y2) = gathered(data), gathered(data)
    assert y.tolist() != sorted(y.tolist()) and sorted(y.tolist()) == list(range(48)) and y.tolist() != y2.tolist()
    np.testing.assert_array_equal(x[:, 0], y)
    again = gathered(timeseries_dataset_from_array(np.arange(50), np.arange(50), 3, shuffle=True, seed=4))[1]
    assert again.tolist() == y.tolist()


def test_a_series_trains() -> None:
    series = np.sin(np.arange(200) / 5).astype(np.float32)
    data = timeseries_dataset_from_array(series[:-1], series[8:], sequence_length=8, batch_size=32)
    model = Sequential([layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(data, epochs=2, verbose=0)
    assert np.isfinite(model.evaluate(data, verbose=0))


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"sequence_length": 0}, ArgumentError, "sequence_length cannot be used"),
        ({"sequence_length": 3, "sampling_rate": 0}, ArgumentError, "sampling_rate cannot be used"),
        ({"sequence_length": 3, "batch_size": None}, ArgumentError, "batch_size cannot be used"),
        ({"sequence_length": 3, "start_index": 9, "end_index": 4}, ArgumentError, "the places cannot be used"),
        ({"sequence_length": 11}, DataError, "too short for a window"),
    ],
)
def test_errors(options: dict[str, Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        timeseries_dataset_from_array(np.arange(10), None, **options)


@pytest.mark.parametrize("method", ["bilinear", "bicubic", "lanczos3", "lanczos5"])
@pytest.mark.parametrize("size", [(4, 5), (14, 13), (7, 3), (1, 1)])
def test_resized_images_are_those_of_jax(method: str, size: tuple[int, int]) -> None:
    x = np.random.default_rng(0).uniform(0, 255, (7, 9, 3)).astype(np.float32)
    wanted = jax.image.resize(jnp.asarray(x), (*size, 3), method, antialias=False, precision="highest")
    np.testing.assert_allclose(resized(x, size, method), wanted, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("method", INTERPOLATIONS)
def test_even_images_stay_even(method: str) -> None:
    np.testing.assert_allclose(resized(np.full((5, 8, 2), 7.0), (3, 11), method), 7.0, rtol=1e-6)


def test_area_is_the_mean_of_blocks() -> None:
    x = np.random.default_rng(1).normal(size=(6, 8, 2)).astype(np.float32)
    wanted = x.reshape(3, 2, 2, 4, 2).mean((1, 3))
    np.testing.assert_allclose(resized(x, (3, 2), "area"), wanted, rtol=1e-4, atol=1e-6)
