"""A search inside each fold of a cross-validation."""

import numpy as np

import nyuron
from nyuron import layers, optimizers
from nyuron.populations import cross_validate

RNG = np.random.default_rng(0)
X = RNG.normal(size=(48, 3)).astype(np.float32)
Y = (X @ np.array([1.0, 2.0, -1.0]) + RNG.normal(size=48)).astype(np.float32)
SPACE = {"rate": [0.001, 0.1], "batch_size": [8]}


def build(rate, units=4):
    model = nyuron.Sequential([nyuron.Input((3,)), layers.Dense(units, "tanh"), layers.Dense(1)])
    model.compile(optimizers.Adam(rate), "mse")
    return model


def test_each_fold_searches_on_its_own_training_rows():
    seen = []

    def choose(rows):
        search = nyuron.tune(build, SPACE, (X[rows], Y[rows]), method="grid", epochs=3, seed=1)
        seen.append((rows, search))
        return search.best_hyperparameters

    found = cross_validate(build, X, Y, 3, hyperparameters=choose, epochs=3, seed=1, verbose=0)
    assert found.hyperparameters == ({"rate": 0.1, "batch_size": 8},) * 3
    for (rows, search), fold in zip(seen, found.folds, strict=True):
        np.testing.assert_array_equal(rows, fold.train)
        assert len(search.trials) == 2
        assert search.optimism().trials == 2
    fixed = cross_validate(build, X, Y, 3, hyperparameters={"rate": 0.1}, batch_size=8, epochs=3, seed=1, verbose=0)
    assert found.histories[1].history == fixed.histories[1].history
    np.testing.assert_array_equal(found.scores["loss"], fixed.scores["loss"])
