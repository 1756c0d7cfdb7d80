"""Every hook in Keras's order and with Keras's arguments; what a hook changes takes effect."""

import numpy as np
import pytest

import nyuron
from callbacks.parity import VALID, WEIGHTS, X, Y, assert_same_end, assert_same_logs, both, network
from nyuron.callbacks import Callback, CallbackList, LambdaCallback
from nyuron.core import ArgumentError
from oracle import keras_oracle

HOOKS = [name for name in dir(Callback) if name.startswith("on_")]
OLDER = ("on_batch_begin", "on_batch_end")
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def recorder(base, hooks=HOOKS, act=None):
    """A callback of `base` that writes down its hooks."""

    def write(hook, older):
        def record(self, *arguments, logs=None):
            *place, given = (*arguments, logs) if logs is not None else arguments
            plain = {
                name: float(value) if np.ndim(value) == 0 else np.shape(value) for name, value in dict(given).items()
            }
            self.calls.append((hook, *place, plain))
            if act is not None:
                act(self, hook, *place)

        return record

    made = type("Recorder", (base,), {hook: write(hook, hook in OLDER) for hook in hooks if hook not in OLDER})
    callback = made()
    callback.calls = []
    return callback


def test_order_and_arguments_in_fit():
    ours, theirs = both(lambda room: [recorder(room.callbacks.Callback)])
    assert_same_logs(ours[1][0].calls, theirs[1][0].calls)
    assert {call[0] for call in ours[1][0].calls} == {h for h in HOOKS if "predict" not in h and h not in OLDER}
    assert ours[1][0].params == {"verbose": 0, "epochs": 4, "steps": 4} == theirs[1][0].params
    assert ours[1][0].model is ours[0]
    assert_same_end(ours, theirs)


@pytest.mark.parametrize("hooks", [["on_epoch_end"], ["on_test_end"], ["on_batch_end"], ["on_test_batch_end"]])
def test_each_kind_of_looking_gives_the_same_fit(hooks):
    def make(room):
        if hooks != ["on_batch_end"]:
            return [recorder(room.callbacks.Callback, hooks)]
        made = type(
            "Older", (room.callbacks.Callback,), {"on_batch_end": lambda s, b, logs: s.calls.append((b, logs))}
        )()
        made.calls = []
        return [made]

    ours, theirs = both(make, epochs=2)
    assert len(ours[1][0].calls) == len(theirs[1][0].calls) > 0
    assert_same_end(ours, theirs)


def test_looking_changes_nothing():
    plain = network(nyuron)
    unseen = plain.fit(X, Y, batch_size=16, epochs=3, validation_data=VALID, verbose=0, seed=1)
    for hooks in (["on_epoch_end"], ["on_train_batch_end"], ["on_test_batch_begin"]):
        model = network(nyuron)
        options = {"batch_size": 16, "epochs": 3, "validation_data": VALID, "verbose": 0, "seed": 1}
        seen = model.fit(X, Y, callbacks=recorder(Callback, hooks), **options)
        assert seen.history.keys() == unseen.history.keys()
        for name in seen.history:
            np.testing.assert_allclose(seen.history[name], unseen.history[name], rtol=1e-5)
        for a, b in zip(plain.get_weights(), model.get_weights(), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(
    ("hook", "place"),
    [
        ("on_train_begin", ()),
        ("on_epoch_begin", (1,)),
        ("on_train_batch_begin", (1,)),
        ("on_train_batch_end", (1,)),
        ("on_train_batch_end", (3,)),
        ("on_test_begin", ()),
        ("on_epoch_end", (1,)),
    ],
)
def test_stop_training(hook, place):
    def stop(callback, called, *at):
        if called == hook and at == place:
            callback.model.stop_training = True

    ours, theirs = both(lambda room: [recorder(room.callbacks.Callback, act=stop)])
    assert_same_logs(ours[1][0].calls, theirs[1][0].calls)
    assert_same_end(ours, theirs)


def test_stop_training_in_an_epoch_hook_alone():
    def stop(callback, called, epoch):
        if epoch == 1:
            callback.model.stop_training = True

    ours, theirs = both(lambda room: [recorder(room.callbacks.Callback, ["on_epoch_begin"], act=stop)])
    assert_same_end(ours, theirs)
    assert ours[2].epoch == [0, 1]


@pytest.mark.parametrize(
    "hook", ["on_train_begin", "on_epoch_begin", "on_train_batch_begin", "on_train_batch_end", "on_epoch_end"]
)
def test_weights_changed_in_a_hook(hook):
    def change(callback, called, *at):
        if called == hook and at in ((), (1,)):
            callback.model.set_weights([w * 0.5 for w in callback.model.get_weights()])

    ours, theirs = both(lambda room: [recorder(room.callbacks.Callback, [hook], act=change)])
    assert_same_end(ours, theirs)


def test_weights_changed_in_a_validation():
    def change(callback, called, *at):
        if called == "on_test_batch_end" and at == (0,):
            callback.model.layers[1].set_weights([np.ones((4, 1)), np.zeros(1)])

    options = {"validation_batch_size": 8}
    ours, theirs = both(lambda room: [recorder(room.callbacks.Callback, act=change)], **options)
    assert_same_end(ours, theirs)


@pytest.mark.parametrize("hook", ["on_epoch_begin", "on_train_batch_begin", "on_epoch_end"])
def test_learning_rate_changed_in_a_hook(hook):
    def change(callback, called, *at):
        if at == (1,):
            callback.model.optimizer.learning_rate = 0.005

    ours, theirs = both(lambda room: [recorder(room.callbacks.Callback, [hook], act=change)])
    assert_same_end(ours, theirs)


def test_logs_that_a_callback_adds_to_are_kept():
    def add(room):
        return [room.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: logs.update(square=float(epoch**2)))]

    ours, theirs = both(add)
    assert ours[2].history["square"] == [0.0, 1.0, 4.0, 9.0]
    assert_same_end(ours, theirs)


