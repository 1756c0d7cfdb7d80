"""Searching from the command line: the same data as train, a folder that predict takes, a search that goes on."""

import io
import json
from dataclasses import dataclass, field

import numpy as np
import pytest

from cli.test_commands import run
from cli.test_interrupt import in_terminal, press
from nyuron.cli._search_table import SearchTable
from nyuron.tuners import Search, TrialRecord

FAST = ["--epochs", "2", "--quiet"]


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    from nyuron.cli import main

    base = tmp_path_factory.mktemp("searches")
    (base / "space.yaml").write_text("units: [4, 8]\nlearning_rate: {low: 1e-3, high: 1e-1, log: true}\n")
    options = ["--space", str(base / "space.yaml"), "--trials", "4", "--hidden", "8", "--out", str(base / "out")]
    assert main(["tune", "iris", *options, *FAST, "--seed", "3"]) == 0
    (folder,) = (base / "out").iterdir()
    return folder


def test_a_search_leaves_a_run(found, capsys):
    names = {path.name for path in found.iterdir()}
    assert {
        "search.json",
        "trials.json",
        "report.html",
        "model.html",
        "model.nyuron",
        "metrics.json",
        "tune.json",
    } <= names
    search, metrics = (json.loads((found / f"{name}.json").read_text()) for name in ("search", "metrics"))
    assert search["objective"] == "val_loss" and search["chosen"]["accuracy"] == metrics["accuracy"]
    assert len(json.loads((found / "trials.json").read_text())) == 4
    page = (found / "report.html").read_text(encoding="utf-8")
    assert "measured once" in page and "learning_rate" in page and 'href="model.html"' in page
    code, out, _ = run(capsys, "predict", str(found), "iris")
    assert code == 0 and len(out.splitlines()) > 30


def test_chosen_is_the_best_trial(found, capsys):
    search = Search.load(found)
    assert search.best.value == min(t.value for t in search.trials)
    config = json.loads((found / "config.json").read_text())
    assert config["network"][-2]["output"] == [search.best_hyperparameters["units"]]
    assert config["training"]["optimizer"]["config"]["learning_rate"] == search.best_hyperparameters["learning_rate"]


def test_what_is_finished_does_not_go_on(found, capsys):
    code, _, err = run(capsys, "tune", "--resume", str(found))
    assert code == 1 and "its test part has been used" in err
    code, _, err = run(capsys, "tune", "digits", "--resume", str(found))
    assert code == 1 and "of other data" in err


def test_placeholders_of_a_network(tmp_path, capsys):
    (tmp_path / "n.yaml").write_text("layers:\n  - {layer: Dense, units: $width, activation: $how}\nepochs: 1\n")
    (tmp_path / "s.yaml").write_text("width: [3, 5]\nhow: [tanh, relu]\n")
    call = ["tune", "iris", "--model", str(tmp_path / "n.yaml"), "--out", str(tmp_path / "r"), "--quiet"]
    code, out, _ = run(capsys, *call, "--space", str(tmp_path / "s.yaml"), "--method", "grid")
    assert code == 0 and "4 complete" in out
    code, _, err = run(capsys, *call)
    assert code == 1 and "$how, $width" in err and "--space" in err
    code, _, err = run(capsys, "train", "iris", "--model", str(tmp_path / "n.yaml"))
    assert code == 1 and "the placeholder $width has no value" in err


@pytest.mark.parametrize(
    ("space", "options", "message"),
    [
        ("learning_rat: [0.1]", [], "did you mean 'learning_rate'"),
        ("hidden: [[8], [8, 8]]\nunits: [8]", [], "hidden says what units and layers say"),
        ("units: [4, 8]", ["--validation", "0"], "trials are compared on the validation part"),
        ("units: [4, 8]", ["--objective", "val_los"], "did you mean 'val_loss'"),
        ("momentum: [0.5, 0.9]", ["--model", "cnnn"], "did you mean 'cnn'"),
    ],
)
def test_errors(space, options, message, tmp_path, capsys):
    (tmp_path / "s.yaml").write_text(space)
    call = ["tune", "iris", "--space", str(tmp_path / "s.yaml"), *FAST, "--out", str(tmp_path / "r")]
    code, _, err = run(capsys, *call, *options)
    assert code == 1 and message in err
    assert not (tmp_path / "r").exists() or not list((tmp_path / "r").iterdir())


def test_restarts_keep_the_best(tmp_path, capsys):
    code, out, _ = run(capsys, "train", "iris", "--restarts", "3", "--hidden", "4", *FAST, "--out", str(tmp_path))
    assert code == 0 and "3 restarts: val_loss" in out
    (folder,) = tmp_path.iterdir()
    metrics, history = (json.loads((folder / f"{name}.json").read_text()) for name in ("metrics", "history"))
    losses = metrics["restart_losses"]
    assert len(set(losses)) == 3 and min(losses) == pytest.approx(min(history["figures"]["val_loss"]))
    assert metrics["restart_seed"] == int(np.argmin(losses))


