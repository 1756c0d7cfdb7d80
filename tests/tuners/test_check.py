"""tune: what it refuses, and in which words."""

import numpy as np
import pytest

import nyuron
from nyuron.core import ArgumentError, FileFormatError, KindError
from nyuron.tuners import as_space

X = np.linspace(-1, 1, 40, dtype="float32")[:, None]


def wurst(y_true, y_pred):
    return (y_true - y_pred) ** 2


def build(units=2):
    model = nyuron.Sequential([nyuron.Input((1,)), nyuron.layers.Dense(units), nyuron.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae", wurst])
    return model


def tune(builder=build, data=(X, X**2), **options):
    return nyuron.tune(builder, {"units": [2, 4]}, data, **{"trials": 2, "epochs": 1, "seed": 1, **options})


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"trails": 3}, "there is no argument 'trails'.*did you mean 'trials'"),
        ({"method": "pbt", "quantil": 0.2}, "there is no argument 'quantil'.*did you mean 'quantile'"),
        ({"method": "hyperband", "facto": 3}, "there is no argument 'facto'.*did you mean 'factor'"),
        ({"method": "randm"}, "there is no such method.*method='random'"),
        ({"trials": 0}, "trials cannot be used.*1 or more"),
        ({"trials": "3"}, "trials cannot be used.*'3'"),
        ({"epochs": 0}, "epochs cannot be used"),
        ({"batch_size": 2.5}, "batch_size cannot be used.*2.5"),
        ({"executions_per_trial": 1.5}, "executions_per_trial cannot be used"),
        ({"keep": -1}, "keep cannot be used"),
        ({"timeout": -1}, "no trial ends in no time"),
        ({"objective": "val_wurts"}, "'val_wurts' is not logged.*did you mean 'val_wurst'"),
        ({"objective": "val_wurst"}, "not known whether more or less of 'val_wurst'.*direction='minimize'"),
    ],
)
def test_what_is_refused_before_a_trial(tmp_path, options, says):
    with pytest.raises(ArgumentError, match=f"(?s){says}"):
        tune(folder=tmp_path / "search", **options)
    assert not (tmp_path / "search").exists()


def test_a_model_is_no_builder():
    with pytest.raises(KindError, match="a builder makes a model"):
        tune(build())


@pytest.mark.parametrize(
    ("builder", "data", "error"),
    [
        (lambda units: None, (X, X), "must return a model"),
        (lambda units: nyuron.Sequential([nyuron.layers.Dense(1)]), (X, X), "not compiled"),
        (build, (np.where(X > 0.5, np.nan, X), X), "not finite"),
        (build, (X, X[:30]), "different numbers of rows|rows"),
    ],
)
def test_a_search_in_which_nothing_succeeds_says_so(builder, data, error):
    with pytest.warns(UserWarning, match=f"(?s)no trial succeeded.*({error})"):
        found = tune(builder, data)
    assert repr(found) == "<Search of 2 trials, 2 failed>"


def test_a_batch_size_that_is_none_fails_its_trial():
    space = {"batch_size": [4.5, 8.0]}
    found = nyuron.tune(build, space, (X, X**2), method="grid", epochs=1, seed=1)
    states = {t.hyperparameters["batch_size"]: t.state for t in found.trials}
    assert states[4.5] == "failed" and "a whole number" in next(t.error for t in found.trials if t.error)


def test_broken_yaml_is_said_in_one_line(tmp_path):
    path = tmp_path / "space.yaml"
    path.write_text("units: [64, 128\n")
    with pytest.raises(FileFormatError, match="not YAML in line 2, column 1") as caught:
        as_space(path)
    assert "expected ',' or ']'" in str(caught.value) and "unicode string" not in str(caught.value)