def test_evaluate_and_predict():
    seen = []
    for room in (nyuron, __import__("keras")):
        with keras_oracle():
            model, callback = network(room), recorder(room.callbacks.Callback)
            figures = model.evaluate(X, Y, batch_size=16, verbose=0, callbacks=[callback])
            outputs = model.predict(X, batch_size=16, verbose=0, callbacks=[callback])
        seen.append((callback.calls, figures, outputs))
    (ours, figures, outputs), (theirs, *expected) = seen
    assert [call[:-1] for call in ours] == [call[:-1] for call in theirs]
    assert [call[-1] for call in ours if "outputs" in call[-1]] == [{"outputs": (n, 1)} for n in (16, 16, 16, 2)]
    test_calls = [call for call in ours if "test" in call[0]]
    assert_same_logs(test_calls, [call for call in theirs if "test" in call[0]])
    np.testing.assert_allclose(figures, expected[0], rtol=1e-4)
    np.testing.assert_allclose(outputs, expected[1], rtol=1e-4, atol=1e-6)


def test_evaluate_and_predict_stop_when_asked():
    class Stop(Callback):
        def on_test_batch_end(self, batch, logs=None):
            self.model.stop_evaluating = batch == 1

        def on_predict_batch_end(self, batch, logs=None):
            self.model.stop_predicting = batch == 1

    model = network(nyuron)
    part = model.evaluate(X[:32], Y[:32], batch_size=16, verbose=0)
    np.testing.assert_allclose(model.evaluate(X, Y, batch_size=16, verbose=0, callbacks=Stop()), part, rtol=1e-6)
    assert model.predict(X, batch_size=16, callbacks=[Stop()]).shape == (32, 1)


def test_callback_list_flattens_and_forwards():
    seen = []
    one = LambdaCallback(on_epoch_begin=lambda epoch, logs: seen.append(epoch))
    listed = CallbackList([one, [one, (one,)]], add_history=True, model="m", steps=3)
    listed.on_epoch_begin(2)
    listed.on_epoch_end(2, {"loss": 1.0})
    assert seen == [2, 2, 2] and [c.model for c in listed] == ["m"] * 4
    assert listed.callbacks[-1].history == {"loss": [1.0]} and listed.callbacks[-1].params == {"steps": 3}
    model = network(nyuron)
    model.fit(X, Y, callbacks=listed, epochs=2, verbose=0)
    assert seen == [2, 2, 2, 0, 0, 0, 1, 1, 1]


def test_objects_with_some_hooks_alone_work():
    class Foreign:
        def __init__(self):
            self.epochs = []

        def set_model(self, model): ...

        def set_params(self, params): ...

        def on_epoch_end(self, epoch, logs=None):
            self.epochs.append((epoch, sorted(logs)))

    foreign = Foreign()
    network(nyuron).fit(X, Y, callbacks=[foreign], epochs=2, verbose=0)
    assert foreign.epochs == [(0, ["loss", "mae"]), (1, ["loss", "mae"])]


def test_an_error_in_a_hook_leaves_the_weights_of_that_moment():
    def fail(epoch, logs):
        raise ZeroDivisionError

    model = network(nyuron)
    with pytest.raises(ZeroDivisionError):
        model.fit(X, Y, callbacks=LambdaCallback(on_epoch_end=fail), verbose=0)
    assert not np.allclose(model.get_weights()[0], WEIGHTS[0])


def test_unknown_hook():
    with pytest.raises(ArgumentError, match="there is no hook 'on_batch'"):
        LambdaCallback(on_batch=print)


def test_why_a_fit_ended():
    def stop(epoch, logs):
        model.stop_training = epoch == 1

    model = network(nyuron)
    assert model.fit(X, Y, epochs=2, verbose=0).stop_reason is None
    stopped = model.fit(X, Y, epochs=4, verbose=0, callbacks=LambdaCallback(on_epoch_end=stop))
    assert stopped.stop_reason == "a callback asked for it" and stopped.epoch == [0, 1]
