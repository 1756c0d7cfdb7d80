"""tune: each trial is the run alone, on any number of devices; failures, files, resuming, the methods' schedules."""

import json

import jax
import numpy as np
import pytest

import nyuron
from nyuron import callbacks, layers, optimizers, utils
from nyuron.core import ArgumentError, StateError
from nyuron.train import Crew
from nyuron.tuners import Search
from nyuron.tuners._hyperband import brackets

RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 3)).astype(np.float32)
Y = (X[:, :1] * 2 + np.sin(X[:, 1:2])).astype(np.float32)
SPACE = {"units": [3, 4], "rate": {"low": 1e-3, "high": 0.3, "log": True}, "dropout": (0.0, 0.4)}
FIT = {"epochs": 6, "batch_size": 16, "validation_split": 0.2}


def build(units=4, rate=0.01, dropout=0.1):
    model = nyuron.Sequential([layers.Dense(units, "relu"), layers.Dropout(dropout), layers.Dense(1)])
    model.compile(optimizers.Adam(rate), "mse", metrics=["mae"])
    return model


def search(**options):
    given = {"method": "random", "trials": 6, "seed": 3, **FIT, **options}
    return nyuron.tune(given.pop("build", build), given.pop("space", SPACE), (X, Y), **given)


def essence(found):
    return [(t.number, t.state, t.hyperparameters, t.value, t.seeds, t.curves) for t in found.trials]


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    stopper = callbacks.EarlyStopping(patience=2)
    return search(callbacks=stopper, folder=tmp_path_factory.mktemp("searches") / "s", test_data=(X, Y))


def test_each_trial_equals_its_model_trained_alone(found):
    stopper = callbacks.EarlyStopping(patience=2, restore_best_weights=True)
    for trial in found.trials:
        utils.set_random_seed(trial.seeds[0])
        model = build(**trial.hyperparameters)
        history = model.fit(X, Y, callbacks=[stopper], verbose=0, **FIT)
        assert min(history.history["val_loss"]) == trial.value
        np.testing.assert_allclose(trial.curves[0]["loss"], history.history["loss"], rtol=1e-6)
        assert trial.best_epoch == int(np.argmin(history.history["val_loss"])) + 1
        np.testing.assert_array_equal(found.model(trial.number).predict(X, verbose=0), model.predict(X, verbose=0))


def test_the_best_is_the_best_and_is_measured_once(found):
    values = [t.value for t in found.trials]
    assert found.best.value == min(values)
    assert found.ranked()[0] is found.best
    expected = found.best_model().evaluate(X, Y, verbose=0, return_dict=True)
    assert found.chosen == expected
    with pytest.raises(StateError, match="the test part has been used"):
        found.test(X, Y)


def test_the_folder_has_everything(found):
    again = Search.load(found.folder)
    assert essence(again) == essence(found)
    assert again.best == found.best
    assert again.chosen == found.chosen
    document = json.loads((found.folder / "search.json").read_text())
    assert document["optimism"]["expected"] == pytest.approx(found.optimism().expected)
    np.testing.assert_array_equal(again.best_model().predict(X, verbose=0), found.best_model().predict(X, verbose=0))
    with pytest.raises(StateError, match="does not have the builder"):
        again.refit(X, Y)


def test_refit_trains_on_everything_for_the_best_epochs(found):
    model = found.refit(X, Y)
    utils.set_random_seed(found.best.seeds[0])
    alone = build(**found.best_hyperparameters)
    alone.fit(X, Y, epochs=found.best.best_epoch, batch_size=16, verbose=0)
    np.testing.assert_array_equal(model.predict(X, verbose=0), alone.predict(X, verbose=0))


@pytest.mark.parametrize("method", ["random", "tpe"])
def test_the_search_is_the_same_on_any_number_of_devices(monkeypatch, method):
    options = {"method": method, "trials": 14 if method == "tpe" else 6, "epochs": 2}
    several = search(**options)
    start = Crew.__init__
    monkeypatch.setattr(Crew, "__init__", lambda crew: start(crew, jax.devices()[:1]))
    assert essence(search(**options)) == essence(several)


def test_executions_are_averaged():
    found = search(trials=3, executions_per_trial=2)
    for trial in found.trials:
        assert len(set(trial.seeds)) == 2
        assert trial.value == pytest.approx(np.mean([min(c["val_loss"]) for c in trial.curves]), rel=1e-6)
        assert trial.epochs == 12


def test_batch_size_and_epochs_of_the_space_are_the_fits():
    found = search(space={"batch_size": [16, 32], "epochs": [1, 2]}, method="grid", trials=None)
    assert len(found.trials) == 4
    for trial in found.trials:
        assert trial.epochs == trial.hyperparameters["epochs"]
        utils.set_random_seed(trial.seeds[0])
        history = build().fit(
            X, Y, verbose=0, validation_split=0.2, **{k: trial.hyperparameters[k] for k in ("batch_size", "epochs")}
        )
        assert min(history.history["val_loss"]) == trial.value


