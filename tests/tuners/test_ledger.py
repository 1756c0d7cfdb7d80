from __future__ import annotations

import json
import math
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import optuna
import pytest

from nyuron.core import DataError, FileFormatError, MissingPackageError, NyuronError, StateError
from nyuron.tuners import WAIT, Asked, Ledger, SearchSetup, TrialRecord, as_space, combination_hash, trial_seeds

GRID = {
    "nodes1": [64, 128, 256],
    "nodes2": [64, 128, 256],
    "dropout1": [0.2, 0.3, 0.4],
    "dropout2": [0.2, 0.3, 0.4],
    "optimizer": ["rmsprop", "adam"],
    "learning_rate": [0.1, 0.05, 0.01, 0.001],
}
MIXED = {
    "units": [8, 16, 32, 64],
    "learning_rate": (1e-4, 1e-1, "log"),
    "optimizer": ["sgd", "adam"],
    "momentum": {"low": 0.0, "high": 0.9, "when": {"optimizer": "sgd"}},
    "hidden": [[8], [8, 8]],
    "rows": 28,
}


def setup(space=MIXED, **more) -> SearchSetup:
    return SearchSetup(as_space(space), **{"trials": 24, **more})


def loss(values) -> float:
    """Best at a learning rate of 0.01, 64 units, adam."""
    rate = (math.log10(values["learning_rate"]) + 2) ** 2
    return rate + 1 / values["units"] + values.get("momentum", 0.0) + 0.1 * len(values["hidden"])


def record(asked: Asked, state: str = "complete", epochs: int = 3) -> TrialRecord:
    value = loss(asked.values) if "momentum" in asked.values or "hidden" in asked.values else 1.0
    curve = [value + 1 / epoch for epoch in range(1, epochs + 1)]
    return TrialRecord(
        asked.number,
        state,
        asked.values,
        value if state == "complete" else None,
        asked.seeds,
        {"val_loss": value, "loss": math.nan},
        epochs,
        epochs,
        0.5,
        None if state == "complete" else "it failed",
        ({"val_loss": curve, "loss": [math.inf, *curve[1:]]},),
    )


def ask(ledger: Ledger) -> Asked:
    asked = ledger.ask()
    assert isinstance(asked, Asked)
    return asked


def run(ledger: Ledger, most: int = 10_000) -> list[dict]:
    """One after the other."""
    values = []
    while len(values) < most and isinstance(asked := ledger.ask(), Asked):
        values.append(asked.values)
        ledger.tell(asked.number, record(asked))
    return values


@pytest.mark.parametrize("sample", [None, 0.7, 1.0])
def test_a_share_of_the_grid_is_drawn_without_replacement(sample) -> None:
    ledger = Ledger(SearchSetup(as_space(GRID), method="grid", sample=sample, seed=3))
    assert ledger.wanted == {None: 648, 0.7: 454, 1.0: 648}[sample]
    asked = [ask(ledger).values for _ in range(ledger.wanted)]
    assert ledger.ask() is None
    assert ledger.is_exhausted
    assert len({combination_hash(values) for values in asked}) == ledger.wanted
    assert (asked[:9] == list(as_space(GRID).grid())[:9]) == (sample is None)


def test_the_draw_depends_on_the_seed_only() -> None:
    def first(seed):
        ledger = Ledger(SearchSetup(as_space(GRID), method="grid", sample=0.7, seed=seed))
        return [ask(ledger).values for _ in range(5)]

    assert first(1) == first(1) != first(2)
    assert first(-1) == first(-1)


@pytest.mark.parametrize("method", ["grid", "random", "tpe"])
def test_a_space_ends_and_no_combination_comes_twice(method) -> None:
    space = {"a": [1, 2, 3], "b": [True, False], "c": {"choices": ["x", "y"], "when": {"b": True}}}
    ledger = Ledger(SearchSetup(as_space(space), method=method, trials=40))
    assert ledger.wanted == 9
    values = run(ledger)
    assert len({combination_hash(one) for one in values}) == len(values) == 9
    assert ledger.is_exhausted
    assert len(ledger.records()) == 9


def test_the_wanted_number_of_trials_is_asked() -> None:
    ledger = Ledger(setup(trials=3))
    assert len(run(ledger)) == 3
    assert not ledger.is_exhausted


def test_tpe_learns() -> None:
    best = {}
    for method in ("random", "tpe"):
        ledger = Ledger(setup(method=method, trials=50, window=2))
        run(ledger)
        best[method] = sum(sorted(found.value for found in ledger.records())[:10])
    assert best["tpe"] < best["random"]


