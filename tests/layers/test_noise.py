"""Random layers: what they draw, and that they leave inference alone."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nyuron.core import ArgumentError, StateError, set_random_seed
from nyuron.layers import AlphaDropout, Call, Dropout, GaussianDropout, GaussianNoise
from nyuron.layers._noise import keeps

SHAPE = (400, 500)
RANDOM = [Dropout(0.3), GaussianNoise(0.3), GaussianDropout(0.3), AlphaDropout(0.3)]
each = pytest.mark.parametrize("layer", RANDOM, ids=lambda layer: type(layer).__name__)


def trained(layer, x, key: int = 0):
    return layer.apply({}, {}, jnp.asarray(x), call=Call(jax.random.key(key), True))[0]


@pytest.mark.parametrize("rate", [0.0, 1e-3, 0.2, 0.5, 0.9, 1.0])
def test_values_are_kept_with_the_right_frequency(rate: float) -> None:
    kept = np.asarray(keeps(jax.random.key(1), rate, SHAPE))
    spread = np.sqrt(max(rate * (1 - rate), 1e-9) / kept.size)
    assert abs((1 - kept.mean()) - rate) < 5 * spread + 2**-17
    # Rows, columns and neighbours do not know of each other.
    if 0 < rate < 1:
        for a, b in ((kept[:-1], kept[1:]), (kept[:, :-1], kept[:, 1:]), (kept[:200], kept[200:])):
            assert abs(np.corrcoef(a.ravel(), b.ravel())[0, 1]) < 5 / np.sqrt(a.size)


@pytest.mark.parametrize("count", [1, 2, 3, 7, 8])
def test_every_size_is_served(count: int) -> None:
    assert keeps(jax.random.key(0), 0.5, (count,)).shape == (count,)
    assert keeps(jax.random.key(0, impl="rbg"), 0.5, (count,)).shape == (count,)
    many = np.stack([keeps(jax.random.key(i), 0.5, (count,)) for i in range(200)])
    assert np.all(abs(many.mean(0) - 0.5) < 0.2)


def test_dropout_scales_what_it_keeps() -> None:
    y = np.asarray(trained(Dropout(0.2), np.ones(SHAPE, np.float32)))
    assert set(np.unique(y)) == {0.0, np.float32(1.25)}
    assert abs(y.mean() - 1) < 0.01


def test_dropping_everything_has_a_gradient() -> None:
    gradient = jax.grad(lambda x: jnp.sum(trained(Dropout(1.0), x)))(jnp.ones((2, 3)))
    np.testing.assert_array_equal(gradient, np.zeros((2, 3)))


def test_noise_shape_shares_draws() -> None:
    y = np.asarray(trained(Dropout(0.5, noise_shape=(None, 1, None)), np.ones((8, 5, 16), np.float32)))
    assert np.all(y == y[:, :1])
    assert 0 < (y == 0).mean() < 1


def test_gaussian_noise_has_its_spread() -> None:
    y = np.asarray(trained(GaussianNoise(0.3), np.zeros(SHAPE, np.float32)))
    assert abs(y.mean()) < 0.005
    assert abs(y.std() - 0.3) < 0.005


def test_gaussian_dropout_has_dropouts_moments() -> None:
    y = np.asarray(trained(GaussianDropout(0.2), np.full(SHAPE, 2.0, np.float32)))
    assert abs(y.mean() - 2) < 0.01
    assert abs(y.std() - 2 * np.sqrt(0.2 / 0.8)) < 0.01


def test_alpha_dropout_keeps_mean_and_variance() -> None:
    x = np.random.default_rng(0).normal(size=SHAPE).astype(np.float32)
    y = np.asarray(trained(AlphaDropout(0.2), x))
    assert abs(y.mean()) < 0.02
    assert abs(y.std() - 1) < 0.02


@each
def test_inference_changes_nothing(layer) -> None:
    x = np.random.default_rng(0).normal(size=(3, 4)).astype(np.float32)
    np.testing.assert_array_equal(layer(x), x)
    np.testing.assert_array_equal(layer.apply({}, {}, jnp.asarray(x), call=Call(jax.random.key(0)))[0], x)


@each
def test_the_key_alone_decides(layer) -> None:
    x = np.ones((20, 30), np.float32)
    np.testing.assert_array_equal(trained(layer, x, 1), trained(layer, x, 1))
    assert not np.array_equal(trained(layer, x, 1), trained(layer, x, 2))


def test_seeds_separate_layers() -> None:
    x = np.ones((20, 30), np.float32)
    same = trained(Dropout(0.5, seed=1), x), trained(Dropout(0.5, seed=1), x)
    np.testing.assert_array_equal(*same)
    assert not np.array_equal(same[0], trained(Dropout(0.5, seed=2), x))
    assert trained(Dropout(0.5, seed=2**40 + 7), x).shape == x.shape


def test_one_seed_governs_eager_calls() -> None:
    x = np.ones((20, 30), np.float32)
    layer = Dropout(0.5)
    layer.build((None, 30))
    found = []
    for _ in range(2):
        set_random_seed(4)
        found.append((np.asarray(layer(x, training=True)), np.asarray(layer(x, training=True))))
    np.testing.assert_array_equal(found[0], found[1])
    assert not np.array_equal(found[0][0], found[0][1])


@pytest.mark.parametrize("layer", [Dropout(1.5), Dropout(-0.1), GaussianNoise(-1.0), Dropout(0.5, noise_shape=(1,))])
def test_bad_settings_are_named(layer) -> None:
    with pytest.raises(ArgumentError, match=rf"{type(layer).__name__}.*name='(.|\n)*fix:"):
        layer(np.ones((2, 3), np.float32))


@each
def test_training_without_a_key_is_an_error(layer) -> None:
    with pytest.raises(StateError, match="no key was given"):
        layer.apply({}, {}, jnp.ones((2, 3)), call=Call(training=True))