def test_hp_builders_and_their_conditions():
    def make(hp):
        model = nyuron.Sequential([layers.Dense(hp.Int("units", 2, 4), "relu"), layers.Dense(1)])
        method = hp.Choice("method", ["sgd", "adam"])
        with hp.conditional_scope("method", ["sgd"]):
            momentum = hp.Float("momentum", 0.0, 0.9, step=0.3) if method == "sgd" else 0.0
        model.compile(optimizers.SGD(0.01, momentum) if method == "sgd" else "adam", "mse")
        return model

    found = search(build=make, space=None, trials=5, epochs=1)
    assert all(("momentum" in t.hyperparameters) == (t.hyperparameters["method"] == "sgd") for t in found.trials)
    assert [t.state for t in found.trials] == ["complete"] * 5


def test_a_failing_trial_is_recorded_and_the_search_goes_on():
    def fragile(units):
        if units == 3:
            raise RuntimeError("three is one too many")
        return build(units, rate=1e30 if units == 5 else 0.01)

    found = search(build=fragile, space={"units": [2, 3, 4, 5]}, method="grid", trials=None)
    assert [t.state for t in found.trials] == ["complete", "failed", "complete", "failed"]
    assert "three is one too many" in found.trials[1].error
    assert "not finite" in found.trials[3].error
    assert found.best.number in (0, 2)
    with pytest.warns(UserWarning, match="no trial succeeded"):
        broken = search(build=fragile, space={"units": [3]}, method="grid", trials=None)
    with pytest.raises(StateError, match="three is one too many"):
        broken.best  # noqa: B018


def test_a_search_goes_on_where_it_was_stopped(tmp_path):
    whole = search(trials=8)
    told = []

    def stop_after_three(record, state):
        told.append(record.number)
        if len(told) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        search(trials=8, folder=tmp_path / "s", on_told=stop_after_three)
    assert len(Search.load(tmp_path / "s").trials) == 3
    again = []
    resumed = search(trials=8, folder=tmp_path / "s", on_told=lambda record, state: again.append(record.number))
    assert essence(resumed) == essence(whole)
    assert sorted(told + again) == list(range(8))
    with pytest.raises(ArgumentError, match="another"):
        search(trials=8, folder=tmp_path / "s", objective="loss")


def test_a_timeout_ends_the_search():
    search(space={**SPACE, "units": [3]}, trials=1, epochs=1)  # the program is compiled
    found = search(space={**SPACE, "units": [3]}, trials=10_000, epochs=1, timeout=1.0)
    assert found.stopped == "timeout"
    assert 0 < len(found.trials) < 10_000


@pytest.mark.parametrize("method", ["hyperband", "pbt"])
def test_a_timeout_does_not_wait_until_thousands_of_trials_are_made(method):
    made = []

    def counted(**values):
        made.append(values)
        return build(**values)

    options = {"epochs": 729, "trials": None} if method == "hyperband" else {"trials": 500}
    found = search(build=counted, method=method, timeout=0.2, **options)
    assert found.stopped == "timeout" and len(made) < 200


def test_brackets_are_those_of_the_paper():
    table = [[(rung.trials, rung.epochs) for rung in bracket] for bracket in brackets(81, 3)]
    assert table == [  # Li et al. 2018, table 1
        [(81, 1), (27, 3), (9, 9), (3, 27), (1, 81)],
        [(34, 3), (12, 9), (4, 27), (2, 81)],
        [(15, 9), (5, 27), (2, 81)],
        [(8, 27), (3, 81)],
        [(5, 81)],
    ]


def test_hyperband_prunes_the_worst_and_trains_nothing_twice():
    found = search(method="hyperband", trials=None, epochs=9)
    assert len(found.trials) == 9 + 5 + 3
    first = [t for t in found.trials if t.notes["bracket"] == 0]
    assert sorted(t.epochs for t in first) == [1] * 6 + [3] * 2 + [9]
    after_one = {t.number: t.curves[0]["val_loss"][0] for t in first}
    went_on = {t.number for t in first if t.notes["rung"] > 0}
    assert went_on == set(sorted(after_one, key=after_one.__getitem__)[:3])
    survivor = next(t for t in first if t.epochs == 9)
    utils.set_random_seed(survivor.seeds[0])
    alone = build(**survivor.hyperparameters).fit(X, Y, verbose=0, **{**FIT, "epochs": 9})
    np.testing.assert_allclose(survivor.curves[0]["val_loss"], alone.history["val_loss"], rtol=1e-6)


