"""Fits over sources of batches: the same as over arrays, where they end, what is drawn of them, and going on."""

import itertools

import numpy as np
import pytest

import nyuron
from callbacks.parity import VALID, X, Y, network
from nyuron.callbacks import BackupAndRestore, LambdaCallback
from nyuron.core import ArgumentError, DataError
from oracle import keras_oracle

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
SIZE = 16
BATCHES = [(X[i : i + SIZE], Y[i : i + SIZE]) for i in range(0, 48, SIZE)]


def endless(drawn=None):
    for batch in itertools.cycle(BATCHES):
        if drawn is not None:
            drawn.append(batch)
        yield batch


class Loader:
    """A stand-in for torch's DataLoader."""

    batch_size, dataset = SIZE, None

    def __iter__(self):
        return ([x, y] for x, y in BATCHES)

    def __len__(self):
        return len(BATCHES)


class Pieces:
    """A PyDataset by its methods; counts its passes."""

    def __init__(self):
        self.begun = self.ended = 0

    def __len__(self):
        return len(BATCHES)

    def __getitem__(self, i):
        return BATCHES[i]

    def on_epoch_begin(self):
        self.begun += 1

    def on_epoch_end(self):
        self.ended += 1


class Tensors:
    """A stand-in for tf.data.Dataset."""

    def as_numpy_iterator(self):
        return iter(BATCHES)

    def cardinality(self):
        return np.int64(len(BATCHES))


def assert_same_fit(model, history, other, expected):
    assert history.history.keys() == expected.history.keys() and history.epoch == expected.epoch
    for name, values in expected.history.items():
        np.testing.assert_allclose(history.history[name], values, rtol=1e-5, err_msg=name)
    for a, b in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-7)


@pytest.fixture(scope="module")
def over_arrays():
    model = network(nyuron)
    options = {"batch_size": SIZE, "epochs": 3, "shuffle": False, "verbose": 0, "validation_data": VALID}
    return model, model.fit(X[:48], Y[:48], **options)


SOURCES = {
    "function": (lambda: lambda: iter(BATCHES), {}),
    "endless generator": (endless, {"steps_per_epoch": 3}),
    "generator of just enough": (lambda: (b for b in BATCHES * 3), {"steps_per_epoch": 3}),
    "PyDataset": (Pieces, {}),
    "DataLoader": (Loader, {}),
    "tf.data": (Tensors, {}),
    "function, passes in a row": (lambda: lambda: iter(BATCHES * 2), {"steps_per_epoch": 3}),
}


@pytest.mark.parametrize("case", SOURCES)
@pytest.mark.parametrize("is_watched", [False, True])
def test_every_source_trains_as_arrays_do(case, is_watched, over_arrays):
    make, options = SOURCES[case]
    model = network(nyuron)
    looks = [LambdaCallback(on_train_batch_end=lambda batch, logs: None)] if is_watched else []
    options = {"batch_size": None, "epochs": 3, "verbose": 0, "validation_data": VALID, **options}
    history = model.fit(make(), callbacks=looks, **options)
    assert_same_fit(model, history, *over_arrays)
    assert history.params["steps"] == (None if case == "function" else 3)


def test_validation_from_sources(over_arrays):
    pairs = [(VALID[0][:10], VALID[1][:10]), (VALID[0][10:], VALID[1][10:])]
    for source, steps in (
        (lambda: iter(pairs), None),
        ((p for p in pairs), None),  # A generator: kept for the later epochs.
        (itertools.cycle(pairs), 2),
        (lambda: itertools.cycle(pairs), 2),
    ):
        for x in (BATCHES_AS_ARRAYS, None):
            model = network(nyuron)
            options = {
                "epochs": 3,
                "shuffle": False,
                "verbose": 0,
                "validation_data": source,
                "validation_steps": steps,
            }
            if x is None:
                history = model.fit(Loader(), **options)
                source = itertools.cycle(pairs) if steps else (lambda: iter(pairs))
            else:
                history = model.fit(*x, batch_size=SIZE, **options)
                source = itertools.cycle(pairs) if steps else (lambda: iter(pairs))
            assert_same_fit(model, history, *over_arrays)


BATCHES_AS_ARRAYS = (X[:48], Y[:48])


def test_validation_steps():
    model = network(nyuron)
    options = {"batch_size": 4, "epochs": 1, "verbose": 0, "validation_data": VALID, "validation_steps": 2}
    found = model.fit(X, Y, **options).history["val_loss"]
    np.testing.assert_allclose(found, model.evaluate(VALID[0][:8], VALID[1][:8], verbose=0)[0], rtol=1e-5)
    found = model.fit(Loader(), validation_batch_size=5, **{**options, "batch_size": None}).history["val_loss"]
    np.testing.assert_allclose(found, model.evaluate(VALID[0][:10], VALID[1][:10], verbose=0)[0], rtol=1e-5)


