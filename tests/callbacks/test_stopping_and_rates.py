"""EarlyStopping, the learning rate's callbacks, TerminateOnNaN and History against Keras."""

import warnings

import jax
import numpy as np
import pytest

import nyuron
from callbacks.parity import VALID, WEIGHTS, X, Y, assert_same_end, both, network
from nyuron.callbacks import Callback, EarlyStopping, History, LambdaCallback, ReduceLROnPlateau
from nyuron.core import ArgumentError, KindError, StateError
from nyuron.train import NonFiniteLossWarning

pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:.*which is not available:UserWarning"),
]

STOPPERS = {
    "plain": {"monitor": "val_loss"},
    "patience": {"monitor": "val_loss", "patience": 2},
    "restores": {"monitor": "val_loss", "patience": 3, "restore_best_weights": True},
    "restores untriggered": {"monitor": "val_loss", "patience": 30, "restore_best_weights": True},
    "min_delta": {"monitor": "loss", "min_delta": 0.5, "patience": 1, "restore_best_weights": True},
    "baseline": {"monitor": "val_mae", "baseline": 0.2, "patience": 4},
    "baseline reached": {"monitor": "loss", "baseline": 5.0, "patience": 4},
    "late": {"monitor": "val_loss", "start_from_epoch": 5, "patience": 1, "restore_best_weights": True},
    "max": {"monitor": "loss", "mode": "max", "patience": 2, "restore_best_weights": True},
    "frequency": {"monitor": "val_loss", "patience": 1, "restore_best_weights": True, "every": 2},
    "frequency list": {"monitor": "val_loss", "patience": 1, "restore_best_weights": True, "every": [1, 2, 4, 7]},
}


class Looks(Callback):
    """Makes a fit come up at this hook."""

    def __init__(self, hook):
        super().__init__()
        setattr(self, hook, lambda *arguments, logs=None: None)


class OwnStopping(EarlyStopping):
    """A subclass: asked on the host."""


@pytest.mark.parametrize("case", STOPPERS)
def test_early_stopping(case):
    settings = dict(STOPPERS[case])
    every = settings.pop("every", 1)

    def make(room):
        return [room.callbacks.EarlyStopping(**settings)]

    options = {"epochs": 12, "validation_freq": every}
    ours, theirs = both(make, rate=0.3, **options)
    assert_same_end(ours, theirs)
    expected = theirs[1][0]
    assert len(ours[2].epoch) < 12 or case == "restores untriggered"
    ways = {
        "in the run": ours,
        "epochs seen": fit_beside(EarlyStopping(**settings), [Looks("on_epoch_end")], options),
        "steps seen": fit_beside(EarlyStopping(**settings), [Looks("on_train_batch_end")], options),
        "on the host": fit_beside(OwnStopping(**settings), [], options),
    }
    for way, (model, (stopper, *_), history) in ways.items():
        for name in ("wait", "best_epoch", "stopped_epoch"):
            assert getattr(stopper, name) == getattr(expected, name), (way, name)
        np.testing.assert_allclose(stopper.best, expected.best, rtol=1e-4)
        assert history.epoch == ours[2].epoch, way
        assert (history.stop_reason == "early stopping") == (len(history.epoch) < 12), way
        for a, b in zip(model.get_weights(), ours[0].get_weights(), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-7, err_msg=way)
        for figure in history.history:
            np.testing.assert_allclose(history.history[figure], ours[2].history[figure], rtol=1e-5, err_msg=way)


def fit_beside(stopper, others, options):
    model, callbacks = network(nyuron, 0.3), [stopper, *others]
    history = model.fit(
        X, Y, batch_size=16, shuffle=False, validation_data=VALID, verbose=0, callbacks=callbacks, **options
    )
    return model, callbacks, history


