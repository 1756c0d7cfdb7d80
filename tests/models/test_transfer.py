"""Transfer learning against real Keras: frozen features with a new head, then fine-tuning, by the same steps."""

from __future__ import annotations

import keras
import numpy as np
import pytest

import nyuron
from nyuron.models import load_model
from oracle import keras_oracle

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
RNG = np.random.default_rng(0)
X = RNG.normal(size=(24, 6)).astype(np.float32)
OLD = RNG.integers(0, 3, 24).astype(np.int32)
NEW = RNG.integers(0, 2, 24).astype(np.int32)
FIT = {"batch_size": 8, "shuffle": False, "verbose": 0}
LOSS = "sparse_categorical_crossentropy"


def base_of(room):
    layers = room.layers
    x = room.Input((6,))
    y = layers.Dense(5, "tanh", name="low", kernel_regularizer="l2")(x)
    y = layers.BatchNormalization(name="norm")(y)
    y = layers.Dense(4, "relu", name="high")(y)
    return room.Model(x, layers.Dense(3, "softmax", name="old_head")(y), name="base")


def seeded(model, seed=1):
    rng = np.random.default_rng(seed)
    model.set_weights([rng.uniform(0.1, 0.7, w.shape).astype(np.float32) for w in model.get_weights()])


def alike(ours, theirs):
    assert [w.shape for w in ours.trainable_weights] == [w.shape for w in theirs.trainable_weights]
    for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


def cut(room, base):
    """The base's layers go on in a new model."""
    features = room.Model(base.input, base.get_layer("high").output, name="features")
    features.trainable = False
    return features, room.Model(base.input, room.layers.Dense(2, "softmax", name="head")(features.output))


def nested(room, base):
    """The base is a layer of a new model."""
    features = room.Model(base.input, base.get_layer("high").output, name="features")
    features.trainable = False
    x = room.Input((6,))
    return features, room.Model(x, room.layers.Dense(2, "softmax", name="head")(features(x)))


def recipe(room, build):
    """Trains a base, then a head on its frozen features, then the upper part too; gives the model after each phase."""
    base = base_of(room)
    seeded(base)
    base.compile(room.optimizers.SGD(0.05, momentum=0.9), LOSS)
    base.fit(X, OLD, epochs=2, **FIT)
    features, model = build(room, base)
    model.set_weights([w if i < 8 else np.full(w.shape, 0.1, np.float32) for i, w in enumerate(model.get_weights())])
    model.compile(room.optimizers.Adam(0.01), LOSS, metrics=["accuracy"])
    before = features.get_weights()
    history = model.fit(X, NEW, epochs=2, **FIT).history["loss"]
    for a, b in zip(features.get_weights(), before, strict=True):
        np.testing.assert_array_equal(a, b)
    yield history, model
    features.trainable = True
    for layer in features.layers:
        layer.trainable = layer.name == "high" or layer.name == "norm"
    model.compile(room.optimizers.Adam(0.001), LOSS)
    history = model.fit(X, NEW, epochs=2, **FIT).history["loss"]
    assert (np.array(features.get_layer("high").get_weights()[0]) != before[6]).all()
    np.testing.assert_array_equal(features.get_layer("low").get_weights()[0], before[0])
    yield history, model


@pytest.mark.parametrize("build", [cut, nested])
def test_two_phases_are_those_of_keras(build):
    with keras_oracle():
        for (ours, our_model), (theirs, their_model) in zip(recipe(nyuron, build), recipe(keras, build), strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-4)
            alike(our_model, their_model)


def test_a_frozen_batch_normalization_is_that_of_inference():
    for trainable in (True, False):
        norm = nyuron.layers.BatchNormalization(momentum=0.5)
        model = nyuron.Sequential([nyuron.Input((6,)), norm, nyuron.layers.Dense(1, trainable=False)])
        norm.trainable = trainable
        before = [np.array(w) for w in norm.get_weights()]
        model.compile("sgd", "mse")
        loss = model.train_on_batch(X + 3, np.zeros((24, 1), np.float32))
        assert [bool((a != b).any()) for a, b in zip(norm.get_weights(), before, strict=True)] == [trainable] * 4
    # The loss of the frozen one is that of inference.
    np.testing.assert_allclose(loss, np.mean(model.predict(X + 3, verbose=0) ** 2), rtol=1e-5)


def test_features_made_once_train_the_same_head():
    base = base_of(nyuron)
    seeded(base)
    features, model = cut(nyuron, base)
    head = nyuron.Sequential([nyuron.Input((4,)), nyuron.layers.Dense(2, "softmax")])
    head.set_weights(model.get_layer("head").get_weights())
    histories = []
    for one, x in ((model, X), (head, features.predict(X, verbose=0))):
        one.compile("adam", LOSS)
        histories.append(one.fit(x, NEW, epochs=3, **FIT).history["loss"])
    penalty = 0.01 * np.square(base.get_layer("low").get_weights()[0]).sum()
    # As in Keras, the regularizer of a frozen weight is no part of the loss.
    assert penalty > 0.01
    np.testing.assert_allclose(*histories, rtol=1e-5)
    for a, b in zip(head.get_weights(), model.get_layer("head").get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4)


def freezings(room):
    base = base_of(room)
    x = room.Input((6,))
    model = room.Model(x, room.layers.Dense(1, name="top")(base(x)))
    yield model
    base.trainable = False
    yield model
    base.get_layer("high").trainable = True
    yield model
    base.trainable = True
    base.get_layer("norm").trainable = False
    yield model
    model.trainable = False
    yield model
    model.trainable = True
    yield model


def test_what_is_trained_is_what_keras_trains():
    with keras_oracle():
        for ours, theirs in zip(freezings(nyuron), freezings(keras), strict=True):
            for kind in ("weights", "trainable_weights", "non_trainable_weights"):
                found, wanted = getattr(ours, kind), getattr(theirs, kind)
                assert sorted(w.shape for w in found) == sorted(tuple(w.shape) for w in wanted), kind
            flags = [layer.trainable for layer in theirs.layers]
            assert [layer.trainable for layer in ours.layers] == flags


def test_freezing_after_compile_holds_from_the_next_fit():
    model = nyuron.Sequential([nyuron.Input((6,))] + [nyuron.layers.Dense(6, name=n) for n in "abc"])
    model.compile(nyuron.optimizers.SGD(0.01, momentum=0.9), "mse")
    for frozen in ("ab", "bc", "ca", ""):
        for layer in model.layers:
            layer.trainable = layer.name not in frozen
        before = {layer.name: layer.get_weights() for layer in model.layers}
        # A step of gradient zero moves only what has momentum: none may be left from another weight.
        model.train_on_batch(X, model.predict(X, verbose=0))
        for layer in model.layers:
            np.testing.assert_allclose(layer.get_weights()[0], before[layer.name][0], rtol=0, atol=1e-6)
        model.train_on_batch(X, np.ones((24, 6), np.float32))
        moved = {layer.name for layer in model.layers if (layer.get_weights()[0] != before[layer.name][0]).any()}
        assert moved == set("abc") - set(frozen)


def test_a_frozen_base_comes_back_frozen(tmp_path):
    base = base_of(nyuron)
    _, model = nested(nyuron, base)
    for name in ("m.nyuron", "m.keras"):
        model.save(tmp_path / name)
        again = load_model(tmp_path / name)
        assert [w.shape for w in again.trainable_weights] == [(4, 2), (2,)]
        np.testing.assert_allclose(again.predict(X, verbose=0), model.predict(X, verbose=0), rtol=1e-6)
