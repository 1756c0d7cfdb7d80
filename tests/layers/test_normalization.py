"""Normalization.adapt, and rescaling."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from nyuron.core import ArgumentError, DataError, ShapeError
from nyuron.layers import Input, Normalization, Rescaling
from oracle import keras_oracle


@pytest.mark.parametrize("shape", [(50, 4), (50, 3, 4)])
@pytest.mark.parametrize("axis", [-1, None, 1])
def test_adapt_takes_the_figures_that_keras_takes(rng, shape, axis) -> None:
    data = rng.normal(3.0, 2.0, shape).astype(np.float32)
    ours = Normalization(axis)
    ours.adapt(data)
    with keras_oracle():
        theirs = keras.layers.Normalization(axis)
        theirs.adapt(data)
        wanted = theirs(data)
    np.testing.assert_allclose(ours(data), wanted, rtol=1e-3, atol=1e-4)
    for a, b in zip(ours.get_weights()[:2], theirs.weights[:2], strict=True):
        np.testing.assert_allclose(a, np.asarray(b.value), rtol=1e-4)


def test_batches_add_up_to_the_whole(rng) -> None:
    data = rng.normal(1e3, 2.0, (53, 4))
    whole, parts, pairs = Normalization(), Normalization(), Normalization()
    whole.adapt(data)
    parts.adapt(data[i : i + 10] for i in range(0, 53, 10))
    pairs.adapt((data[i : i + 10], None) for i in range(0, 53, 10))
    for a, b, c in zip(whole.get_weights(), parts.get_weights(), pairs.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6)
        np.testing.assert_array_equal(b, c)
    np.testing.assert_allclose(whole.get_weights()[0], data.mean(0), rtol=1e-6)
    np.testing.assert_allclose(whole.get_weights()[1], data.var(0), rtol=1e-5)
    assert whole.get_weights()[2] == 53


def test_adapting_again_forgets(rng) -> None:
    layer = Normalization()
    layer.adapt(rng.normal(size=(20, 2)))
    layer.adapt(np.array([[1.0, 1.0], [3.0, 5.0]]))
    np.testing.assert_allclose(layer.get_weights()[0], [2, 3])


def test_columns_invert_and_tables(rng) -> None:
    data = rng.normal(3.0, 2.0, 40)
    layer = Normalization()
    layer.adapt(data)
    z = layer(data[:, None].astype(np.float32))
    np.testing.assert_allclose(np.std(z), 1, rtol=1e-3)
    back = Normalization(mean=layer.get_weights()[0], variance=layer.get_weights()[1], invert=True)
    np.testing.assert_allclose(back(z)[:, 0], data, rtol=1e-3, atol=1e-4)


def test_a_constant_column_stays_finite() -> None:
    layer = Normalization()
    layer.adapt(np.ones((5, 2)))
    assert np.all(np.isfinite(layer(np.ones((5, 2), np.float32))))


@pytest.mark.parametrize("data", [np.zeros((0, 2)), np.array([[np.nan, 1.0]])])
def test_data_that_say_nothing(data) -> None:
    with pytest.raises(DataError, match=r"Normalization\(name='(.|\n)*fix:"):
        Normalization().adapt(data)


def test_settings_that_contradict() -> None:
    with pytest.raises(ArgumentError, match="belong together"):
        Normalization(mean=1.0)
    with pytest.raises(ArgumentError, match="given already"):
        Normalization(mean=1.0, variance=1.0).adapt(np.ones((2, 2)))
    layer = Normalization()
    layer.adapt(np.ones((2, 3)))
    with pytest.raises(ShapeError, match="has changed"):
        layer(np.ones((2, 4), np.float32))


def test_rescaling_takes_bytes() -> None:
    x = np.array([[0, 255]], np.uint8)
    np.testing.assert_allclose(Rescaling(1 / 255)(x), [[0, 1]])
    assert Rescaling(1 / 255)(Input((2,), dtype="uint8")).shape == (None, 2)