def test_the_sequence_does_not_depend_on_the_order_in_which_trials_end() -> None:
    window = 4

    def search(order) -> list[dict]:
        ledger, flying, asked = Ledger(setup(method="tpe", window=window, startup=4)), [], []
        waits = 0
        while True:
            one = ledger.ask()
            if isinstance(one, Asked):
                asked.append(one.values)
                flying.append(one)
                assert len(flying) <= window
            elif flying:
                waits += one is WAIT
                done = flying.pop(order(flying))
                ledger.tell(done.number, record(done))
            else:
                return [*asked, {"waits": waits > 0}]

    orders = [lambda flying: 0, lambda flying: -1, lambda flying: len(flying) // 2]
    first, *others = [search(order) for order in orders]
    assert len(first) == 25
    assert all(other == first for other in others)
    # One at a time, as on one device: what is known is the same, since results before the window's do not count.
    ledger = Ledger(setup(method="tpe", window=window, startup=4))
    assert run(ledger) == first[:-1]


@pytest.mark.parametrize("method", ["random", "grid"])
def test_what_learns_nothing_never_waits(method) -> None:
    ledger = Ledger(SearchSetup(as_space(GRID), method=method, trials=30, window=1))
    assert all(isinstance(ledger.ask(), Asked) for _ in range(30))
    assert ledger.in_flight() == list(range(30))


@pytest.mark.parametrize("method", ["grid", "random", "tpe"])
@pytest.mark.parametrize("storage", [None, "sqlite:///{}/trials.db", "{}/own.journal"])
def test_a_resumed_search_goes_on_as_if_it_had_not_been_broken(tmp_path, method, storage) -> None:
    more = {"space": GRID if method == "grid" else MIXED, "method": method, "window": 3, "startup": 4, "seed": 5}
    plan = setup(trials=14, **more)
    whole = Ledger(plan)
    expected = run(whole)
    seeds = [found.seeds for found in whole.records()]

    where = storage and storage.format(tmp_path)
    with Ledger(plan, tmp_path, where) as ledger:
        assert ledger.resumed == 0
        run(ledger, 6)
        ledger.tell((last := [ask(ledger) for _ in range(3)])[1].number, record(last[1], epochs=2))
    with Ledger(plan, tmp_path, where) as ledger:
        assert ledger.resumed == 9
        assert [found.number for found in ledger.records()] == [0, 1, 2, 3, 4, 5, 7]
        assert str(ledger.records()[-1]) == str(record(last[1], epochs=2))
        again = [ask(ledger), ask(ledger)]
        assert again == [last[0], last[2]]
        for one in again:
            ledger.tell(one.number, record(one))
        run(ledger)
        assert [dict(found.hyperparameters) for found in ledger.records()] == expected
        assert [found.seeds for found in ledger.records()] == seeds
        states = {trial.state.name for trial in ledger.study.get_trials()}
        assert states == {"COMPLETE"}
    with Ledger(SearchSetup(**{**vars(plan), "trials": 16}), tmp_path, where) as ledger:
        assert len(run(ledger)) == 2


def test_a_record_comes_back_as_it_was(tmp_path) -> None:
    with Ledger(setup(executions_per_trial=2), tmp_path) as ledger:
        asked = ask(ledger)
        assert asked.seeds == trial_seeds(0, combination_hash(asked.values), 2)
        told = record(asked, epochs=200)
        ledger.tell(asked.number, told)
        failed = ask(ledger)
        ledger.tell(failed.number, record(failed, "failed"))
        pruned = ask(ledger)
        ledger.tell(pruned.number, record(pruned, "pruned"))
    with Ledger(setup(executions_per_trial=2), tmp_path) as ledger:
        found = ledger.records()
        assert str(found[0]) == str(told)
        assert [one.state for one in found] == ["complete", "failed", "pruned"]
        trials = ledger.study.get_trials()
        assert [trial.state.name for trial in trials] == ["COMPLETE", "FAIL", "PRUNED"]
        assert trials[0].value == told.value
        shown = {**asked.values, "hidden": json.dumps(asked.values["hidden"])}
        assert trials[0].params == {name: value for name, value in shown.items() if name != "rows"}
        steps = list(trials[0].intermediate_values)
        assert steps[:10] == list(range(1, 11))
        assert steps[-1] == 200
        assert len(steps) < 30
    assert len((tmp_path / "study.journal").read_bytes()) < 15_000
    json.loads((tmp_path / "curves" / "0.json").read_text(), parse_constant=pytest.fail)


def test_a_value_that_is_no_number_fails_in_the_study_only() -> None:
    ledger = Ledger(setup())
    asked = ask(ledger)
    ledger.tell(asked.number, TrialRecord(asked.number, "complete", asked.values, math.nan))
    assert ledger.records()[0].state == "complete"
    assert ledger.study.get_trials()[0].state.name == "FAIL"


def test_a_released_trial_is_asked_first() -> None:
    ledger = Ledger(setup())
    first, second, third = (ask(ledger) for _ in range(3))
    ledger.release(third.number)
    ledger.release(first.number)
    assert ledger.in_flight() == [second.number]
    assert [ask(ledger), ask(ledger)] == [first, third]
    ledger.tell(first.number, record(first))
    ledger.release(first.number)
    assert ask(ledger).number == 3


def test_trials_are_told_once_and_when_they_are_over() -> None:
    ledger = Ledger(setup())
    asked = ask(ledger)
    with pytest.raises(NyuronError, match="when it is over"):
        ledger.tell(asked.number, record(asked, "running"))
    ledger.tell(asked.number, record(asked))
    with pytest.raises(StateError, match="told already"):
        ledger.tell(asked.number, record(asked))
    with pytest.raises(NyuronError, match="no such trial"):
        ledger.tell(7, record(asked))


def test_a_search_that_was_begun_otherwise_is_not_resumed(tmp_path) -> None:
    with Ledger(setup(), tmp_path) as ledger:
        ask(ledger)
    for other, says in [
        (setup(method="tpe"), "another method"),
        (setup(seed=1), "another seed"),
        (setup({**MIXED, "units": [8, 16]}), "'units'"),
        (setup({**MIXED, "more": [8, 16]}), "'more'"),
    ]:
        with pytest.raises(NyuronError) as caught:
            Ledger(other, tmp_path)
        assert says in str(caught.value)
    with Ledger(setup(trials=30), tmp_path) as ledger:
        assert ledger.wanted == 30


def test_one_process_has_a_search_at_a_time(tmp_path) -> None:
    with Ledger(setup(), tmp_path), pytest.raises(StateError, match="runs already"):
        Ledger(setup(), tmp_path)
    Ledger(setup(), tmp_path).close()


@pytest.mark.parametrize("torn", [b'{"op_code":6,"worker', b'{"op_code":6,"worker_id":"x"}', b"\0\0\0\0\n\0\0"])
def test_a_journal_that_ends_in_the_middle_of_a_line_is_mended(tmp_path, torn) -> None:
    with Ledger(setup(), tmp_path) as ledger:
        run(ledger, 2)
    with (tmp_path / "study.journal").open("ab") as file:
        file.write(torn)
    (tmp_path / "study.journal.lock").symlink_to("nowhere")
    with Ledger(setup(), tmp_path) as ledger:
        assert len(ledger.records()) == 2
        run(ledger, 1)
    with Ledger(setup(), tmp_path) as ledger:
        assert len(ledger.records()) == 3


def test_damage_is_told(tmp_path) -> None:
    with Ledger(setup(), tmp_path) as ledger:
        run(ledger, 2)
    (tmp_path / "curves" / "1.json").write_text("[{")
    with pytest.warns(UserWarning, match="trial 1 lost its curves"), Ledger(setup(), tmp_path) as ledger:
        assert [len(found.curves) for found in ledger.records()] == [1, 0]
    journal = tmp_path / "study.journal"
    lines = journal.read_bytes().split(b"\n")
    journal.write_bytes(b"\n".join([*lines[:3], lines[3][:9], *lines[4:]]))
    with pytest.raises(FileFormatError, match="line 4 of the journal is damaged"):
        Ledger(setup(), tmp_path)
    Ledger(setup(), tmp_path / "other").close()


@pytest.mark.parametrize(
    ("storage", "says"),
    [
        ("trials.db", "'sqlite:///trials.db'"),
        (3, "not a storage"),
        ("sqlite:////proc/none/trials.db", "cannot be opened"),
        ("nothing://user:secret@host/x", "cannot be opened"),
    ],
)
def test_storages_that_cannot_be(storage, says) -> None:
    with pytest.raises(NyuronError) as caught:
        Ledger(setup(), None, storage)
    assert says in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_journal_that_cannot_be_written(tmp_path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="cannot be written"):
        Ledger(setup(), tmp_path / "file")


def test_a_data_base_without_its_driver_names_the_package_and_no_password(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg2", None)
    with pytest.raises(MissingPackageError, match="pip install 'psycopg2-binary'") as caught:
        Ledger(setup(), None, "postgresql+psycopg2://somebody:secret@localhost/search")
    assert "secret" not in str(caught.value)


def test_a_storage_of_the_users_own_also_without_a_folder() -> None:
    storage = optuna.storages.InMemoryStorage()
    run(Ledger(setup(name="mine"), None, storage), 4)
    ledger = Ledger(setup(name="mine"), None, storage)
    assert [found.curves[0]["val_loss"][-1] for found in ledger.records()] == pytest.approx(
        [found.value + 1 / 3 for found in ledger.records()]
    )
    assert Ledger(setup(name="other"), None, storage).resumed == 0


def test_optuna_is_quiet_and_left_as_it_was(capfd) -> None:
    before = optuna.logging.get_verbosity()
    run(Ledger(setup(method="tpe", startup=2, window=1)), 5)
    assert optuna.logging.get_verbosity() == before
    assert capfd.readouterr() == ("", "")


def test_threads_share_a_ledger() -> None:
    ledger = Ledger(setup(trials=40, method="tpe", window=4, startup=4))
    stop = threading.Event()

    def work() -> None:
        while (asked := ledger.ask()) is not None and not stop.is_set():
            if isinstance(asked, Asked):
                ledger.tell(asked.number, record(asked))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    stop.set()
    assert [found.number for found in ledger.records()] == list(range(40))
    assert [dict(found.hyperparameters) for found in ledger.records()] == run(
        Ledger(setup(trials=40, method="tpe", window=4, startup=4))
    )


def test_seeds() -> None:
    key = combination_hash({"a": 1})
    seeds = trial_seeds(7, key, 4)
    assert seeds[:2] == trial_seeds(7, key, 2)
    assert len({*seeds, *trial_seeds(8, key, 4), *trial_seeds(7, 3, 4)}) == 12
    assert all(0 <= seed < 2**31 for seed in seeds)
    assert trial_seeds(0, 0) == (1484405855,)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"method": "greed"}, "did you mean 'grid'"),
        ({"direction": "min"}, "minimize"),
        ({"trials": 0}, "1 or more"),
        ({"sample": 0.5}, "method='grid'"),
        ({"method": "grid", "sample": 70}, "0 < sample ≤ 1"),
        ({"trials": None}, "no end"),
        ({"method": "grid"}, "finitely many"),
    ],
)
def test_setups_that_cannot_be(more, says) -> None:
    with pytest.raises(NyuronError) as caught:
        setup(**more).validate()
    assert says in str(caught.value)