def test_two_early_stoppings():
    def make(room):
        stopper = room.callbacks.EarlyStopping
        return [stopper("loss", min_delta=0.2, patience=4), stopper("val_loss", patience=2)]

    ours, theirs = both(make, rate=0.3, epochs=12)
    assert_same_end(ours, theirs)
    assert [c.stopped_epoch for c in ours[1]] == [c.stopped_epoch for c in theirs[1]]


def test_a_figure_that_another_callback_logs():
    def make(room):
        bowl = [3.0, 1.0, 2.0, 2.0, 2.0]
        adds = room.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: logs.update(bowl=bowl[epoch]))
        return [adds, room.callbacks.EarlyStopping("bowl", mode="min", patience=2, restore_best_weights=True)]

    ours, theirs = both(make, epochs=5)
    assert ours[2].epoch == [0, 1, 2, 3] and ours[1][1].best == 1.0
    assert_same_end(ours, theirs)


def test_early_stopping_says_so(capsys):
    stopper = EarlyStopping("loss", mode="max", patience=1, verbose=1, restore_best_weights=True)
    network(nyuron).fit(X, Y, epochs=9, verbose=0, callbacks=stopper)
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["Epoch 2: early stopping", "Restoring model weights from the end of the best epoch: 1."]


@pytest.mark.parametrize(
    ("settings", "fix"),
    [
        ({"monitor": "val_loss"}, "pass validation_data"),
        ({"monitor": "los"}, "correct monitor="),
        ({"monitor": "x"}, ""),
    ],
)
def test_early_stopping_on_nothing(settings, fix):
    with pytest.raises(ArgumentError, match=f"is not logged(.|\n)*{fix}"):
        network(nyuron).fit(X, Y, verbose=0, callbacks=EarlyStopping(**settings))


def test_direction_by_the_metric():
    from nyuron.metrics import MeanAbsoluteError, R2Score

    model = network(nyuron)
    model.compile("sgd", "mse", metrics=[R2Score(name="fit"), MeanAbsoluteError(name="off")])
    stoppers = [EarlyStopping("fit", patience=9), EarlyStopping("off", patience=9)]
    history = model.fit(X, Y, epochs=4, verbose=0, callbacks=stoppers).history
    assert stoppers[0].best == pytest.approx(max(history["fit"]))
    assert stoppers[1].best == pytest.approx(min(history["off"]))
    with pytest.raises(ArgumentError, match="whether more or less of 'wobble' is better"):
        model.compile("sgd", "mse", metrics=[wobble])
        model.fit(X, Y, verbose=0, callbacks=EarlyStopping("wobble"))


def wobble(y_true, y_pred):
    return jax.numpy.mean(y_pred, axis=-1)


@pytest.mark.parametrize(
    "settings",
    [
        {"monitor": "val_loss", "patience": 1, "factor": 0.5},
        {"monitor": "val_loss", "patience": 1, "factor": 0.1, "min_lr": 0.1, "cooldown": 2},
        {"monitor": "loss", "mode": "max", "patience": 2, "min_delta": 0.1},
        {"monitor": "absent", "mode": "min"},
    ],
)
def test_reduce_on_plateau(settings):
    def make(room):
        return [room.callbacks.ReduceLROnPlateau(**settings)]

    ours, theirs = both(make, rate=0.3, epochs=10)
    assert_same_end(ours, theirs)
    rates = ours[2].history["learning_rate"]
    assert (rates[-1] < rates[0]) == (settings["monitor"] != "absent")
    assert ours[1][0].cooldown_counter == theirs[1][0].cooldown_counter


def test_reduce_on_plateau_says_so(capsys):
    told = ReduceLROnPlateau("loss", mode="max", patience=1, factor=0.5, verbose=1)
    network(nyuron, 0.5).fit(X, Y, epochs=2, verbose=0, callbacks=told)
    assert capsys.readouterr().out == "\nEpoch 2: ReduceLROnPlateau reducing learning rate to 0.25.\n"
    with pytest.raises(ArgumentError, match="factor < 1"):
        ReduceLROnPlateau(factor=1.0)


