"""Training that goes on from a Keras file: settings of compile, and the state of every optimizer."""

from __future__ import annotations

from typing import Any

import jax
import keras
import numpy as np
import pytest

import nyuron
from nyuron import losses, metrics
from nyuron.core import FileFormatError, custom_objects
from nyuron.layers import join_frozen, split_frozen
from nyuron.models import load_model
from oracle import keras_oracle

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
OPTIMIZERS = {
    "SGD": {},
    "SGD-momentum": {"momentum": 0.9, "nesterov": True, "clipnorm": 0.5},
    "RMSprop": {},
    "RMSprop-all": {"momentum": 0.8, "centered": True, "rho": 0.8},
    "Adam": {},
    "Adam-amsgrad": {"amsgrad": True, "use_ema": True, "ema_momentum": 0.7},
    "Adam-gathering": {"gradient_accumulation_steps": 2},
    "AdamW": {"weight_decay": 0.01},
    "Nadam": {},
    "Adamax": {},
    "Lamb": {},
    "Lion": {},
    "Adagrad": {},
    "Adadelta": {"learning_rate": 0.5},
    "Ftrl": {"l1_regularization_strength": 0.01},
}


def in_keras(path) -> Any:
    return keras.models.load_model(path)


def small(room, optimizer):
    layers = room.layers
    model = room.Sequential([room.Input((4,)), layers.Dense(3, "relu"), layers.BatchNormalization(), layers.Dense(1)])
    model.compile(optimizer, loss="mse")
    return model


def slopes(model, seed):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=w.shape).astype(np.float32) for w in model.trainable_weights]


def numbers(model):
    """Our trained parameters with the place of each in Keras's order."""
    old = model.get_weights()
    count = iter(range(len(old)))
    for layer in model.network_layers:
        layer.set_weights([np.full(w.shape, next(count), w.dtype) for w in layer.get_weights()])
    params, _ = split_frozen(model.graph, model.slot.params)
    found = jax.tree.map(lambda w: int(w.ravel()[0]), params)
    model.set_weights(old)
    order = sorted(jax.tree.leaves(found))
    return jax.tree.map(order.index, found)


def our_step(model, gradients):
    params, frozen = split_frozen(model.graph, model.slot.params)
    grads = jax.tree.map(lambda place: jax.numpy.asarray(gradients[place]), numbers(model))
    new, model.optimizer_state = model.compiled.optimizer.update(grads, model.optimizer_state, params)
    model.put_weights(join_frozen(new, frozen), model.slot.state)


def alike(ours, theirs):
    for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_state_of_an_optimizer_goes_there_and_back(name, tmp_path):
    kind, options = name.partition("-")[0], OPTIMIZERS[name]
    with keras_oracle():
        theirs = small(keras, getattr(keras.optimizers, kind)(**options))
        theirs.optimizer.build(theirs.trainable_variables)
        theirs.optimizer.apply([jax.numpy.asarray(g) for g in slopes(theirs, 0)])
        theirs.save(tmp_path / "theirs.keras")
        theirs.optimizer.apply([jax.numpy.asarray(g) for g in slopes(theirs, 1)])
    ours = load_model(tmp_path / "theirs.keras")
    assert int(ours.optimizer_state["iterations"]) == 1
    our_step(ours, slopes(ours, 1))
    alike(ours, theirs)
    ours.save(tmp_path / "ours.keras")
    with keras_oracle():
        back = in_keras(tmp_path / "ours.keras")
        back.optimizer.apply([jax.numpy.asarray(g) for g in slopes(back, 2)])
    our_step(ours, slopes(ours, 2))
    alike(ours, back)


def test_settings_of_compile_stay(tmp_path):
    x = nyuron.Input((4,), name="x")
    model = nyuron.Model(
        x, {n: nyuron.layers.Dense(k, a, name=n)(x) for n, k, a in (("a", 3, "softmax"), ("b", 1, None))}
    )
    rate: Any = nyuron.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    model.compile(
        nyuron.optimizers.Adam(rate, beta_1=0.8),
        loss={"a": losses.CategoricalCrossentropy(label_smoothing=0.1), "b": "mse"},
        loss_weights={"a": 1.0, "b": 0.5},
        metrics={"a": ["accuracy", metrics.TopKCategoricalAccuracy(2)], "b": [losses.mean_absolute_error]},
    )
    model.save(tmp_path / "ours.keras")
    data = np.random.default_rng(0).normal(size=(8, 4)).astype(np.float32)
    y = {"a": np.eye(3, dtype=np.float32)[np.arange(8) % 3], "b": data[:, :1]}
    with keras_oracle():
        theirs = in_keras(tmp_path / "ours.keras")
        wanted = theirs.evaluate(data, y, verbose=0, return_dict=True)
        theirs.save(tmp_path / "theirs.keras")
        assert theirs.optimizer.get_config()["learning_rate"]["class_name"] == "ExponentialDecay"
    again = load_model(tmp_path / "theirs.keras")
    for one in (model, again):
        found = one.evaluate(data, y, verbose=0, return_dict=True)
        assert set(found) == set(wanted)
        for name, value in found.items():
            np.testing.assert_allclose(value, wanted[name], rtol=1e-5, err_msg=name)
    assert float(again.optimizer.beta_1) == 0.8
    assert load_model(tmp_path / "theirs.keras", compile=False).compiled is None


def test_a_fit_goes_on_as_in_keras(tmp_path):
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(24, 4)).astype(np.float32), rng.normal(size=(24, 1)).astype(np.float32)
    options = {"batch_size": 8, "shuffle": False, "verbose": 0}
    with keras_oracle():
        theirs = small(keras, "adam")
        theirs.fit(x, y, epochs=2, **options)
        theirs.save(tmp_path / "m.keras")
        wanted = theirs.fit(x, y, epochs=2, **options).history["loss"]
        ours = load_model(tmp_path / "m.keras")
        np.testing.assert_allclose(ours.fit(x, y, epochs=2, **options).history["loss"], wanted, rtol=1e-4)
        alike(ours, theirs)


def far(y, predicted):
    return ((y - predicted) ** 2).mean(-1) * 2


def test_settings_that_files_do_not_carry(tmp_path):
    model = small(nyuron, nyuron.optimizers.LBFGS())
    with pytest.warns(UserWarning, match="how the model was compiled is left out"):
        model.save(tmp_path / "m.keras")
    assert load_model(tmp_path / "m.keras").compiled is None
    model.compile("sgd", loss=far)
    model.save(tmp_path / "m.keras")
    with pytest.raises(FileFormatError, match="far"):
        load_model(tmp_path / "m.keras")
    assert load_model(tmp_path / "m.keras", compile=False).compiled is None
    with custom_objects({"far": far}):
        assert load_model(tmp_path / "m.keras").loss is far
