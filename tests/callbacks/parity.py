"""The same fit, here and in Keras: a small network with given weights, in the rows' order."""

from __future__ import annotations

import os

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np

import nyuron
from oracle import keras_oracle

RNG = np.random.default_rng(0)
X = RNG.normal(size=(50, 3)).astype("float32")
Y = (X @ np.array([[1.0], [-2.0], [0.5]]) + 0.1 * RNG.normal(size=(50, 1))).astype("float32")
VALID = (RNG.normal(size=(20, 3)).astype("float32"), RNG.normal(size=(20, 1)).astype("float32"))
WEIGHTS = [
    RNG.normal(size=(3, 4)).astype("float32") * 0.5,
    np.zeros(4, "float32"),
    RNG.normal(size=(4, 1)).astype("float32") * 0.5,
    np.zeros(1, "float32"),
]


def network(room, rate=0.05, **options):
    """The network in one of the two libraries."""
    layers = room.layers
    model = room.Sequential([room.Input((3,)), layers.Dense(4, activation="tanh"), layers.Dense(1)])
    model.compile(room.optimizers.SGD(rate), loss="mse", metrics=["mae"], **options)
    model.set_weights(WEIGHTS)
    return model


def both(make_callbacks, rate=0.05, **options):
    """(model, callbacks, history) of ours and of theirs; `make_callbacks(room)` makes a list."""
    found = []
    options = {"batch_size": 16, "epochs": 4, "shuffle": False, "verbose": 0, "validation_data": VALID, **options}
    for room in (nyuron, keras):
        with keras_oracle():
            model, callbacks = network(room, rate), make_callbacks(room)
            history = model.fit(X, Y, callbacks=callbacks, **options)
        found.append((model, callbacks, history))
    return found


def assert_same_logs(ours, theirs):
    """Nested lists and dicts of figures are equal, to rtol 1e-4."""
    assert type(ours) is type(theirs), (ours, theirs)
    if isinstance(ours, dict):
        assert list(ours) == list(theirs)
        for name in ours:
            assert_same_logs(ours[name], theirs[name])
    elif isinstance(ours, list | tuple):
        assert len(ours) == len(theirs)
        for a, b in zip(ours, theirs, strict=True):
            assert_same_logs(a, b)
    elif isinstance(ours, float):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4)
    else:
        assert ours == theirs


def assert_same_end(ours, theirs):
    """Weights and history are equal, to rtol 1e-4."""
    assert_same_logs(ours[2].history, theirs[2].history)
    assert ours[2].epoch == theirs[2].epoch
    for a, b in zip(ours[0].get_weights(), theirs[0].get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)
