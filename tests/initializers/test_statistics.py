"""The distributions that random initializers draw from, by Keras's formulas and against Keras's own draws."""

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest
from scipy import stats

from nyuron import initializers
from nyuron.initializers._variance_scaling import compute_fans
from oracle import keras_oracle

SHAPE = (200, 150)
SCALED = {
    "GlorotUniform": ("uniform", 2 / 350),
    "GlorotNormal": ("truncated_normal", 2 / 350),
    "HeUniform": ("uniform", 2 / 200),
    "HeNormal": ("truncated_normal", 2 / 200),
    "LecunUniform": ("uniform", 1 / 200),
    "LecunNormal": ("truncated_normal", 1 / 200),
}
TRUNCATED = 0.87962566103423978


def expected_distribution(kind, variance):
    std = np.sqrt(variance)
    if kind == "uniform":
        return stats.uniform(-np.sqrt(3) * std, 2 * np.sqrt(3) * std)
    if kind == "truncated_normal":
        return stats.truncnorm(-2, 2, scale=std / TRUNCATED)
    return stats.norm(scale=std)


def check(values, distribution):
    values = np.asarray(values, "float64").ravel()
    n = len(values)
    assert abs(values.mean() - distribution.mean()) < 4 * distribution.std() / np.sqrt(n)
    np.testing.assert_allclose(values.std(), distribution.std(), rtol=0.02)
    low, high = distribution.support()
    assert values.min() >= low - 1e-6 and values.max() <= high + 1e-6
    assert stats.kstest(values, distribution.cdf).pvalue > 1e-3


@pytest.mark.parametrize("name", SCALED)
def test_named_ones_have_their_formulas(name):
    check(getattr(initializers, name)(seed=1)(SHAPE), expected_distribution(*SCALED[name]))


@pytest.mark.parametrize("distribution", ["uniform", "truncated_normal", "normal", "untruncated_normal"])
@pytest.mark.parametrize(("mode", "fan"), [("fan_in", 200), ("fan_out", 150), ("fan_avg", 175)])
def test_variance_scaling_has_its_formula(mode, fan, distribution):
    values = initializers.VarianceScaling(3.0, mode, distribution, seed=2)(SHAPE)
    kind = "truncated_normal" if distribution == "normal" else distribution
    check(values, expected_distribution(kind, 3.0 / fan))


def test_simple_ones_have_their_formulas():
    check(initializers.RandomNormal(1.0, 0.2, seed=3)(SHAPE), stats.norm(1.0, 0.2))
    check(initializers.RandomUniform(-0.3, 0.5, seed=3)(SHAPE), stats.uniform(-0.3, 0.8))
    check(initializers.TruncatedNormal(1.0, 0.2, seed=3)(SHAPE), stats.truncnorm(-2, 2, 1.0, 0.2))


@pytest.mark.parametrize("name", [*SCALED, "VarianceScaling", "RandomNormal", "RandomUniform", "TruncatedNormal"])
def test_draws_are_distributed_as_kerass(name):
    ours = np.ravel(getattr(initializers, name)(seed=5)(SHAPE))
    with keras_oracle():
        theirs = np.ravel(getattr(keras.initializers, name)(seed=7)(SHAPE))
    assert stats.ks_2samp(ours, theirs).pvalue > 1e-3


@pytest.mark.parametrize(
    ("shape", "axes"),
    [
        ((), (None, None)),
        ((7,), (None, None)),
        ((3, 4), (None, None)),
        ((3, 3, 8, 16), (None, None)),
        ((5, 8, 16), (None, None)),
        ((2, 3, 4, 5), ((0, 1), (2, 3))),
        ((2, 3, 4, 5), ((1,), (3,))),
    ],
)
def test_fans_are_keras(shape, axes):
    from keras.src.initializers.random_initializers import compute_fans as theirs

    assert compute_fans(shape, *axes) == theirs(shape, *axes)


@pytest.mark.parametrize("shape", [(6, 6), (8, 3), (3, 8), (3, 3, 2, 5), (2, 2, 9)])
def test_orthogonal_keeps_lengths(shape):
    w = np.asarray(initializers.Orthogonal(2.0, seed=1)(shape)).reshape(-1, shape[-1])
    gram = w.T @ w if w.shape[0] >= w.shape[1] else w @ w.T
    np.testing.assert_allclose(gram, 4 * np.eye(len(gram)), atol=1e-5)


def test_orthogonal_is_uniform_over_the_group():
    draw = initializers.Orthogonal()
    keys = jax.random.split(jax.random.key(0), 2000)
    q = np.asarray(jax.jit(jax.vmap(lambda key: draw((3, 3), key=key)))(keys))
    np.testing.assert_allclose(q.mean(0), 0, atol=0.06)
    np.testing.assert_allclose((q**2).mean(0), 1 / 3, atol=0.03)
    np.testing.assert_allclose((np.linalg.det(q) > 0).mean(), 0.5, atol=0.05)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16", "float64"])
@pytest.mark.parametrize("name", [*SCALED, "RandomNormal", "RandomUniform", "TruncatedNormal", "Orthogonal"])
def test_any_precision(name, dtype):
    with jax.enable_x64(True):
        w = getattr(initializers, name)(seed=1)((6, 5), dtype=dtype)
        assert w.dtype == dtype
        assert np.isfinite(w.astype("float32")).all() and float(jnp.std(w.astype("float32"))) > 0
