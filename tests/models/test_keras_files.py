"""Keras's files, both ways, against real Keras: what one saves, the other loads and predicts the same."""

from __future__ import annotations

from typing import Any

import h5py
import keras
import numpy as np
import pytest

import nyuron
from layers.cases import CASES, double, drawn_like
from nyuron.core import FileFormatError, KindError
from nyuron.layers import Input
from nyuron.models import Model, load_model
from oracle import keras_oracle

ASIDE = ("InputLayer", "IntegerLookup", "IntegerLookup-weights", "MultiHeadAttention-all", "RandomCrop")
"""An input computes nothing, Keras's lookups need TensorFlow, and the last two do not compute in Keras as documented."""
_CLASSES = [case.id.partition("-")[0] for case in CASES]
SAVED = [
    pytest.param(case, id=case.id, marks=[pytest.mark.slow] if _CLASSES[i] in _CLASSES[:i] else [])
    for i, case in enumerate(CASES)
    if hasattr(keras.layers, _CLASSES[i]) and case.id not in ASIDE
]
"""One case of each layer, and in slow runs all."""
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def in_keras(path, **options) -> Any:
    return keras.models.load_model(path, **options)


def keras_call(model, inputs):
    return [np.asarray(y) for y in keras.tree.flatten(model(inputs if len(inputs) > 1 else inputs[0], training=False))]


def our_call(model, inputs):
    out = model(*inputs)
    return [np.asarray(y) for y in (out if isinstance(out, tuple | list) else (out,))]


def same(ours, theirs):
    assert len(ours) == len(theirs)
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("case", SAVED)
def test_every_layer_goes_to_keras_and_back(case, tmp_path):
    layer = case.built()
    tensors = [
        Input(shape[1:], batch_size=shape[0], dtype="int32" if case.is_integer else "float32") for shape in case.shapes
    ]
    model = Model(tensors, layer(*tensors))
    model.save(tmp_path / "ours.keras")
    inputs = case.inputs()
    wanted = our_call(model, inputs)
    with keras_oracle():
        theirs = in_keras(tmp_path / "ours.keras", custom_objects={"double": double})
        same(wanted, keras_call(theirs, inputs))
        theirs.save(tmp_path / "theirs.keras")
    again = load_model(tmp_path / "theirs.keras")
    same(our_call(again, inputs), wanted)
    assert [w.shape for w in again.weights] == [w.shape for w in model.weights]


def both(make):
    """The same network by both, ours with drawn weights that theirs is given through a file."""
    return make(nyuron.layers, nyuron.Input, nyuron.Model, nyuron.Sequential), make(
        keras.layers, keras.Input, keras.Model, keras.Sequential
    )


def several_ends(layers, Input, Model, Sequential):
    a, b = Input((4,), name="a"), Input((4,), name="b")
    shared = layers.Dense(3, "tanh", kernel_regularizer="l2", name="shared")
    joined = layers.Concatenate(name="join")([shared(a), shared(b)])
    first = layers.Dense(2, "softmax", name="kind")(joined)
    second = layers.Dense(1, name="size")(layers.Add()([shared(a), shared(b)]))
    return Model({"a": a, "b": b}, {"kind": first, "size": second})


def nested(layers, Input, Model, Sequential):
    inner_x = Input((3,))
    skip = layers.Dense(3, "relu")(inner_x)
    inner = Model(inner_x, layers.Add()([inner_x, skip]), name="block")
    stack = Sequential([Input((4,)), layers.Dense(3, name="first"), layers.BatchNormalization()], name="stack")
    x = Input((4,))
    y = inner(inner(stack(x)))
    model = Model(x, [layers.Dense(2)(y), layers.PReLU()(y)])
    stack.get_layer("first").trainable = False
    inner.trainable = False
    return model


def sentences(layers, Input, Model, Sequential):
    ids = Input((5,), dtype="int32")
    x = layers.Embedding(9, 4, mask_zero=True)(ids)
    x = layers.LSTM(3, return_sequences=True)(x)
    y, h, c = layers.LSTM(3, return_sequences=True, return_state=True)(x)
    z = layers.GRU(3, return_sequences=True)(x, initial_state=h)
    z = layers.MultiHeadAttention(2, 2)(z, value=y, use_causal_mask=True)
    z = layers.Bidirectional(layers.GRU(2))(z)
    return Model(ids, layers.Dense(1)(layers.Concatenate()([z, c])))


def images(layers, Input, Model, Sequential):
    return Sequential(
        [
            Input((8, 8, 1)),
            layers.Rescaling(1 / 255),
            layers.Conv2D(3, 3, padding="same", activation="relu"),
            layers.BatchNormalization(),
            layers.MaxPooling2D(),
            layers.DepthwiseConv2D(2),
            layers.GlobalAveragePooling2D(),
            layers.Dropout(0.3),
            layers.Dense(2, activation=layers.LeakyReLU(0.1)),
        ]
    )


RNG = np.random.default_rng(0)
NETWORKS = {
    several_ends: {name: RNG.normal(size=(6, 4)).astype(np.float32) for name in "ab"},
    nested: RNG.normal(size=(6, 4)).astype(np.float32),
    sentences: np.array([[1, 2, 3, 0, 0], [4, 5, 6, 7, 8], [3, 3, 0, 0, 0]], np.int32),
    images: RNG.uniform(0, 255, (4, 8, 8, 1)).astype(np.float32),
}


def flat(outputs):
    if isinstance(outputs, dict):
        return [outputs[name] for name in sorted(outputs)]
    return list(outputs) if isinstance(outputs, list | tuple) else [outputs]


