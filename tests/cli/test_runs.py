"""`nyuron run` and `nyuron runs`: what they print, and their exit codes."""

import csv
import re
from pathlib import Path

import pytest

from nyuron.cli import main
from nyuron.core import DataError
from nyuron.runs import latest_run, ls_runs
from nyuron.saving import find_run
from runs.fakes import TRAIN, fake_run, fake_trained

FLAGS_ONLY = (
    "from nyuron.runs import flags\nF = flags(a=1, name='x')\nif F.a == 2: raise ValueError('two')\nprint('a', F.a)\n"
)


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")

    def call(*words):
        code = main(list(words))
        out = capsys.readouterr()
        return code, out.out, out.err

    return call


def test_a_script_is_run_and_recorded(run, tmp_path):
    (tmp_path / "train.py").write_text(TRAIN)
    code, out, _ = run("run", "train.py", "--units", "3", "--epochs=1")
    assert code == 0 and out.startswith("evaluated: [") and "1 of 1 epochs: loss " in out
    assert latest_run().flags == {"units": 3, "optimizer": "adam", "epochs": 1}
    assert f"run        runs/{latest_run().name}" in out
    code, out, _ = run("runs")
    assert code == 0 and latest_run().name in out
    code, out, _ = run("runs", "show")
    assert code == 0 and re.search(r"units +3", out) and "completed" in out and "weights.txt" in out
    code, out, _ = run("runs", "view", "--no-open")
    page = latest_run().path / "report.html"
    assert code == 0 and out.strip() == page.resolve().as_uri() and "How it learned" in page.read_text()


def test_scripts_that_fail(run, tmp_path):
    (tmp_path / "s.py").write_text(FLAGS_ONLY)
    code, _, err = run("run", "s.py", "--a", "2")
    assert code == 1 and "ValueError: two" in err and "the script failed" in err and "run: " in err
    assert "runpy" not in err and "fault of Nyuron" not in err
    code, _, err = run("run", "s.py", "--b", "2")
    assert code == 1 and "no flag 'b'" in err and "Traceback" not in err
    code, _, err = run("run", "t.py")
    assert code == 1 and "did you mean 's.py'" in err
    assert list(ls_runs()["status"]) == ["failed", "failed"]


def test_flags_with_names_of_options(run, tmp_path):
    (tmp_path / "s.py").write_text("from nyuron.runs import flags\nprint(dict(flags(base='x', a=1)))\n")
    code, out, _ = run("run", "s.py", "--base", "there", "--a", "2", "--", "--base", "mine")
    assert code == 0 and "{'base': 'mine', 'a': 2}" in out and len(list((tmp_path / "there").iterdir())) == 1


def test_a_space_of_flags(run, tmp_path):
    (tmp_path / "s.py").write_text(FLAGS_ONLY)
    (tmp_path / "space.yaml").write_text("a: [1, 2, 3, 4]\n")
    code, out, _ = run("run", "s.py", "--space", "space.yaml", "--sample", "0.5", "--name", "n")
    assert code == 0 and "2/2" in out and len(ls_runs()) == 2
    code, out, _ = run("run", "s.py", "--space", "space.yaml", "--name", "n")
    assert code == 0 and "failed: ValueError: two" in out and "4/4" in out and set(ls_runs()["flag_name"]) == {"n"}
    assert "runs  4 in runs, 1 failed" in re.sub(" +$", "", out, flags=re.M)
    code, _, err = run("run", "s.py", "--space", "none.yaml")
    assert code == 1 and "no such file" in err


def test_an_interrupt_in_a_space(run, tmp_path):
    (tmp_path / "s.py").write_text("from nyuron.runs import flags\nif flags(a=1).a == 2: raise KeyboardInterrupt\n")
    (tmp_path / "space.yaml").write_text("a: [1, 2, 3]\n")
    code, _, err = run("run", "s.py", "--space", "space.yaml")
    assert code == 130 and "the same command goes on" in err and len(ls_runs()) == 2
    code, _, err = run("run", "s.py", "--a", "2")
    assert code == 130 and "the run is kept in" in err


@pytest.fixture
def base(tmp_path):
    base = tmp_path / "runs"
    for i, loss in enumerate((0.4, 0.2, 0.3)):
        fake_run(
            base,
            f"2026-11-21_10-0{i}-00_train",
            start=f"2026-11-21T10:0{i}:00+00:00",
            flags={"units": 2**i, "same": 1},
            figures={"loss": [1.0, 0.5, loss], "val_loss": [1.0, 0.6, loss]},
            evaluation={"accuracy": 1 - loss, "loss": loss},
        )
    fake_run(base, "bad", "failed", start="2026-11-21T11:00:00+00:00", error={"type": "E", "message": "m"})
    fake_trained(base)
    return base