KILLED = """
import os, random, signal, sys, time, warnings
warnings.simplefilter("ignore")  # JAX's remark on fork: no computation runs in the children
from nyuron.tuners import Asked, Ledger, SearchSetup, TrialRecord, as_space

folder = sys.argv[1]
setup = SearchSetup(as_space({"a": (0.0, 1.0), "b": [1, 2, 3]}), method=sys.argv[2], trials=400, window=8, startup=20)

def work():
    with Ledger(setup, folder) as ledger, open(folder + "/told.txt", "a") as told:
        flying = []
        while isinstance(asked := ledger.ask(), Asked):
            flying.append(asked)
            if len(flying) == 4:
                one = flying.pop(random.randrange(4)) if setup.method == "random" else flying.pop(0)
                curve = {"val_loss": [one.values["a"]] * 30}
                ledger.tell(one.number, TrialRecord(one.number, "complete", one.values, one.values["a"], one.seeds,
                                                    epochs=30, curves=(curve,)))
                told.write(f"{one.number} {one.values['a']}\\n")
                told.flush()

def size():
    return os.path.getsize(folder + "/told.txt") if os.path.exists(folder + "/told.txt") else 0

random.seed(0)
for _ in range(20):
    random.random()
    before = size()
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    # on a busy machine it takes long to come so far
    while size() == before and os.waitpid(child, os.WNOHANG) == (0, 0):
        time.sleep(0.005)
    time.sleep(random.uniform(0.0, 0.1))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
"""