def agree(ours, theirs, inputs):
    for a, b in zip(flat(ours.predict(inputs, verbose=0)), flat(theirs.predict(inputs, verbose=0)), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("make", NETWORKS, ids=lambda make: make.__name__)
def test_networks_predict_the_same_there_and_here(make, tmp_path):
    inputs = NETWORKS[make]
    with keras_oracle():
        ours, theirs = both(make)
        for model in (ours, theirs):
            model.set_weights(drawn_like(model.get_weights()))
        assert [w.shape for w in ours.get_weights()] == [w.shape for w in theirs.get_weights()]
        agree(ours, theirs, inputs)
        ours.save(tmp_path / "ours.keras")
        theirs.save(tmp_path / "theirs.keras")
        back = in_keras(tmp_path / "ours.keras")
        here = load_model(tmp_path / "theirs.keras")
        agree(ours, back, inputs)
        agree(here, theirs, inputs)
        again = load_model(tmp_path / "ours.keras")
        agree(again, theirs, inputs)
        for one, other in ((ours, back), (here, theirs), (again, theirs)):
            assert [w.shape for w in one.trainable_weights] == [w.shape for w in other.trainable_weights]
        assert [layer.name for layer in here.layers] == [layer.name for layer in theirs.layers]
        assert [layer.name for layer in back.layers] == [layer.name for layer in ours.layers]
        # Weights alone, both ways, into models with other weights.
        theirs.save_weights(tmp_path / "theirs.weights.h5")
        fresh, fresh_theirs = both(make)
        fresh.load_weights(tmp_path / "theirs.weights.h5")
        agree(fresh, theirs, inputs)
        ours.save_weights(tmp_path / "ours.weights.h5")
        fresh_theirs.load_weights(tmp_path / "ours.weights.h5")
        agree(ours, fresh_theirs, inputs)
        other = both(make)[0]
        other.load_weights(tmp_path / "theirs.keras")
        agree(other, theirs, inputs)


def subclassed(room):
    """A model with layers as attributes, in lists, and in a layer of the user's own; the same for both."""

    class Scale(room.layers.Layer):
        def build(self, shape):
            self.factor = self.add_weight(shape=(shape[-1],), initializer="ones", name="factor")
            self.seen = self.add_weight(shape=(), initializer="zeros", trainable=False, name="seen")

        def call(self, x):
            return x * self.factor

    class Network(room.Model):
        def __init__(self):
            super().__init__(name="network")
            self.last = room.layers.Dense(2)
            self.each = room.layers.TimeDistributed(Scale())
            self.blocks = [room.layers.Dense(4, activation="tanh"), room.layers.Dense(4), Scale()]
            self.norm = room.layers.BatchNormalization()
            self._first = room.layers.Dense(4)

        def call(self, x):
            x = self.norm(self._first(x))
            for block in self.blocks:
                x = block(x)
            return self.last(self.each(x[:, None])[:, 0])

    return Network()


def test_weights_of_subclassed_models(tmp_path):
    x = NETWORKS[nested]
    with keras_oracle():
        ours, theirs = subclassed(nyuron), subclassed(keras)
        for seed, model in enumerate((ours, theirs)):
            model(x)
            model.set_weights(drawn_like(model.get_weights(), seed))
        ours.save_weights(tmp_path / "ours.weights.h5")
        wanted = np.asarray(ours(x))
        assert np.abs(np.asarray(theirs(x)) - wanted).max() > 1e-2
        theirs.load_weights(tmp_path / "ours.weights.h5")
        np.testing.assert_allclose(theirs(x), wanted, rtol=1e-5)
        ours.set_weights(drawn_like(ours.get_weights(), 5))
        theirs.save_weights(tmp_path / "theirs.weights.h5")
        ours.load_weights(tmp_path / "theirs.weights.h5")
        np.testing.assert_allclose(ours(x), wanted, rtol=1e-5)
    with pytest.raises(KindError, match="the structure of a subclassed model is code"):
        ours.save(tmp_path / "ours.keras")


@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file")
@pytest.mark.parametrize("make", [several_ends, images], ids=lambda make: make.__name__)
def test_weights_of_the_older_layout(make, tmp_path, monkeypatch):
    inputs = NETWORKS[make]
    with keras_oracle():
        ours, theirs = both(make)
        theirs.set_weights(drawn_like(theirs.get_weights(), 3))
        # Keras writes this layout through its warning only.
        monkeypatch.setattr("absl.logging.warning", lambda *_: None)
        theirs.save(tmp_path / "theirs.h5")
        ours.load_weights(tmp_path / "theirs.h5")
        agree(ours, theirs, inputs)
        other = both(make)[0]
        if make is several_ends:
            other.load_weights(tmp_path / "theirs.h5", by_name=True)
            agree(other, theirs, inputs)
    before = other.get_weights()
    with h5py.File(tmp_path / "theirs.h5", "r+") as file:
        layers: Any = file["model_weights"]
        layer = next(group for group in layers.values() if len(group.attrs["weight_names"]))
        del layer[layer.attrs["weight_names"][0]]
    with pytest.raises(FileFormatError, match="and does not have it"):
        other.load_weights(tmp_path / "theirs.h5")
    wrong = nyuron.Sequential([nyuron.Input((4,)), nyuron.layers.Dense(3, name="shared")])
    theirs.save(tmp_path / "theirs.h5")
    with pytest.raises(FileFormatError, match="layers with weights, not 1"):
        wrong.load_weights(tmp_path / "theirs.h5")
    for a, b in zip(other.get_weights(), before, strict=True):
        np.testing.assert_array_equal(a, b)