def test_the_list(run, base):
    code, out, _ = run("runs", "list")
    lines = out.splitlines()
    assert code == 0 and lines[0].split()[:3] == ["run", "flags", "test"] and "course of the loss" in lines[0]
    assert [line.split()[0][-5:] for line in lines[1:]] == ["igits", "train", "train", "train", "bad"]
    assert "units=1" in lines[2] and "same" not in out and "60.0 % right" in lines[2] and "█▂▁" in lines[2]
    assert "failed" in lines[5] and all(len(line) <= 120 for line in lines)
    assert run("runs")[1] == out
    _, out, _ = run("runs", "--where", "best_val_loss < 0.35", "--order", "best_val_loss", "--latest", "4")
    assert [line.split()[0] for line in out.splitlines()[1:]] == [
        "2026-11-21_10-01-00_train",
        "2026-11-21_10-02-00_train",
    ]
    assert "No run in runs is so" in run("runs", "--where", "seconds > 1e9")[1]
    code, _, err = run("runs", "--where", "bestloss < 1")
    assert code == 1 and "fix:" in err
    assert "There are no runs in x yet" in run("runs", "--base", "x")[1]


@pytest.mark.parametrize("width", [50, 64, 80, 100])
def test_a_narrow_list(run, base, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    lines = run("runs")[1].splitlines()
    assert len(lines) == 6 and all(len(line.rstrip()) <= width for line in lines)
    assert any(line.startswith("2026-11-21_10-02-00_train ") for line in lines)


def test_a_table_for_a_spreadsheet(run, base):
    code, _, _ = run("runs", "list", "--out", "all.csv")
    rows = list(csv.DictReader(Path("all.csv").read_text(encoding="utf-8").splitlines()))
    assert code == 0 and len(rows) == 5 and rows[2]["flag_units"] == "2" and rows[2]["best_val_loss"] == "0.2"


def test_comparing(run, base):
    code, out, _ = run("runs", "compare", "10-00", "10-01")
    assert code == 0 and re.search(r"units +1 +2", out) and re.search(r"evaluated loss +0\.4 +0\.2 +−0\.2", out)
    assert "equal in everything" in run("runs", "compare", "bad", "bad")[1]
    code, out, _ = run("runs", "compare", "digits", "10-01")
    assert code == 0 and "digits" in out


def test_latest_copy_clean_purge(run, base, tmp_path):
    assert run("runs", "latest")[1].strip().endswith("bad")
    assert run("runs", "copy", "10-01", "best")[0] == 0 and (tmp_path / "best" / "run.json").is_file()
    code, _, err = run("runs", "clean")
    assert code == 1 and "--where" in err and len(list(base.iterdir())) == 5
    code, out, _ = run("runs", "clean", "--where", "status == failed", "--yes")
    assert code == 0 and "1 moved" in out and not (base / "bad").exists()
    assert "1 deleted" in run("runs", "purge", "--yes")[1] and not (base / "archive").exists()
    assert "Nothing was deleted" in run("runs", "purge", "--yes")[1]
    assert "4 moved" in run("runs", "clean", "--all", "--yes")[1]


def test_exporting(run, base, tmp_path):
    pytest.importorskip("tensorboardX")
    code, out, _ = run("runs", "export", "tensorboard", "10-01", "--to", "logs")
    assert code == 0 and "tensorboard --logdir logs" in out
    assert list((tmp_path / "logs" / "2026-11-21_10-01-00_train").glob("events*"))
    code, _, err = run("runs", "export", "excel")
    assert code == 1 and "unknown reader 'excel'" in err


def test_a_search_that_was_broken_off_is_named(run, tmp_path):
    folder = tmp_path / "begun" / "2026-11-21_10-33-12_t-search"
    folder.mkdir(parents=True)
    (folder / "tune.json").write_text("{}")
    assert "nyuron tune --resume" in run("runs", "--base", str(folder.parent))[1]
    with pytest.raises(DataError, match=r"(?s)has not chosen a network yet.*nyuron tune --resume .*t-search"):
        find_run("latest", folder.parent)
    with pytest.raises(DataError, match="has not chosen a network yet"):
        find_run(str(folder), tmp_path)
    with pytest.raises(DataError, match="there is no such run"):
        find_run("other", folder.parent)