def test_population_based_training_copies_and_explores():
    found = search(method="pbt", trials=8, epochs=10, space={**SPACE, "rate": {"low": 1e-5, "high": 0.3, "log": True}})
    assert [t.state for t in found.trials] == ["complete"] * 8
    changes = [change for t in found.trials for change in t.notes["changes"]]
    assert changes
    for epoch, source, values in changes:
        assert 0 < epoch < 10
        assert 0 <= source < 8
        assert 1e-5 <= values["rate"] <= 0.3
        assert 0.0 <= values["dropout"] <= 0.4
    assert all(change[2]["units"] == t.hyperparameters["units"] for t in found.trials for change in t.notes["changes"])
    # The worst member copied a better one: it ends better than the same combination left alone.
    worst = max(found.trials, key=lambda t: len(t.notes["changes"]))
    alone = build(**worst.hyperparameters).fit(X, Y, verbose=0, **{**FIT, "epochs": 10})
    assert worst.curves[0]["val_loss"][-1] < alone.history["val_loss"][-1]


def test_side_by_side_finds_the_same_up_to_rounding():
    one, many = search(trials=8), search(trials=8, side_by_side=4)
    assert [t.hyperparameters for t in one.trials] == [t.hyperparameters for t in many.trials]
    np.testing.assert_allclose([t.value for t in one.trials], [t.value for t in many.trials], rtol=1e-3)


def test_what_cannot_work_is_said():
    with pytest.raises(ArgumentError, match="there is no such method"):
        search(method="magic")
    with pytest.raises(ArgumentError, match="objective 'val_accuracy' is not logged"):
        search(objective="val_accuracy", direction="maximize")
    with pytest.raises(ArgumentError, match="pass validation_data"):
        search(validation_split=0.0)
    with pytest.raises(ArgumentError, match="the data must be a pair"):
        nyuron.tune(build, SPACE, X, trials=1)
    with pytest.raises(ArgumentError, match="no argument"):
        search(space={"unitz": [1]})


def test_folds_are_members_with_rows_of_their_own():
    found = search(folds=3, trials=3, validation_split=0.0)
    cut = nyuron.populations.folds(Y, 3, seed=3)
    for trial in found.trials:
        assert len(trial.curves) == 3
        values = []
        for train_rows, held in cut:
            utils.set_random_seed(trial.seeds[0])
            history = build(**trial.hyperparameters).fit(
                X[train_rows], Y[train_rows], epochs=6, batch_size=16, validation_data=(X[held], Y[held]), verbose=0
            )
            values.append(min(history.history["val_loss"]))
        assert trial.value == pytest.approx(np.mean(values), rel=1e-6)
    assert found.optimism() is not None
    epochs = round(np.mean([np.argmin(curve["val_loss"]) + 1 for curve in found.best.curves]))
    utils.set_random_seed(found.best.seeds[0])
    alone = build(**found.best_hyperparameters)
    alone.fit(X, Y, epochs=epochs, batch_size=16, verbose=0)
    np.testing.assert_array_equal(found.best_model().predict(X, verbose=0), alone.predict(X, verbose=0))


def test_a_search_within_each_fold_is_nested_cross_validation():
    def inner(rows):
        data = (X[rows], Y[rows])
        found = nyuron.tune(build, {"rate": [1e-4, 0.05]}, data, method="grid", seed=1, **FIT)
        return found.best_hyperparameters

    outer = nyuron.populations.cross_validate(build, X, Y, k=2, hyperparameters=inner, epochs=6, batch_size=16, seed=1)
    assert len(outer) == 2
    assert np.isfinite(outer.mean["loss"])


def test_a_search_does_not_go_on_with_other_data_or_epochs(tmp_path):
    folder = tmp_path / "s"
    first = search(trials=2, folder=folder)
    again = search(trials=2, folder=folder)
    assert essence(again) == essence(first)
    with pytest.raises(ArgumentError, match=r"(?s)begun with another epochs.*expected: 6\n  got:      7"):
        search(trials=3, folder=folder, epochs=7)
    with pytest.raises(ArgumentError, match="begun with another validation"):
        search(trials=3, folder=folder, validation_data=(X, Y))
    with pytest.raises(ArgumentError, match="begun with other data"):
        nyuron.tune(build, SPACE, (X, Y + 1), method="random", trials=3, seed=3, folder=folder, **FIT)


def test_seconds_are_those_of_the_training(monkeypatch):
    import time

    from nyuron.train import _clock, _group

    stretch = _group.Group._stretch
    run = _group.run_packed

    def compiled(*arguments):
        if not compiles:
            time.sleep(1.0)
            compiles.append(1)
            _clock._on_event("/jax/core/compile/backend_compile_duration", 1.0)
        return run(*arguments)

    def waited(group, *arguments):
        time.sleep(0.3)
        stretch(group, *arguments)

    compiles: list[int] = []
    monkeypatch.setattr(_group, "run_packed", compiled)
    monkeypatch.setattr(_group.Group, "_stretch", waited)
    began = time.perf_counter()
    found = search(trials=1, epochs=2)
    assert time.perf_counter() - began > 1.3
    assert 0 < found.trials[0].seconds < 0.9
    assert found.rows()[0]["seconds"] == found.trials[0].seconds