def test_validation_source_that_runs_out():
    pairs = iter([VALID] * 3)
    with pytest.warns(UserWarning, match=r"validation_data\): your input ran out of data"):
        history = network(nyuron).fit(
            X, Y, epochs=3, verbose=0, validation_data=pairs, validation_steps=2, validation_batch_size=1
        )
    assert len(history.history["val_loss"]) == 3 and np.isfinite(history.history["val_loss"]).all()
    with pytest.raises(DataError, match="the source gave no batch"):
        network(nyuron).fit(X, Y, verbose=0, validation_data=iter([]))


@pytest.mark.parametrize("every", [2, [1, 4], [3]])
@pytest.mark.parametrize("source", ["arrays", "batches"])
def test_validation_freq(every, source):
    results = []
    for room in (nyuron, __import__("keras")):
        with keras_oracle():
            model = network(room)
            options = {"epochs": 4, "verbose": 0, "validation_data": VALID, "validation_freq": every}
            if source == "arrays" or room is not nyuron:
                history = model.fit(X[:48], Y[:48], batch_size=SIZE, shuffle=False, **options)
            else:
                history = model.fit(Loader(), **options)
        results.append((model, history))
    ours, theirs = results[0][1].history, results[1][1].history
    assert ours.keys() == theirs.keys()
    for name in ours:
        np.testing.assert_allclose(ours[name], theirs[name], rtol=1e-4)


def test_validation_freq_of_another_kind():
    with pytest.raises(ArgumentError, match="validation_freq cannot be used"):
        network(nyuron).fit(X, Y, verbose=0, validation_data=VALID, validation_freq=0)


@pytest.mark.parametrize(
    ("source", "options", "epochs", "place"),
    [
        (lambda: iter(BATCHES), {}, [0], "epoch 2 of 4"),
        (lambda: iter(BATCHES * 2), {"steps_per_epoch": 4}, [0, 1], "epoch 2, step 3 of 4"),
        (lambda: iter(BATCHES * 2), {"steps_per_epoch": 3}, [0, 1], "epoch 3 of 4"),
        (lambda: iter(BATCHES), {"steps_per_epoch": 5}, [0], "epoch 1, step 4 of 4"),
    ],
)
@pytest.mark.parametrize("is_watched", [False, True])
def test_a_generator_that_ends_early(source, options, epochs, place, is_watched):
    looks = [LambdaCallback(on_train_batch_end=lambda batch, logs: None)] if is_watched else []
    model = network(nyuron)
    with pytest.warns(UserWarning, match=f"your input ran out of data before {place}(.|\n)*steps_per_epoch \\* epochs"):
        history = model.fit(source(), epochs=4, verbose=0, callbacks=looks, validation_data=VALID, **options)
    assert history.epoch == epochs and "the data ran out before" in history.stop_reason
    assert len(history.history["val_loss"]) == len(epochs)


def test_no_more_is_drawn_of_a_generator_than_is_used():
    drawn = []
    source = endless(drawn)
    network(nyuron).fit(source, epochs=2, steps_per_epoch=4, verbose=0)
    assert len(drawn) == 8


def test_steps_of_an_epoch_over_arrays():
    model, calls = network(nyuron), []
    counts = LambdaCallback(on_train_batch_end=lambda batch, logs: calls.append(batch))
    options = {"batch_size": 10, "shuffle": False, "verbose": 0, "callbacks": counts}
    model.fit(X, Y, epochs=2, steps_per_epoch=2, **options)
    assert calls == [0, 1, 0, 1]
    straight = network(nyuron)  # The second epoch goes on where the first stopped.
    straight.fit(X[:40], Y[:40], batch_size=10, shuffle=False, verbose=0)
    np.testing.assert_allclose(model.get_weights()[0], straight.get_weights()[0], rtol=1e-6)
    calls.clear()
    with pytest.warns(UserWarning, match="`steps_per_epoch` = 9 batches; there are 5"):
        model.fit(X, Y, epochs=2, steps_per_epoch=9, **options)
    assert calls == [*range(5)] * 2


def test_passes_of_a_py_dataset():
    source = Pieces()
    network(nyuron).fit(source, epochs=3, verbose=0)
    assert source.begun == source.ended == 3


