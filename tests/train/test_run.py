"""The compiled run: streaming, members, resuming, stopping, non-finite losses, one compilation."""

import jax
import numpy as np
import pytest

import nyuron
from nyuron import core, train
from nyuron.callbacks import BackupAndRestore, Callback, EarlyStopping
from nyuron.layers import BatchNormalization, Dense, Dropout, split_frozen
from nyuron.models import Sequential
from nyuron.models._prepare import task_for
from nyuron.optimizers import SGD, Adam

RNG = np.random.default_rng(0)
X = RNG.normal(size=(200, 8)).astype("float32")
Y = (X[:, :1] ** 2 + X[:, 1:2]).astype("float32")


def build(seed=1, rate=0.01):
    nyuron.set_random_seed(seed)
    model = Sequential([Dense(16, activation="relu"), BatchNormalization(), Dropout(0.2), Dense(1)])
    model.compile(Adam(rate), loss="mse", metrics=["mae"])
    model.build((None, 8))
    return model


def same(a, b):
    return all(np.array_equal(p, q) for p, q in zip(a.get_weights(), b.get_weights(), strict=True))


def test_same_seed_same_result():
    first, second, third = build(), build(), build()
    for model, seed in ((first, 3), (second, 3), (third, 4)):
        model.fit(X, Y, epochs=2, verbose=0, seed=seed)
    assert same(first, second) and not same(first, third)


def test_streamed_equals_in_memory():
    a, b = build(), build()
    in_memory = a.fit(X, Y, epochs=3, verbose=0, seed=3, validation_split=0.2)
    streamed = b.fit(X, Y, epochs=3, verbose=0, seed=3, validation_split=0.2, memory_budget=1)
    assert same(a, b)
    for name, values in in_memory.history.items():
        np.testing.assert_allclose(streamed.history[name], values, rtol=1e-5)


def test_chunked_dispatches_equal_one():
    class EveryBatch(Callback):
        seen = 0

        def on_train_batch_end(self, batch, logs=None):
            self.seen += 1

    a, b, counter = build(), build(), EveryBatch()
    a.fit(X, Y, epochs=2, verbose=0, seed=3)
    b.fit(X, Y, epochs=2, verbose=0, seed=3, callbacks=[counter])
    assert same(a, b) and counter.seen == 14


@pytest.mark.parametrize("side_by_side", [1, 3])
def test_members_equal_runs_alone(side_by_side):
    models = [build(i, 0.003 * (1 + i)) for i in range(5)]
    tasks, weights = [], []
    for model in models:
        model.build((None, 8))
        task, _ = task_for(model, (Y,))
        params, frozen = split_frozen(task.graph, model.slot.params)
        tasks.append(task)
        weights.append((params, frozen, model.slot.state))
    data = ((X,), (Y,), (None,))
    held = ((X[:50],), (Y[:50],), (None,))
    settings = train.Settings(epochs=6, seed=5)
    rules = [train.StoppingRule(monitor=2, patience=p, restores_best=True) for p in (1.0, 6.0, 1.0, 6.0, 1.0)]
    population = train.train_members(
        tasks, weights, data, settings, rules=rules, validation=held, side_by_side=side_by_side
    )
    for i in range(5):
        run = train.Run(tasks[i], *weights[i], data, settings, rule=rules[i], validation=held)
        finished = []
        while not run.is_done:
            finished += run.advance()
        alone, state = run.weights()
        together = [a[i] for a in jax.tree.leaves((population.params, population.layers))]
        for a, b in zip(together, jax.tree.leaves((alone, state)), strict=True):
            if side_by_side == 1:
                np.testing.assert_array_equal(a, b)
            np.testing.assert_allclose(a, b, rtol=2e-4, atol=2e-5)
        assert population.epochs[i] == len(finished)
        np.testing.assert_allclose(population.logs[2][i][: len(finished)], [f.values[2] for f in finished], rtol=1e-3)


def test_members_have_their_own_rows():
    models = [build(1) for _ in range(2)]
    parts = []
    for model in models:
        model.build((None, 8))
        task, _ = task_for(model, (Y,))
        params, frozen = split_frozen(task.graph, model.slot.params)
        parts.append((task, (params, frozen, model.slot.state)))
    rows = np.stack([np.arange(100), np.arange(100, 200)]).astype("int32")
    settings = train.Settings(epochs=2, seed=5)
    both = train.train_members([p[0] for p in parts], [p[1] for p in parts], ((X,), (Y,), (None,)), settings, rows=rows)
    run = train.Run(parts[1][0], *parts[1][1], ((X[100:],), (Y[100:],), (None,)), settings)
    while not run.is_done:
        run.advance()
    for a, b in zip(jax.tree.leaves(both.params), jax.tree.leaves(run.weights()[0]), strict=True):
        np.testing.assert_array_equal(a[1], b)