@pytest.mark.parametrize("takes_rate", [True, False])
def test_learning_rate_scheduler(takes_rate, capsys):
    def make(room):
        schedule = (lambda epoch, rate: rate * 0.7) if takes_rate else (lambda epoch: 0.1 / (epoch + 1))
        return [room.callbacks.LearningRateScheduler(schedule, verbose=1)]

    ours, theirs = both(make, validation_data=None)
    assert_same_end(ours, theirs)
    said = [line for line in capsys.readouterr().out.splitlines() if line]
    assert len(said) == 8 and said[0].startswith("Epoch 1: LearningRateScheduler setting learning rate to 0.")


def test_learning_rate_scheduler_that_gives_no_number():
    scheduler = nyuron.callbacks.LearningRateScheduler(lambda epoch: "fast")
    with pytest.raises(KindError, match="gave no number"):
        network(nyuron).fit(X, Y, verbose=0, callbacks=scheduler)
    model = network(nyuron, nyuron.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9))
    with pytest.raises(KindError, match="is a schedule"):
        model.fit(X, Y, verbose=0, callbacks=nyuron.callbacks.LearningRateScheduler(lambda epoch: 0.1))


@pytest.mark.parametrize("looks", [[], ["on_epoch_end"], ["on_train_batch_end"]])
@pytest.mark.parametrize("bad_row", [20, 49])
def test_loss_that_is_no_number(looks, bad_row, capsys):
    x = X.copy()
    x[bad_row] = 1e30
    terminator = nyuron.callbacks.TerminateOnNaN()
    model = network(nyuron)
    model.compile("sgd", "mse")
    good = network(nyuron)
    good.compile("sgd", "mse")
    clean = (bad_row // 10 - 1) * 10  # The weights of the last finite loss: before the step that it led to.
    good.fit(X[:clean], Y[:clean], batch_size=10, shuffle=False, verbose=0)
    y = Y.copy()
    y[bad_row] = 1e30
    callbacks = [terminator, *map(Looks, looks)]
    with pytest.warns(NonFiniteLossWarning, match=f"epoch 1, step {bad_row // 10 + 1}"):
        history = model.fit(
            x, y, batch_size=10, epochs=3, shuffle=False, verbose=0, callbacks=callbacks, validation_data=VALID
        )
    assert model.stop_training and history.epoch == [0] and not np.isfinite(history.history["loss"]).any()
    assert "val_loss" not in history.history
    assert f"Batch {bad_row // 10}: Invalid loss, terminating training" in capsys.readouterr().out
    for a, b in zip(model.get_weights(), good.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-7)


def test_loss_that_is_no_number_as_an_error():
    model = network(nyuron, 1e30)
    with pytest.warns(NonFiniteLossWarning), pytest.raises(StateError, match="NaN or Inf loss encountered at batch"):
        model.fit(X, Y, epochs=5, verbose=0, callbacks=nyuron.callbacks.TerminateOnNaN(raise_error=True))


def test_history_among_the_callbacks_is_the_one_that_is_filled():
    own = History()
    model = network(nyuron)
    assert model.fit(X, Y, epochs=2, verbose=0, callbacks=[own]) is own is model.history
    assert own.epoch == [0, 1] and len(own.history["loss"]) == 2 and own.params["epochs"] == 2
    assert model.fit(X, Y, epochs=4, initial_epoch=2, verbose=0, callbacks=own) is own
    assert own.epoch == [2, 3] and len(own.history["loss"]) == 4
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert repr(own).startswith("<History of 2 epochs: loss=")


def test_ema_weights_are_final():
    optimizer = nyuron.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5)
    model = network(nyuron, 0.1)
    model.compile(optimizer, "mse")
    during = []
    look = LambdaCallback(on_epoch_end=lambda epoch, logs: during.append(model.get_weights()))
    model.fit(X, Y, epochs=2, verbose=0, callbacks=look)
    assert not np.allclose(during[-1][0], model.get_weights()[0])
    assert not np.allclose(model.get_weights()[0], WEIGHTS[0])
