"""KerasTuner's classes: a program written for it runs with the import changed."""

import numpy as np
import pytest

import nyuron
from nyuron import layers, optimizers, tuners
from nyuron.core import ArgumentError, StateError

X = np.random.default_rng(0).normal(size=(80, 3)).astype(np.float32)
Y = X[:, :1] * 2


class Model(tuners.HyperModel):
    def build(self, hp):
        model = nyuron.Sequential([layers.Input((3,)), layers.Dense(hp.Int("units", 2, 4), "relu"), layers.Dense(1)])
        model.compile(optimizers.Adam(hp.Float("rate", 1e-3, 1e-1, sampling="log")), "mse", metrics=["mae"])
        return model


FIT = {"epochs": 2, "validation_split": 0.2, "verbose": 0}


@pytest.mark.parametrize(
    ("tuner", "count"),
    [
        (tuners.RandomSearch(Model(), "val_loss", max_trials=3, seed=1), 3),
        (tuners.GridSearch(lambda hp: Model().build(hp), hyperparameters=None, max_trials=2, seed=1), 2),
        (tuners.BayesianOptimization(Model(), tuners.Objective("val_mae", "min"), max_trials=3, seed=1), 3),
        (tuners.Hyperband(Model(), "val_loss", max_epochs=3, seed=1), 5),
    ],
    ids=["random", "grid", "bayesian", "hyperband"],
)
def test_tuners_search(tuner, count, capsys):
    if type(tuner) is tuners.GridSearch:
        hp = tuners.HyperParameters()
        hp.Int("units", 2, 4)
        hp.Fixed("rate", 0.01)
        tuner.hyperparameters = hp
    found = tuner.search(X, Y, **FIT)
    assert len(found.trials) == count
    assert tuner.get_best_hyperparameters()[0].values == found.best_hyperparameters
    model = tuner.get_best_models()[0]
    expected = found.best.figures[tuner.objective.name]
    figures = model.evaluate(X[64:], Y[64:], verbose=0, return_dict=True)
    assert figures[tuner.objective.name.removeprefix("val_")] == pytest.approx(expected, rel=1e-5)
    tuner.results_summary(2)
    tuner.search_space_summary()
    assert "units" in capsys.readouterr().out


def test_a_folder_goes_on_or_is_overwritten(tmp_path):
    def tuner(**options):
        return tuners.RandomSearch(Model(), max_trials=2, seed=1, directory=tmp_path, project_name="p", **options)

    first = tuner().search(X, Y, **FIT)
    again = tuner().search(X, Y, **FIT)
    assert [t.seconds for t in again.trials] == [t.seconds for t in first.trials], "nothing is trained again"
    anew = tuner(overwrite=True).search(X, Y, **FIT)
    assert [t.value for t in anew.trials] == [t.value for t in first.trials]
    assert [t.seconds for t in anew.trials] != [t.seconds for t in first.trials]


def test_what_cannot_work_is_said():
    with pytest.raises(StateError, match="nothing was searched"):
        tuners.RandomSearch(Model()).get_best_models()

    class Fitting(Model):
        def fit(self, hp, model, *arguments):
            return model.fit(*arguments)

    with pytest.raises(ArgumentError, match="cannot train in a population"):
        tuners.RandomSearch(Fitting())