@pytest.mark.filterwarnings("ignore:os.fork:RuntimeWarning")
def test_interrupted_and_gone_on(tmp_path):
    (tmp_path / "s.yaml").write_text("learning_rate: {low: 1e-4, high: 1e-1, log: true}\n")
    call = ["tune", "digits", "--hidden", "8", "--epochs", "150", "--patience", "0", "--space", "s.yaml"]
    code, said = in_terminal(call, tmp_path, rb"in flight, \d+ s so far, \d", press, "100")
    assert code == 130, said
    (folder,) = (tmp_path / "runs").iterdir()
    before = json.loads((folder / "trials.json").read_text())
    assert 1 <= len(before) < 40 and not (folder / "metrics.json").exists()
    assert "everything is kept" in " ".join(said.split()) and "was interrupted" in (folder / "report.html").read_text()
    asked = json.loads((folder / "tune.json").read_text())
    asked["options"]["trials"] = len(before) + 2
    (folder / "tune.json").write_text(json.dumps(asked))
    code, said = in_terminal(["tune", "--resume", str(folder)], tmp_path, rb"never", press, "100")
    assert code == 0, said
    after = json.loads((folder / "trials.json").read_text())
    # the interrupt may have come before an earlier one had ended
    assert [trial for trial in after if trial["number"] in {one["number"] for one in before}] == before
    assert len(after) > len(before) and (folder / "metrics.json").exists()


@dataclass
class Followed:
    """What the table asks of a search."""

    objective: str
    direction: str
    wanted: int
    in_flight: int = 0
    trials: list = field(default_factory=list)


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def shown(table):
    from rich.console import Console

    out = Console(width=110, record=True, file=io.StringIO())
    out.print(table.table())
    return out.export_text()


def test_table_says_how_far_it_is():
    clock = Clock()
    search, table = Followed("val_loss", "minimize", 40), SearchTable(clock=clock)
    assert "no trial is complete yet" in shown(table)
    states = ["complete", "failed", "pruned", "complete"]
    for number, (state, value) in enumerate(zip(states, [0.5, None, 0.9, 0.25], strict=True)):
        clock.now += 3.0
        record = TrialRecord(number, state, {"units": 8}, value)
        search.trials.append(record)
        search.in_flight = 2
        table.on_told(record, search)
    text = shown(table)
    assert "0.25  trial 3" in text and "units 8" in text and "1 failed" in text and "1 pruned" in text
    assert "4 of 40" in text and "20 trials a minute" in text and "2 in flight" in text and "1:48 left" in text


def test_table_of_a_search_that_goes_on_counts_its_own_speed():
    clock = Clock()
    search = Followed("acc", "maximize", 12)
    for number in range(10):
        search.trials.append(TrialRecord(number, "complete", {"units": 4}, 0.1 * number))
    table, last = SearchTable(clock=clock), TrialRecord(10, "complete", {"units": 4}, 0.5)
    clock.now = 60.0
    search.trials.append(last)
    table.on_told(last, search)
    text = shown(table)
    assert "0.9  trial 9" in text and "11 of 12" in text and "1 trials a minute" in text and "1:00 left" in text


@pytest.mark.parametrize(
    ("space", "got"),
    [
        ("units: [-3, 8]", "-3"),
        ("units: [8.5, 16]", "8.5"),
        ("hidden: [[8, 0], 4]", "0"),
        ("layers: {low: 0, high: 2}", "0"),
        ("dropout: [0.2, 1.5]", "1.5"),
        ("learning_rate: [-0.1, 0.1]", "-0.1"),
        ("batch_size: [0, 8]", "0"),
        ("epochs: [many]", "'many'"),
    ],
)
def test_values_that_no_network_can_take(tmp_path, capsys, space, got):
    (tmp_path / "space.yaml").write_text(space)
    code, _, said = run(capsys, "tune", "iris", "--space", str(tmp_path / "space.yaml"), "--out", str(tmp_path / "out"))
    name = space.partition(":")[0]
    assert code == 1 and f"hyperparameter '{name}' has a value that cannot be used" in said
    assert f"got:      {got}" in said and "fix:" in said and not (tmp_path / "out").exists()


def test_a_search_whose_time_was_up_too_soon_can_go_on(tmp_path, capsys):
    (tmp_path / "space.yaml").write_text("units: [4, 8]")
    space, out = str(tmp_path / "space.yaml"), tmp_path / "out"
    code, said, _ = run(capsys, "tune", "iris", "--space", space, *FAST, "--timeout", "1e-9", "--out", str(out))
    (folder,) = out.iterdir()
    assert code == 1 and "the time is up" in said and "nyuron tune --resume" in said
    code, said, _ = run(capsys, "tune", "--resume", str(folder))
    assert code == 0 and "nyuron predict" in said
