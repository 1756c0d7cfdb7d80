"""Members that differ in their optimizer share a program, and are the runs alone to the bit."""

import numpy as np
import pytest

import nyuron
from nyuron import layers, optimizers, train, utils
from nyuron.kernels import has_native_code
from nyuron.populations import Population, _optimizers

RNG = np.random.default_rng(0)
X = RNG.normal(size=(104, 3)).astype(np.float32)
Y = (X[:, :1] * 2 + np.sin(X[:, 1:2])).astype(np.float32)
FIT = {"epochs": 3, "batch_size": 16, "validation_split": 0.25}
KINDS = {
    "adam": lambda: optimizers.Adam(0.02),
    "rmsprop": lambda: optimizers.RMSprop(0.01, momentum=0.1),
    "averaged": lambda: optimizers.SGD(0.05, use_ema=True, ema_momentum=0.9),
    "decaying": lambda: optimizers.Adam(optimizers.schedules.ExponentialDecay(0.05, 5, 0.9)),
}


def build(kind):
    model = nyuron.Sequential([layers.Dense(4, "relu"), layers.Dropout(0.2), layers.Dense(1)])
    model.compile(KINDS.get(kind, lambda: optimizers.get(kind))(), "mse", metrics=["mae"])
    return model


@pytest.fixture
def programs(monkeypatch):
    """The structures of the tasks that groups train."""
    found = []

    class Seen(train.Group):
        def __init__(self, *args, **options):
            super().__init__(*args, **options)
            found.append(self.signature)

    monkeypatch.setattr("nyuron.populations._train_jobs.Group", Seen)
    return found


def test_kinds_in_one_program_are_the_runs_alone(programs):
    kinds = [*KINDS, "adam"]
    population = Population(build, hyperparameters={"kind": kinds}, seed=5)
    population.fit(X, Y, **FIT)
    # What averages the weights is none of our machine code's optimizers, the others are.
    assert len(programs) == 5 and len(set(programs)) == (2 if has_native_code() else 1)
    for i, kind in enumerate(kinds):
        utils.set_random_seed(5 + i)
        model = build(kind)
        history = model.fit(X, Y, verbose=0, **FIT)
        assert population.histories[i].history == history.history
        for mine, theirs in zip(population[i].get_weights(), model.get_weights(), strict=True):
            np.testing.assert_array_equal(mine, theirs)
    # Each goes on from the state of its own optimizer.
    population.fit(X, Y, **FIT)
    again = model.fit(X, Y, verbose=0, **FIT)
    assert population.histories[-1].history == again.history


def test_four_kinds_in_one_program_of_xla_are_the_runs_alone(programs, monkeypatch):
    monkeypatch.setenv("NYURON_NATIVE", "off")
    population = Population(build, hyperparameters={"kind": list(KINDS)}, seed=5)
    population.fit(X, Y, **FIT)
    assert len(set(programs)) == 1
    for i, kind in enumerate(KINDS):
        utils.set_random_seed(5 + i)
        assert population.histories[i].history == build(kind).fit(X, Y, verbose=0, **FIT).history


def test_side_by_side_each_keeps_its_own():
    population = Population(build, hyperparameters={"kind": list(KINDS)}, seed=5)
    population.fit(X, Y, side_by_side=4, **FIT)
    for i, kind in enumerate(KINDS):
        utils.set_random_seed(5 + i)
        history = build(kind).fit(X, Y, verbose=0, **FIT)
        np.testing.assert_allclose(population.histories[i].history["val_loss"], history.history["val_loss"], rtol=1e-4)


@pytest.mark.parametrize(
    ("kinds", "count"),
    [
        (["adam", "adam"], 1),
        (["adam", "lbfgs"], 2),  # sees all rows in each step: no choice of a number
        ([*KINDS, "nadam"], 5),  # too many for one program
    ],
)
def test_what_is_not_shared(kinds, count, programs, monkeypatch):
    monkeypatch.setenv("NYURON_NATIVE", "off")
    population = Population(build, hyperparameters={"kind": kinds}, seed=5)
    population.fit(X, Y, epochs=1, batch_size=104 if "lbfgs" in kinds else 16)
    assert len(set(programs)) == count


def test_a_search_needs_one_program_for_all_optimizers(monkeypatch):
    def search():
        return nyuron.tune(build, {"kind": ["adam", "rmsprop"]}, (X, Y), method="grid", seed=3, keep=2, **FIT)

    joined = search()
    monkeypatch.setattr(_optimizers, "MOST", 1)
    apart = search()
    assert [t.value for t in joined.trials] == [t.value for t in apart.trials]
    assert [t.curves for t in joined.trials] == [t.curves for t in apart.trials]
    assert "1 program for 2 trials" in joined.plan[-1]
    assert "2 programs for 2 trials" in apart.plan[-1]


def test_the_chosen_option_has_the_numbers_of_the_task():
    task = train.Task(graph=None, optimizer=optimizers.Adam())
    options = (optimizers.SGD(0.5), optimizers.Adam(0.3))
    chosen = train.with_one_of(task, options).optimizer
    assert int(chosen.chosen) == 1
    assert chosen.options[1] is task.optimizer and chosen.options[0] is options[0]
    assert train.can_be_one_of(task)
