"""Populations: each member is the run alone, on its own rows, with its own rule; ensembles; files; failures."""

import numpy as np
import pytest

import nyuron
from nyuron import callbacks, layers, optimizers, train, utils
from nyuron.core import ArgumentError, KindError, StateError
from nyuron.populations import Population, fit_many

RNG = np.random.default_rng(0)
X = RNG.normal(size=(104, 3)).astype(np.float32)
Y = (X[:, :1] * 2 + np.sin(X[:, 1:2])).astype(np.float32)
FIT = {"epochs": 4, "batch_size": 16, "validation_split": 0.25}


def build(units=4, rate=0.01, dropout=0.2):
    model = nyuron.Sequential([layers.Dense(units, "relu"), layers.Dropout(dropout), layers.Dense(1)])
    model.compile(optimizers.Adam(rate), "mse", metrics=["mae"])
    return model


def alone(values, seed, **options):
    utils.set_random_seed(seed)
    model = build(**values)
    return model, model.fit(X, Y, verbose=0, **{**FIT, **options})


VALUES = {"units": [4, 4, 5, 4], "rate": [0.01, 0.3, 0.01, 0.001], "dropout": [0.1, 0.2, 0.3, 0.4]}


@pytest.fixture(scope="module")
def population():
    stopper = callbacks.EarlyStopping(patience=1, restore_best_weights=True)
    made = Population(build, hyperparameters=VALUES, seed=5)
    made.fit(X, Y, callbacks=[stopper], **FIT)
    return made


