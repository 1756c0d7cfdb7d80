"""Cross-validation: each fold is the fit alone; the scores are scikit-learn's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn import model_selection as sk
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import nyuron
from nyuron import callbacks, layers, optimizers, regularizers, utils
from nyuron.core import ArgumentError, ShapeError
from nyuron.populations import CrossValidation, cross_validate, folds
from nyuron.populations._held_out import held_out

RNG = np.random.default_rng(0)
N = 48
X = RNG.normal(size=(N, 3)).astype(np.float32) * np.array([1, 5, 0.1], np.float32) + 2
Y = (X @ np.array([[1.0], [-0.4], [3.0]]) + 0.3 * RNG.normal(size=(N, 1))).astype(np.float32)
LABELS = np.sort(RNG.integers(0, 3, N))
FIT: Any = {"epochs": 4, "batch_size": 16}


def build(units: int = 4, rate: float = 0.02) -> Any:
    model = nyuron.Sequential([layers.Dense(units, "tanh"), layers.Dropout(0.2), layers.Dense(1)])
    model.compile(optimizers.Adam(rate), "mse", metrics=["mae"])
    return model


def build_scaled() -> Any:
    model = nyuron.Sequential([nyuron.Input((3,)), layers.Normalization(), layers.Dense(4, "tanh"), layers.Dense(1)])
    model.compile(optimizers.Adam(0.02), "mse", metrics=["mae"])
    return model


def is_the_fit_alone(found: CrossValidation, i: int, make: Any = build, weights: Any = None, **options: Any) -> None:
    """Fold i equals the model that the user would have fitted on these rows."""
    train, validation = found.folds[i]
    utils.set_random_seed(found.seeds[i])
    model = make()
    taken = {} if weights is None else {"sample_weight": weights[train]}
    held = (X[validation], Y[validation], *(() if weights is None else (weights[validation],)))
    history = model.fit(X[train], Y[train], validation_data=held, verbose=0, **taken, **{**FIT, **options})
    assert found.histories[i].history == history.history
    assert found.histories[i].stop_reason == history.stop_reason
    for mine, theirs in zip(found.models()[i].get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    figures = model.evaluate(
        *held[:2], batch_size=16, sample_weight=held[2] if len(held) > 2 else None, return_dict=True, verbose=0
    )
    assert {name: values[i] for name, values in found.scores.items()} == figures
    np.testing.assert_allclose(found.predictions[validation], model.predict(X[validation], verbose=0), rtol=1e-6)


@pytest.fixture(scope="module")
def five() -> CrossValidation:
    return cross_validate(build, X, Y, 5, seed=3, verbose=0, **FIT)


def test_each_fold_is_the_fit_alone(five: CrossValidation) -> None:
    sizes = [len(fold.train) for fold in five.folds]
    assert five.seeds == [3, 4, 5, 6, 7]
    assert sizes == [38, 38, 38, 39, 39], "no row is dropped where the folds differ in size"
    is_the_fit_alone(five, 4)
    for fold, other in zip(five.folds, folds(N, 5, seed=3), strict=True):
        np.testing.assert_array_equal(fold.train, other.train)


def test_folds_that_stop_early_are_the_fits_alone() -> None:
    stopper = lambda: callbacks.EarlyStopping(patience=1, restore_best_weights=True)  # noqa: E731
    options: Any = {"epochs": 12, "batch_size": 16}
    weights = RNG.uniform(0.5, 2, N).astype(np.float32)
    found = cross_validate(
        lambda rate: build(rate=rate), X, Y, 3, hyperparameters={"rate": 0.2}, callbacks=stopper(), seed=11,
        sample_weight=weights, verbose=0, **options,
    )  # fmt: skip
    assert any(h.stop_reason == "early stopping" for h in found.histories)
    for i in range(2):
        is_the_fit_alone(found, i, lambda: build(rate=0.2), weights, callbacks=stopper(), **options)


def test_folds_side_by_side_are_the_same_up_to_rounding() -> None:
    options: Any = {"callbacks": callbacks.EarlyStopping(patience=0), "epochs": 6, "batch_size": 16, "verbose": 0}
    alone, together = (cross_validate(build, X, Y, 3, seed=3, side_by_side=n, **options) for n in (1, 3))
    np.testing.assert_allclose(together.scores["loss"], alone.scores["loss"], rtol=1e-4)
    np.testing.assert_allclose(together.predictions, alone.predictions, rtol=1e-4, atol=1e-5)


def test_layers_adapt_to_each_folds_own_training_rows() -> None:
    found = cross_validate(build_scaled, X, Y, 3, adapt=True, seed=5, verbose=0, **FIT)

    def by_hand(train: np.ndarray) -> Any:
        model = build_scaled()
        model.layers[0].adapt(X[train])
        return model

    for i, fold in enumerate(found.folds):
        np.testing.assert_allclose(found.models()[i].get_weights()[0], X[fold.train].mean(axis=0), rtol=1e-5)
    is_the_fit_alone(found, 1, lambda: by_hand(found.folds[1].train))
    seen = []
    given = cross_validate(
        build_scaled, X, Y, 3, adapt=lambda model, x, y: seen.append((model.layers[0].adapt(x), y)), seed=5, verbose=0,
        **FIT,
    )  # fmt: skip
    np.testing.assert_array_equal(given.scores["loss"], found.scores["loss"])
    np.testing.assert_array_equal(seen[2][1], Y[found.folds[2].train])


def test_models_with_several_inputs_and_outputs() -> None:
    def build_two() -> Any:
        a, b = nyuron.Input((2,), name="a"), nyuron.Input((1,), name="b")
        joined = layers.Concatenate()([a, layers.Normalization(name="scaled")(b)])
        outputs = [layers.Dense(1, name="one")(joined), layers.Dense(2, name="two")(a)]
        model = nyuron.Model({"a": a, "b": b}, outputs)
        model.compile(optimizers.SGD(1e-3), "mse")
        return model

    y = [Y, np.concatenate([Y, Y], axis=1)]
    found = cross_validate(build_two, {"a": X[:, :2], "b": X[:, 2:]}, y, 3, adapt=True, verbose=0, **FIT)
    for fold, model in zip(found.folds, found.models(), strict=True):
        wanted = X[fold.train, 2].mean()
        np.testing.assert_allclose(model.get_layer("scaled").get_weights()[0], [wanted], rtol=1e-5)
    assert [a.shape for a in found.predictions] == [(N, 1), (N, 2)]
    assert set(found.scores) == {"loss", "one_loss", "two_loss"}


def linear(strength: float = 0.0) -> Any:
    model = nyuron.Sequential(
        [nyuron.Input((3,)), layers.Normalization(), layers.Dense(1, kernel_regularizer=regularizers.L2(strength))]
    )
    model.compile(optimizers.SGD(0.3), "mse", metrics=["mse"])
    return model


def test_a_linear_model_scores_as_scikit_learns_linear_regression() -> None:
    found = cross_validate(linear, X, Y, 4, adapt=True, epochs=300, batch_size=64, seed=2, verbose=0)
    cv = sk.KFold(4, shuffle=True, random_state=2)
    wanted = -sk.cross_val_score(LinearRegression(), X, Y[:, 0], cv=cv, scoring="neg_mean_squared_error")
    np.testing.assert_allclose(found.scores["mse"], wanted, rtol=1e-3)
    said: Any = sk.cross_val_predict(LinearRegression(), X, Y[:, 0], cv=cv)
    np.testing.assert_allclose(found.predictions[:, 0], said, rtol=1e-3, atol=1e-3)
    assert found.mean["mse"] == pytest.approx(wanted.mean(), rel=1e-3)
    assert found.std["mse"] == pytest.approx(wanted.std(ddof=1), rel=1e-3)
    assert found.standard_error["mse"] == pytest.approx(wanted.std(ddof=1) / np.sqrt(4), rel=1e-3)


def test_a_penalised_one_scores_as_scikit_learns_ridge_scaled_in_each_fold() -> None:
    options: dict[str, Any] = {"epochs": 300, "batch_size": 64, "seed": 2, "verbose": 0, "repeats": 2}
    found = cross_validate(linear, X, Y, 4, adapt=True, hyperparameters={"strength": 0.1}, **options)
    cv = sk.RepeatedKFold(n_splits=4, n_repeats=2, random_state=2)
    # Ridge's penalty is of the sum of squares, ours of their mean over 36 rows.
    ridge = make_pipeline(StandardScaler(), Ridge(0.1 * 36))
    wanted = -sk.cross_val_score(ridge, X, Y[:, 0], cv=cv, scoring="neg_mean_squared_error")
    np.testing.assert_allclose(found.scores["mse"], wanted, rtol=1e-3)
    assert found.standard_error["mse"] == pytest.approx(wanted.std(ddof=1) / np.sqrt(4), rel=1e-3)
    each = np.stack([found.models()[i].predict(X, verbose=0) for i in range(8)])
    held = np.array([np.isin(np.arange(N), fold.validation) for fold in found.folds])
    np.testing.assert_allclose(found.predictions, each.swapaxes(0, 1)[held.T].reshape(N, 2, 1).mean(1), rtol=1e-5)


def classifier() -> Any:
    model = nyuron.Sequential([nyuron.Input((2,)), layers.Dense(3, activation="softmax")])
    model.compile(optimizers.Adam(0.1), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def test_stratified_classification_scores_as_scikit_learns_logistic_regression() -> None:
    random = np.random.default_rng(1)
    y = np.sort(random.integers(0, 3, 120))
    x = (np.array([[0, 0], [2, 0], [0, 2]])[y] + random.normal(size=(120, 2))).astype(np.float32)
    found = cross_validate(classifier, x, y, 6, stratify=True, epochs=150, batch_size=100, seed=0, verbose=0)
    cv = sk.StratifiedKFold(6, shuffle=True, random_state=0)
    model = LogisticRegression(C=1e6)
    wanted = sk.cross_val_score(model, x, y, cv=cv, scoring="accuracy")
    loss = -sk.cross_val_score(model, x, y, cv=cv, scoring="neg_log_loss")
    assert np.abs(found.scores["accuracy"] - wanted).max() <= 1 / 20 + 1e-6
    assert found.mean["accuracy"] == pytest.approx(wanted.mean(), abs=0.01)
    np.testing.assert_allclose(found.scores["loss"], loss, rtol=0.02)
    np.testing.assert_allclose(found.predictions.sum(axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize("how", ["chance", "classes", "groups"])
def test_early_stopping_may_watch_rows_apart_from_those_that_score(how: str) -> None:
    groups, labels = np.arange(N) // 4, np.arange(N) % 3
    options: Any = {"chance": {}, "classes": {"stratify": labels}, "groups": {"groups": groups}}[how]
    stopper = callbacks.EarlyStopping(patience=0)
    found = cross_validate(
        build, X, Y, 3, validation_split=0.25, callbacks=stopper, seed=3, verbose=0, epochs=6, batch_size=16, **options
    )
    fold = found.folds[1]
    inner: Any = {"groups": groups} if how == "groups" else {"labels": labels} if how == "classes" else {}
    train, watched = held_out(fold, 0.25, seed=4, **inner)
    utils.set_random_seed(4)
    model = build()
    history = model.fit(
        X[train], Y[train], validation_data=(X[watched], Y[watched]), epochs=6, batch_size=16, verbose=0,
        callbacks=callbacks.EarlyStopping(patience=0),
    )  # fmt: skip
    assert found.histories[1].history == history.history
    scored = model.evaluate(X[fold.validation], Y[fold.validation], batch_size=16, verbose=0)
    assert [found.scores["loss"][1], found.scores["mae"][1]] == scored


def test_rows_held_out_within_a_fold_are_drawn_as_the_folds_are() -> None:
    fold = folds(N, 3, seed=1)[0]
    train, watched = held_out(fold, 0.25, seed=4, labels=LABELS)
    assert sorted([*train, *watched]) == sorted(fold.train)
    assert len(watched) == 8
    shares = [np.bincount(LABELS[rows], minlength=3) / len(rows) for rows in (train, watched)]
    assert np.abs(shares[0] - shares[1]).max() < 0.1
    groups = RNG.integers(0, 9, N)
    train, watched = held_out(fold, 0.25, seed=4, groups=groups)
    assert sorted([*train, *watched]) == sorted(fold.train)
    assert not set(groups[train]) & set(groups[watched])
    assert len(watched) >= 8
    train, watched = held_out(fold, 0.25, seed=4, is_time=True)
    np.testing.assert_array_equal([*train, *watched], fold.train)
    rare = np.where(np.arange(N) == fold.train[0], 1, 0)
    assert len(held_out(fold, 0.25, seed=4, labels=rare)[1]) == 8


def test_hyperparameters_may_be_chosen_in_each_fold_from_its_training_rows() -> None:
    asked = []

    def choose(rows: np.ndarray) -> dict[str, float]:
        asked.append(rows)
        inner = [cross_validate(build, X[rows], Y[rows], 2, hyperparameters={"rate": rate}, seed=1, verbose=0, **FIT)
                 for rate in (0.01, 0.1)]  # fmt: skip
        return {"rate": 0.01 if inner[0].mean["loss"] < inner[1].mean["loss"] else 0.1, "epochs": 4}

    found = cross_validate(build, X, Y, 3, hyperparameters=choose, seed=1, verbose=0, batch_size=16, epochs=1)
    assert found.hyperparameters == ({"rate": 0.1, "epochs": 4},) * 3
    for rows, fold in zip(asked, found.folds, strict=True):
        np.testing.assert_array_equal(rows, fold.train)
    fixed = cross_validate(build, X, Y, 3, hyperparameters={"rate": 0.1}, seed=1, verbose=0, **FIT)
    np.testing.assert_array_equal(found.scores["loss"], fixed.scores["loss"])


def test_in_time_nothing_that_comes_later_is_used() -> None:
    stopper = callbacks.EarlyStopping(patience=0)
    times: Any = {"times": True, "max_train_size": "equal", "validation_split": 0.25, "callbacks": stopper}
    found = cross_validate(build, X, Y, 3, seed=2, verbose=0, **times, **FIT)
    assert np.isnan(found.predictions[:12]).all(), "no fold held these rows out"
    assert np.isfinite(found.predictions[12:]).all()
    later = X.copy()
    later[24:], first = 1e3, found.folds[0]
    assert first.validation.max() == 23
    other = cross_validate(build, later, Y, 3, seed=2, verbose=0, **times, **FIT)
    assert other.histories[0].history == found.histories[0].history
    np.testing.assert_array_equal(other.predictions[12:24], found.predictions[12:24])


def test_the_summary_is_a_table(five: CrossValidation, capsys: pytest.CaptureFixture[str]) -> None:
    lines = five.summary().split("\n")
    assert lines[0].split() == ["fold", "train", "held", "out", "epochs", "loss", "mae"]
    assert lines[2].split()[:4] == ["1", "38", "10", "4"]
    assert [line.split()[0] for line in lines[-3:]] == ["mean", "std", "std."]
    assert len({len(line) for line in lines}) == 1
    assert f"{five.mean['mae']:.4f}" in lines[-3]
    assert str(five) == five.summary()
    assert repr(five).startswith("<CrossValidation of 5 folds: loss")
    cross_validate(build, X, Y, 3, seed=1, verbose=2, **FIT)
    assert "3/3 members" in capsys.readouterr().out


def test_a_fold_that_diverges_leaves_the_others_alone() -> None:
    y = Y.copy()
    y[7] = 1e30
    found = cross_validate(build, X, y, 3, cv=sk.KFold(3), seed=1, verbose=0, **FIT)
    broken = [h.stop_reason is not None and "not finite" in h.stop_reason for h in found.histories]
    assert broken == [False, True, True]
    assert np.isfinite(found.histories[0].history["loss"]).all()


def test_what_cannot_be_validated_says_why() -> None:
    with pytest.raises(ArgumentError, match="folds need to take rows"):
        cross_validate(build, iter([(X, Y)]), None)
    with pytest.raises(ArgumentError, match="more folds than rows"):
        cross_validate(build, X, Y, 49)
    with pytest.raises(ShapeError, match="different numbers of rows"):
        cross_validate(build_scaled, X, Y[:40], adapt=True)
    with pytest.raises(ArgumentError, match="no layer that adapts"):
        cross_validate(build, X, Y, adapt=True)
    with pytest.raises(ArgumentError, match="CSVLogger"):
        cross_validate(build, X, Y, callbacks=[callbacks.CSVLogger("log.csv")])
    with pytest.raises(ArgumentError, match="leaves one part empty"):
        cross_validate(build, X, Y, validation_split=1.5)
    with pytest.raises(ArgumentError, match="one group only"):
        cross_validate(build, X, Y, 2, groups=np.arange(N) > 20, validation_split=0.2)