def test_members_must_be_alike():
    tasks = []
    for width in (3, 4):
        model = Sequential([Dense(width, input_shape=(8,)), Dense(1)])
        model.compile("adam", loss="mse")
        tasks.append(task_for(model, (Y,))[0])
    with pytest.raises(core.ArgumentError, match="one structure"):
        train.train_members(tasks, [], ((X,), (Y,), (None,)), train.Settings())


@pytest.mark.parametrize("inside", [True, False])
def test_early_stopping_as_in_keras(inside):
    class Subclass(EarlyStopping):
        """Runs on the host, by Keras's own logic."""

    stopper = (EarlyStopping if inside else Subclass)(patience=2, restore_best_weights=True)
    model = build(rate=0.05)
    history = model.fit(X, Y, epochs=60, verbose=0, seed=3, validation_split=0.25, callbacks=[stopper])
    losses = history.history["val_loss"]
    best = int(np.argmin(losses))
    assert stopper.best_epoch == best and stopper.stopped_epoch == best + 2 == len(losses) - 1
    assert model.evaluate(X[150:], Y[150:], verbose=0)[0] == pytest.approx(min(losses), rel=1e-4)


def test_resumed_mid_epoch_equals_unbroken(tmp_path):
    class Break(Callback):
        steps = 0

        def on_train_batch_end(self, batch, logs=None):
            self.steps += 1
            if self.steps == 10:
                raise RuntimeError("power cut")

    broken, whole = build(), build()
    with pytest.raises(RuntimeError):
        broken.fit(X, Y, epochs=3, verbose=0, seed=3, callbacks=[Break(), BackupAndRestore(tmp_path / "b")])
    assert (tmp_path / "b" / "state.nyuron").is_file()
    resumed = build(seed=99)
    history = resumed.fit(X, Y, epochs=3, verbose=0, callbacks=[BackupAndRestore(tmp_path / "b")])
    unbroken = whole.fit(X, Y, epochs=3, verbose=0, seed=3)
    assert same(resumed, whole) and history.history == unbroken.history
    assert not (tmp_path / "b").exists()


def test_non_finite_loss_stops_and_keeps_the_last_good_weights():
    model = build()
    model.compile(SGD(1e4), loss="mse")
    with pytest.warns(train.NonFiniteLossWarning, match=r"epoch 1, step \d+.*\n.*first: .*layer 'dense"):
        history = model.fit(X, Y, epochs=3, verbose=0, seed=3)
    assert "not finite" in history.stop_reason
    assert all(np.isfinite(w).all() for w in model.get_weights())


def test_a_loop_of_fits_compiles_once():
    build().fit(X, Y, epochs=1, verbose=0)
    before = train.run_program.cache_size()
    for i in range(5):
        model = Sequential(
            [Dense(16, activation="relu"), BatchNormalization(), Dropout(0.1 + i / 50), Dense(1)], name=f"m{i}"
        )
        model.compile(Adam(0.001 * (i + 1)), loss="mse", metrics=["mae"])
        model.fit(X, Y, epochs=1, verbose=0)
    assert train.run_program.cache_size() == before


def test_last_partial_batch_counts_by_its_rows():
    model = Sequential([Dense(1, input_shape=(8,), kernel_initializer="zeros")])
    model.compile(SGD(0.0), loss="mse")
    history = model.fit(X[:70], Y[:70], batch_size=32, verbose=0)
    assert history.history["loss"][0] == pytest.approx(float((Y[:70] ** 2).mean()), rel=1e-5)


@pytest.mark.parametrize("method", ["lbfgs", "cg", "levenberg_marquardt", "newton"])
def test_full_batch_methods_beat_adam(method):
    x = np.linspace(0, 1, 100, dtype="float32")[:, None]
    y = np.sin(6 * x)
    results = {}
    for optimizer in (method, Adam(0.01)):
        nyuron.set_random_seed(0)
        model = Sequential([Dense(6, activation="tanh", input_shape=(1,)), Dense(1)])
        model.compile(optimizer, loss="mse")
        results[str(optimizer)] = model.fit(x, y, epochs=60, batch_size=100, verbose=0).history["loss"][-1]
    assert results[method] < min(v for k, v in results.items() if k != method)