@pytest.mark.parametrize("i", range(4))
def test_each_member_is_the_run_alone(population, i):
    stopper = callbacks.EarlyStopping(patience=1, restore_best_weights=True)
    model, history = alone(population.hyperparameters[i], 5 + i, callbacks=[stopper])
    assert population.histories[i].history == history.history
    assert population.histories[i].seed == history.seed
    assert population.histories[i].stop_reason == history.stop_reason
    for mine, theirs in zip(population[i].get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_a_second_fit_goes_on_like_the_second_fit_alone():
    population = Population(build, 2, seed=8)
    population.fit(X, Y, **FIT)
    population.fit(X, Y, **FIT)
    model, _ = alone({}, 9)
    history = model.fit(X, Y, verbose=0, **FIT)
    assert population.histories[1].history == history.history


def test_side_by_side_equals_alone_up_to_rounding():
    rates = {"rate": [0.01, 0.02, 0.03, 0.2, 0.05, 0.01]}
    stopper = callbacks.EarlyStopping(patience=0, restore_best_weights=True)
    options = {**FIT, "epochs": 8, "callbacks": [stopper]}
    one = fit_many(build, X, Y, hyperparameters=rates, seed=1, **options)
    many = fit_many(build, X, Y, hyperparameters=rates, seed=1, side_by_side=4, **options)
    lengths = [len(h.epoch) for h in one.histories]
    assert len(set(lengths)) > 1, "the members should stop at different times"
    assert [len(h.epoch) for h in many.histories] == lengths
    np.testing.assert_allclose(many.predict(X), one.predict(X), rtol=1e-4, atol=1e-5)
    for a, b in zip(one.histories, many.histories, strict=True):
        np.testing.assert_allclose(a.history["val_mae"], b.history["val_mae"], rtol=1e-4)


def test_evaluate_and_predict_are_the_members(population):
    figures = population.evaluate(X, Y)
    for i, model in enumerate(population):
        assert figures["mae"][i] == pytest.approx(model.evaluate(X, Y, verbose=0, return_dict=True)["mae"], rel=1e-6)
        np.testing.assert_array_equal(population.predict(X)[i], model.predict(X, verbose=0))
    answers = population.ask(X)
    np.testing.assert_allclose(answers.mean, population.predict(X).mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(answers.spread, population.predict(X).std(axis=0), rtol=1e-4, atol=1e-6)
    assert answers.votes is None


def test_best_is_the_member_with_the_best_epoch(population):
    best = [min(h.history["val_loss"]) for h in population.histories]
    assert population.best() == int(np.argmin(best))
    assert population.best_model("val_mae") is population[population.best("val_mae")]
    with pytest.raises(ArgumentError, match="no member has the figure 'val_acc'"):
        population.best("val_acc")
    with pytest.raises(StateError, match="not trained"):
        Population(build, 1).best()


def test_votes_are_shares_of_first_choices():
    y = (X[:, 0] > 0).astype(np.int64)

    def classes():
        model = nyuron.Sequential([layers.Dense(2, "softmax")])
        model.compile("adam", "sparse_categorical_crossentropy")
        return model

    population = fit_many(classes, X, y, members=5, seed=3, epochs=1)
    answers = population.ask(X)
    firsts = population.predict(X).argmax(axis=-1)
    np.testing.assert_allclose(answers.votes[:, 1], firsts.mean(axis=0))
    np.testing.assert_allclose(answers.votes.sum(axis=-1), 1)


def test_a_member_that_diverges_stops_alone():
    population = fit_many(build, X, Y, hyperparameters={"rate": [0.01, 1e30, 0.01]}, seed=2, **FIT)
    lengths = [len(h.epoch) for h in population.histories]
    assert lengths[0] == lengths[2] == 4
    assert lengths[1] < 4
    assert "not finite" in population.histories[1].stop_reason
    assert all(np.isfinite(w).all() for w in population[1].get_weights())
    assert population.best() != 1


def test_out_of_memory_halves_the_members_in_flight(monkeypatch):
    widths = []
    advance = train.Group.advance

    def greedy(group, *arguments):
        width = len(group._lanes)
        widths.append(width)
        if width > 2:
            raise MemoryError("no room for so many")
        advance(group, *arguments)

    monkeypatch.setattr(train.Group, "advance", greedy)
    rates = {"rate": [0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07]}
    population = fit_many(build, X, Y, hyperparameters=rates, seed=1, side_by_side=8, **FIT)
    monkeypatch.undo()
    expected = fit_many(build, X, Y, hyperparameters=rates, seed=1, **FIT)
    assert sorted(widths) == [2, 2, 2, 2, 4, 4, 8]
    np.testing.assert_allclose(population.predict(X), expected.predict(X), rtol=1e-4, atol=1e-5)


def test_halves_go_on_from_where_the_group_was():
    rates = {"rate": [0.01, 0.02, 0.03, 0.04]}
    whole = fit_many(build, X, Y, hyperparameters=rates, seed=1, side_by_side=4, **FIT)
    from nyuron.populations._member import Field, Given, Seat, job_for

    field = Field(Given(X, Y, validation_split=0.25))
    settings = train.Settings(batch_size=16, epochs=4, validation_batch_size=16)
    seats = [Seat(build, {"rate": rate}, 1 + i) for i, rate in enumerate(rates["rate"])]
    jobs = [job_for(seat, field, settings) for seat in seats]
    import jax

    shared = jobs[0].ground.on(jax.devices()[0])
    group = train.Group([job.member for job in jobs], settings, 4)
    group.advance(shared, 2)
    halves = group.halves()
    assert [len(half.members) for half in halves] == [2, 2]
    for half in halves:
        half.advance(shared)
    losses = [half.trained(k).logs[0] for half in halves for k in range(2)]
    for mine, history in zip(losses, whole.histories, strict=True):
        np.testing.assert_allclose(mine, history.history["loss"], rtol=1e-5)


def test_files_keep_everything(population, tmp_path):
    population.save(tmp_path / "p.nyuron")
    again = Population.load(tmp_path / "p.nyuron")
    np.testing.assert_array_equal(again.predict(X), population.predict(X))
    assert again.hyperparameters == population.hyperparameters
    assert again.seeds == population.seeds
    assert [h.history for h in again.histories] == [h.history for h in population.histories]
    assert again.best() == population.best()


def test_what_cannot_work_is_said():
    with pytest.raises(ArgumentError, match="differ in length"):
        Population(build, hyperparameters={"units": [1, 2], "rate": [0.1]})
    with pytest.raises(ArgumentError, match="numbers of members disagree"):
        Population(build, 3, seeds=[1, 2])
    with pytest.raises(KindError, match="must return a model"):
        Population(lambda: None, 1)
    with pytest.raises(StateError, match="not compiled"):
        Population(lambda: nyuron.Sequential([layers.Dense(1)]), 1)
    with pytest.raises(ArgumentError, match="without the host's eyes"):
        Population(build, 1).fit(X, Y, callbacks=[callbacks.CSVLogger("x.csv")])


def test_the_process_goes_on_drawing_as_if_there_were_no_population():
    def two(between):
        utils.set_random_seed(4)
        drawn = [np.random.rand(), nyuron.core.next_seed()]
        between()
        return [*drawn, np.random.rand(), nyuron.core.next_seed()]

    assert two(lambda: None) == two(lambda: Population(build, 2, seed=1))


def test_the_plan_keeps_members_within_memory(monkeypatch):
    import jax

    from nyuron.populations import _plan
    from nyuron.populations._member import Field, Given, Seat, job_for

    job = job_for(Seat(build, {}, 1), Field(Given(X, Y)), train.Settings(batch_size=16))
    weights = sum(w.nbytes for w in job.seat.model.get_weights())
    values = 16 * (3 + 4 + 4 + 1)  # input, dense, dropout, dense
    assert _plan.member_bytes(job) == _plan.COPIES * weights + 8 * values
    assert _plan.plan_members(job).width == 1
    assert "as was asked" in _plan.plan_members(job, 8).reasons[0]
    monkeypatch.setattr(_plan, "free_bytes", lambda device: 60 * _plan.member_bytes(job))
    small = _plan.plan_members(job, 64)
    assert small.width <= 0.6 * 60
    assert f"so {small.width} side by side" in small.reasons
    monkeypatch.setattr(_plan, "free_bytes", lambda device: 10**5 * _plan.member_bytes(job))
    said = _plan.plan_members(job, devices=jax.devices()[:1]).reasons[1]
    assert "there is room for 60,000 on a device" in said


def test_a_device_compiles_a_program_once(monkeypatch):
    import jax

    compiled = []

    def listen(event, seconds, **_):
        if event.endswith("backend_compile_duration"):
            compiled.append(seconds)

    devices = jax.devices()[:1]
    start = train.Crew.__init__
    monkeypatch.setattr(train.Crew, "__init__", lambda crew: start(crew, devices))
    one = {"units": [6], "rate": [0.01]}
    fit_many(build, X, Y, hyperparameters=one, seed=1, **{**FIT, "epochs": 1})
    jax.monitoring.register_event_duration_secs_listener(listen)
    try:
        # Many stretches, each of which takes up the state that the one before it left.
        fit_many(build, X, Y, hyperparameters={"units": [6, 6], "rate": [0.1, 0.2]}, seed=2, **{**FIT, "epochs": 600})
    finally:
        jax.monitoring.unregister_event_duration_listener(listen)
    assert compiled == []


def test_ctrl_c_keeps_what_was_learned(monkeypatch):
    import signal
    import threading

    import jax

    from nyuron.train._run import Pace

    devices, seen = jax.devices()[:1], []
    start, advance, cancel = train.Crew.__init__, train.Group.advance, train.Crew.cancel
    monkeypatch.setattr(train.Crew, "__init__", lambda crew: start(crew, devices))
    is_cancelled = threading.Event()

    def pressed_in_the_second(group, shared, until=None, goes_on=None, pace=None):
        seen.append(group)
        if len(seen) < 2:
            return advance(group, shared, until, goes_on, pace)
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        return advance(group, shared, until, lambda group: is_cancelled.wait(20) and goes_on(group), pace)

    def cancelled(crew):
        crew._is_cancelled.set()
        is_cancelled.set()
        cancel(crew)

    monkeypatch.setattr(train.Group, "advance", pressed_in_the_second)
    monkeypatch.setattr(train.Crew, "cancel", cancelled)
    monkeypatch.setattr(train.Crew, "_pace", lambda crew, group: Pace())  # each begins with a short stretch
    population = Population(build, members=3, seed=5)
    for model in population:
        model.build_for((None, 3))
    before = [model.get_weights() for model in population]
    histories = population.fit(X, Y, **{**FIT, "epochs": 50})
    assert [len(h.epoch) for h in histories][::2] == [50, 0] and len(histories[1].epoch) < 50
    assert histories[0].stop_reason is None and histories[1].stop_reason.startswith("interrupted in epoch")
    assert histories[2].stop_reason == "interrupted before it was begun"
    changed = [
        any(not np.array_equal(a, b) for a, b in zip(m.get_weights(), w, strict=True))
        for m, w in zip(population, before, strict=True)
    ]
    assert changed == [True, True, False]