@pytest.mark.parametrize("method", ["random", "tpe"])
def test_killing_it_loses_nothing_that_was_told(tmp_path, method) -> None:
    script = tmp_path / "search.py"
    script.write_text(textwrap.dedent(KILLED))
    subprocess.run([sys.executable, script, tmp_path, method], check=True, timeout=600)
    told = [line.split() for line in Path(tmp_path / "told.txt").read_text().splitlines()]
    numbers = [int(number) for number, _ in told]
    assert len(numbers) == len(set(numbers)) >= 20
    plan = SearchSetup(as_space({"a": (0.0, 1.0), "b": [1, 2, 3]}), method=method, trials=400, window=8, startup=20)
    with Ledger(plan, tmp_path) as ledger:
        kept = {found.number: found for found in ledger.records()}
        assert all(kept[int(number)].value == float(value) for number, value in told)
        assert all(len(found.curves[0]["val_loss"]) == 30 for found in kept.values())
        assert len(kept) <= len(numbers) + 20
        sequence = [trial.user_attrs["nyuron:values"] for trial in ledger.study.get_trials()]
    unbroken = Ledger(plan)
    for values in sequence:
        one = ask(unbroken)
        assert one.values == values
        unbroken.tell(one.number, TrialRecord(one.number, "complete", one.values, one.values["a"]))
