"""Losses against real Keras: values, weights, gradients."""

import jax
import numpy as np
import pytest

from nyuron import core, losses
from oracle import keras_oracle

RNG = np.random.default_rng(0)
P = RNG.dirichlet(np.ones(4), 6).astype("float32")
Y = RNG.dirichlet(np.ones(4), 6).astype("float32")
ONE_HOT = np.eye(4, dtype="float32")[RNG.integers(0, 4, 6)]
LABELS = RNG.integers(0, 4, 6).astype("int32")
BINARY = RNG.integers(0, 2, (6, 4)).astype("float32")
UNIT = RNG.uniform(0.01, 0.99, (6, 4)).astype("float32")
REAL = RNG.normal(size=(6, 4)).astype("float32")
WEIGHT = RNG.uniform(size=6).astype("float32")
NAMES = [n for n in losses.__all__ if n[0].isupper() and n not in ("Loss", "NAMES")]


def data_for(name):
    if name.startswith("Sparse"):
        return LABELS, P
    if (name.startswith("Categorical") and "Cross" in name) or name == "KLDivergence":
        return ONE_HOT, P
    if "Crossentropy" in name:
        return BINARY, UNIT
    return (Y, P) if name in ("Poisson", "MeanSquaredLogarithmicError") else (BINARY, REAL)


def options_for(name):
    cases = [{"axis": 1}, {"axis": (1,)}] if name in ("Dice", "Tversky") else [{}]
    if name == "Tversky":
        cases.append({"axis": -1, "alpha": 0.3, "beta": 0.7})
    if "Crossentropy" in name:
        cases.append({"from_logits": True})
    if "Crossentropy" in name and not name.startswith("Sparse"):
        cases.append({"label_smoothing": 0.1})
    if name == "SparseCategoricalCrossentropy":
        cases.append({"ignore_class": 1})
    if name == "Huber":
        cases.append({"delta": 0.3})
    return cases


CASES = [(name, options) for name in NAMES for options in options_for(name)]


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("name", "options"), CASES)
def test_value_and_gradient(name, options, weighted):
    y, p = data_for(name)
    w = WEIGHT if weighted else None
    ours = getattr(losses, name)(**options)
    value, grad = jax.value_and_grad(lambda q: ours(y, q, sample_weight=w))(p)
    with keras_oracle():
        import keras

        theirs = getattr(keras.losses, name)(**options)
        expected, slope = jax.value_and_grad(lambda q: theirs(y, q, sample_weight=w))(p)
    np.testing.assert_allclose(value, expected, rtol=3e-5, atol=1e-6)
    np.testing.assert_allclose(grad, slope, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["Dice", "Tversky"])
def test_overlap_of_a_whole_batch_takes_no_weights(name):
    ours = getattr(losses, name)()
    with keras_oracle():
        import keras

        np.testing.assert_allclose(ours(BINARY, UNIT), getattr(keras.losses, name)()(BINARY, UNIT), rtol=1e-5)
    with pytest.raises(core.ShapeError, match="one number for the whole batch"):
        ours(BINARY, UNIT, sample_weight=WEIGHT)


@pytest.mark.parametrize("reduction", ["sum", "mean", "mean_with_sample_weight", "sum_over_batch_size", "none", None])
@pytest.mark.parametrize("masked", [False, True])
def test_reductions(reduction, masked):
    mask = np.array([1, 1, 0, 1, 0, 1], bool) if masked else None
    value = losses.MeanSquaredError(reduction=reduction)(BINARY, REAL, WEIGHT, mask=mask)
    with keras_oracle():
        import keras

        p = keras.ops.convert_to_tensor(REAL)
        if masked:
            keras.src.backend.set_keras_mask(p, mask)
        expected = keras.losses.MeanSquaredError(reduction=reduction)(BINARY, p, WEIGHT)
    np.testing.assert_allclose(value, expected, rtol=1e-5)


def test_unknown_reduction_and_misfitting_shapes():
    with pytest.raises(core.ArgumentError, match="unknown reduction"):
        losses.MeanSquaredError(reduction="avg")(BINARY, REAL)
    with pytest.raises(core.ShapeError, match="differ in shape"):
        losses.MeanSquaredError()(BINARY[:, :1], REAL)
    with pytest.raises(core.ShapeError, match="categorical_crossentropy"):
        losses.SparseCategoricalCrossentropy()(ONE_HOT, P)


@pytest.mark.parametrize(("name", "options"), CASES)
def test_config_round_trip_and_jit(name, options):
    loss = getattr(losses, name)(**options)
    again = core.from_config(core.to_config(loss))
    y, p = data_for(name)
    assert again.get_config() == loss.get_config()
    np.testing.assert_allclose(jax.jit(lambda loss, y, p: loss(y, p))(again, y, p), loss(y, p), rtol=1e-5)


def test_mask_divides_by_what_counts():
    y, p = np.zeros((2, 3, 1), "float32"), np.ones((2, 3, 1), "float32")
    mask = np.array([[1, 1, 0], [1, 0, 0]], bool)
    assert float(losses.MeanSquaredError()(y, p, mask=mask)) == pytest.approx(1.0, rel=1e-5)


def test_flat_targets_are_never_broadcast():
    y = np.arange(5, dtype="float32")
    assert float(losses.MeanSquaredError()(y, y[:, None])) == 0.0
    with pytest.raises(core.ShapeError, match="differ in shape"):
        losses.MeanSquaredError()(np.zeros((5, 3)), np.zeros((5, 2)))


def test_saturated_logits_keep_a_gradient():
    slope = jax.grad(lambda z: losses.SparseCategoricalCrossentropy(from_logits=True)(np.array([1]), z))
    assert abs(float(slope(np.array([[80.0, -80.0]], "float32"))[0, 0])) > 0.9


def test_unknown_name_suggests_the_nearest():
    with pytest.raises(core.UnknownNameError, match="did you mean 'mean_squared_error'"):
        losses.get("mean_squred_error")


def test_user_function_and_class():
    def mine(y, p):
        return abs(y - p).mean(-1)

    class Mine(losses.Loss):
        def call(self, y_true, y_pred):
            return abs(y_true - y_pred).mean(-1)

    y, p = np.zeros((4, 1), "float32"), np.ones((4, 1), "float32")
    assert float(losses.get(mine)(y, p)) == 1.0
    assert float(losses.get(Mine())(y, p)) == 1.0
    assert jax.tree.structure(losses.get(Mine())) == jax.tree.structure(losses.get(Mine()))