def test_arrays_a_part_at_a_time():
    whole, parts = network(nyuron), network(nyuron)
    options = {"batch_size": 8, "epochs": 3, "validation_data": VALID, "verbose": 0, "seed": 5}
    for more in ({}, {"steps_per_epoch": 4}):
        expected = whole.fit(X, Y, **options, **more)
        assert_same_fit(parts, parts.fit(X, Y, memory_budget=300, **options, **more), whole, expected)


class Breaks:
    """A callback that fails at a step."""

    def __init__(self, epoch, batch):
        self.at, self.epoch = (epoch, batch), 0

    def set_model(self, model): ...

    def set_params(self, params): ...

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_begin(self, batch, logs=None):
        if (self.epoch, batch) == self.at:
            raise ConnectionError


RESUMED = {
    "function": (lambda: lambda: iter(BATCHES * 2), {}),
    "DataLoader, passes in a row": (Loader, {"steps_per_epoch": 5}),
    "generator": (endless, {"steps_per_epoch": 4}),
    "arrays a part at a time": (None, {"memory_budget": 300, "batch_size": 8}),
    "arrays, few steps": (None, {"memory_budget": 300, "batch_size": 8, "steps_per_epoch": 4}),
}


@pytest.mark.parametrize("case", RESUMED)
@pytest.mark.parametrize("at", [(0, 2), (1, 1), (2, 3)])
def test_going_on_in_the_middle_of_an_epoch(case, at, tmp_path):
    make, more = RESUMED[case]
    options = {"epochs": 3, "verbose": 0, "validation_data": VALID, "seed": 2, **more}
    looks = LambdaCallback(on_train_batch_end=lambda batch, logs: None)

    def start(model, callbacks):
        data = (X, Y) if make is None else (make(),)
        return model.fit(*data, callbacks=callbacks, **options)

    whole, broken, again = network(nyuron), network(nyuron), network(nyuron)
    expected = start(whole, [looks])
    backup = BackupAndRestore(tmp_path / "backup", save_freq=1)
    with pytest.raises(ConnectionError):
        start(broken, [backup, Breaks(*at)])
    history = start(again, [backup, looks])
    assert history.history == expected.history and history.epoch == expected.epoch
    for a, b in zip(again.get_weights(), whole.get_weights(), strict=True):
        assert np.array_equal(a, b)


def test_going_on_unwatched(tmp_path):
    whole, broken, again = network(nyuron), network(nyuron), network(nyuron)
    options = {"epochs": 3, "steps_per_epoch": 4, "verbose": 0, "validation_data": VALID, "seed": 2}
    expected = whole.fit(endless(), **options)
    with pytest.raises(ConnectionError):
        broken.fit(endless(), callbacks=[BackupAndRestore(tmp_path / "backup", save_freq=3), Breaks(2, 1)], **options)
    history = again.fit(endless(), resume=tmp_path / "backup", **options)
    assert_same_fit(again, history, whole, expected)


def test_going_on_with_other_data_is_an_error(tmp_path):
    def shuffled():
        order = np.random.default_rng(state.pop()).permutation(48)
        return iter([(X[order[i : i + SIZE]], Y[order[i : i + SIZE]]) for i in range(0, 48, SIZE)])

    state = [3, 2, 1, 0]
    backup = BackupAndRestore(tmp_path / "backup", save_freq=1)
    with pytest.raises(ConnectionError):
        network(nyuron).fit(shuffled, epochs=2, verbose=0, callbacks=[backup, Breaks(0, 2)])
    with pytest.raises(DataError, match="does not give the batches that it gave to the broken run"):
        network(nyuron).fit(shuffled, epochs=2, verbose=0, callbacks=[backup])


def test_what_does_not_go_with_batches():
    for options, name in (
        ({"y": Y}, "y"),
        ({"sample_weight": Y}, "sample_weight"),
        ({"validation_split": 0.5}, "vali"),
    ):
        with pytest.raises(ArgumentError, match=f"{name}.* must not be given beside a source of batches"):
            network(nyuron).fit(Loader(), verbose=0, **options)
    with pytest.raises(DataError, match="gave no batch"):
        network(nyuron).fit(iter([]), verbose=0)


def test_evaluate_and_predict_over_batches():
    model = network(nyuron)
    expected, outputs = model.evaluate(X[:48], Y[:48], verbose=0), model.predict(X[:48])
    for source in (Loader(), lambda: iter(BATCHES), iter(BATCHES), Pieces()):
        np.testing.assert_allclose(model.evaluate(source, verbose=0), expected, rtol=1e-5)
    np.testing.assert_allclose(model.evaluate(endless(), steps=3, verbose=0), expected, rtol=1e-5)
    np.testing.assert_allclose(model.predict(Loader()), outputs, rtol=1e-5, atol=1e-7)
    assert model.predict(endless(), steps=2).shape == (32, 1)
