"""Traces against finite differences, jax.grad and the formulas of backpropagation."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import nyuron
from nyuron import layers
from nyuron.core import StateError, UnknownNameError
from nyuron.explain import trace

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(5, 3)), RNG.normal(size=(5, 2))
LABELS = np.array([0, 1, 2, 1, 0])


@pytest.fixture
def wide():
    with jax.enable_x64(True):
        yield


def mlp(last: Any = None, loss: str = "mse", **options: Any) -> nyuron.Model:
    model = nyuron.Sequential(
        [
            layers.Dense(4, "tanh", input_shape=(3,), name="first", kernel_regularizer="l2", activity_regularizer="l2"),
            layers.Dense(3 if last else 2, last, name="last"),
        ]
    )
    model.compile("sgd", loss, **options)
    return model


def in_float64(model: nyuron.Model) -> None:
    model.put_weights(*jax.tree.map(lambda w: jnp.asarray(w, jnp.float64), (model.slot.params, model.slot.state)))


def test_every_gradient_equals_finite_differences(wide: None) -> None:
    model = mlp()
    in_float64(model)
    seen = trace(model, X, Y)
    w1, b1, w2, b2 = (np.asarray(w) for w in model.get_weights())

    def loss(w1=w1, b1=b1, w2=w2, b2=b2, z1=0.0, a1=0.0, z2=0.0) -> float:
        hidden = np.tanh(X @ w1 + b1 + z1) + a1
        output = hidden @ w2 + b2 + z2
        return float(np.mean((output - Y) ** 2) + 0.01 * np.sum(w1**2) + 0.01 * np.sum(hidden**2) / len(X))

    def slope(shape: tuple[int, ...], **at: np.ndarray) -> np.ndarray:
        ((name, start),) = at.items()
        found = np.zeros(shape)
        for index in np.ndindex(*shape):
            step = np.zeros(shape)
            step[index] = 1e-6
            found[index] = (loss(**{name: start + step}) - loss(**{name: start - step})) / 2e-6
        return found

    assert seen.loss == pytest.approx(loss(), rel=1e-9)
    assert seen.outputs["last"].dtype == np.float64
    np.testing.assert_allclose(seen.outputs["first"], np.tanh(X @ w1 + b1), rtol=1e-9)
    np.testing.assert_allclose(seen.sums["first"], X @ w1 + b1, rtol=1e-9)
    close = {"rtol": 1e-5, "atol": 1e-8}
    np.testing.assert_allclose(seen.deltas["first"], slope((5, 4), z1=np.zeros((5, 4))), **close)
    np.testing.assert_allclose(seen.gradients["first"], slope((5, 4), a1=np.zeros((5, 4))), **close)
    np.testing.assert_allclose(seen.deltas["last"], slope((5, 2), z2=np.zeros((5, 2))), **close)
    np.testing.assert_allclose(seen.gradients["last"], seen.deltas["last"])
    for name, start in {"first/kernel": w1, "first/bias": b1, "last/kernel": w2, "last/bias": b2}.items():
        key = {"first/kernel": "w1", "first/bias": "b1", "last/kernel": "w2", "last/bias": "b2"}[name]
        np.testing.assert_allclose(seen.weight_gradients[name], slope(start.shape, **{key: start}), **close)


def test_deltas_obey_backpropagation() -> None:
    model = mlp()
    seen = trace(model, X, Y)
    back = seen.gradients["last"] @ model.get_weights()[2].T + 0.02 * seen.outputs["first"] / len(X)
    np.testing.assert_allclose(seen.gradients["first"], back, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(seen.deltas["first"], back * (1 - seen.outputs["first"] ** 2), rtol=1e-4, atol=1e-6)


def test_softmax_under_cross_entropy_has_p_minus_y() -> None:
    model = mlp("softmax", "sparse_categorical_crossentropy")
    seen = trace(model, X, LABELS)
    p = model.predict(X, verbose=0)
    np.testing.assert_allclose(seen.outputs["last"], p, rtol=1e-5)
    np.testing.assert_allclose(seen.deltas["last"], (p - np.eye(3)[LABELS]) / 5, rtol=1e-4, atol=1e-7)
    wanted = np.where(np.eye(3)[LABELS] > 0, -1 / p / 5, 0)
    found = seen.gradients["last"] - seen.gradients["last"].max(axis=1, keepdims=True)
    np.testing.assert_allclose(found, wanted, rtol=1e-3, atol=1e-4)
    assert seen.loss == pytest.approx(model.evaluate(X, LABELS, verbose=0), rel=1e-5)


def test_without_targets_nothing_is_compiled_in() -> None:
    model = nyuron.Sequential([layers.Dense(2, "relu", name="only")])
    seen = trace(model, X.astype("float32"))
    np.testing.assert_allclose(seen.outputs["only"], model.predict(X, verbose=0), rtol=1e-6)
    assert seen.loss is None
    assert not seen.gradients
    with pytest.raises(StateError, match="not compiled"):
        trace(model, X, Y)


def branched() -> nyuron.Model:
    """A shared layer, a model inside, an attention that gives two outputs, a frozen layer, dropout."""
    entry = layers.Input((4, 3), name="entry")
    shared = layers.Dense(3, "tanh", name="shared")
    inner_in = layers.Input((4, 3))
    inner = nyuron.Model(inner_in, layers.Dense(3, "sigmoid", name="inside")(inner_in), name="inner")
    h = layers.Add(name="sum")([shared(entry), shared(shared(entry))])
    h = inner(h)
    h, _ = layers.MultiHeadAttention(1, 2, name="look")(h, h, return_attention_scores=True)
    h = layers.Dropout(0.5, name="drop")(h)
    model = nyuron.Model(entry, layers.Dense(2, name="end")(layers.Flatten(name="flat")(h)))
    model.get_layer("shared").trainable = False
    model.compile("sgd", "mse")
    return model


def test_shared_layers_inner_models_and_several_outputs_have_names() -> None:
    model = branched()
    x = RNG.normal(size=(5, 4, 3)).astype("float32")
    before = model.get_weights()
    seen = trace(model, x, Y)
    applied = {"shared", "shared:2", "shared:3", "sum", "inner", "inner/inside", "look", "drop", "flat", "end"}
    assert set(seen.outputs) == applied == set(seen.gradients)
    assert set(seen.deltas) == set(seen.sums) == {"shared", "shared:2", "shared:3", "inner/inside", "end"}
    assert [s.shape for s in seen.outputs["look"]] == [(5, 4, 3), (5, 1, 4, 4)]
    assert {"shared/kernel", "inner/inside/bias", "look/query/kernel"} <= set(seen.weight_gradients)

    def loss(params: Any) -> jax.Array:
        output = model.graph.apply(params, model.slot.state, jnp.asarray(x), call=layers.Call())[0]
        return jnp.mean((output - jnp.asarray(Y, jnp.float32)) ** 2)

    wanted = jax.grad(loss)(model.slot.params)
    number = [layer.name for layer in model.network_layers].index("look")
    np.testing.assert_allclose(
        seen.weight_gradients["look/query/kernel"], wanted[number]["query"]["kernel"], rtol=1e-4, atol=1e-7
    )
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    drawn = trace(model, x, Y, training=True, seed=3)
    assert np.any(drawn.outputs["drop"] == 0)
    np.testing.assert_array_equal(trace(model, x, Y, training=True, seed=3).outputs["drop"], drawn.outputs["drop"])


def test_only_the_named_layers() -> None:
    model = mlp()
    seen = trace(model, X, Y, layers=["last"])
    assert set(seen.outputs) == set(seen.gradients) == {"last"}
    assert set(seen.weight_gradients) == {"last/kernel", "last/bias"}
    with pytest.raises(UnknownNameError, match="first"):
        trace(model, X, Y, layers=["frist"])
