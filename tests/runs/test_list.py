"""Lists of runs: columns, conditions, order, kinds of frames; finding, comparing."""

import json

import pytest

from nyuron.core import ArgumentError, DataError, UnknownNameError
from nyuron.runs import compare_runs, latest_run, ls_runs, run_info, select
from nyuron.runs._where import condition
from runs.fakes import fake_run, fake_trained


@pytest.fixture
def base(tmp_path):
    for i, (loss, accuracy, optimizer) in enumerate([(0.5, 0.7, "adam"), (0.2, 0.9, "sgd"), (0.3, 0.8, "adam")]):
        fake_run(
            tmp_path,
            f"run{i}",
            start=f"2026-11-21T1{i}:00:00+00:00",
            flags={"units": 2**i, "optimizer": optimizer},
            figures={"val_loss": [loss, loss + 0.1], "accuracy": [accuracy, accuracy - 0.1], "parts": [[1, 2], [1, 2]]},
            evaluation={"loss": loss},
            recorded={"rows": i, "names": ["a", "b"]},
        )
    fake_run(
        tmp_path, "broken", status="failed", start="2026-11-21T13:00:00+00:00", error={"type": "E", "message": "m"}
    )
    fake_trained(tmp_path)
    return tmp_path


def names(runs):
    return [run.name for run in runs]


def test_columns_of_both_kinds(base):
    frame = ls_runs(base, decreasing=False)
    assert list(frame["run_dir"].str[-4:]) == ["gits", "run0", "run1", "run2", "oken"]
    first, second = frame.iloc[0], frame.iloc[1]
    assert first["script"] == "digits" and first["status"] == "completed" and first["epochs"] == 5
    assert first["epochs_completed"] == 2 and first["seconds"] == 1.5 and first["parameters"] == 10
    assert first["flag_hidden"] == "[16]" and "flag_out" not in frame and "flag_target" not in frame
    assert first["eval_accuracy"] == 0.9 and "eval_baseline_accuracy" not in frame and "eval_seconds" not in frame
    assert first["metric_accuracy"] == 0.9 and first["best_accuracy"] == 0.95 and first["best_loss"] == 0.3
    assert second["flag_units"] == 1 and second["metric_val_loss"] == 0.6 and second["best_val_loss"] == 0.5
    assert second["best_accuracy"] == 0.7 and second["eval_loss"] == 0.5 and second["record_rows"] == 0
    assert second["record_names"] == '["a", "b"]' and "metric_parts" not in frame
    assert frame.iloc[4]["error"] == "E: m" and second["start"].hour == 10
    groups = [name.partition("_")[0] for name in frame.columns[11:]]
    assert groups == sorted(groups, key=["flag", "metric", "best", "eval", "record"].index)


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
def test_kinds_of_frames(base, backend):
    if backend != "pyarrow":
        pytest.importorskip(backend)
    frame = ls_runs(base, backend=backend)
    assert type(frame).__module__.split(".")[0] == backend and len(frame) == 5
    assert [len(ls_runs(base / "none", backend=backend)), run_info(frame)[0].name] == [0, "broken"]


def test_without_pandas(base, monkeypatch):
    import importlib.util

    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == "pandas" else real(name, *rest)
    )
    assert type(ls_runs(base)).__module__.startswith("pyarrow")
    with pytest.raises(ArgumentError, match="pandas, polars or pyarrow"):
        ls_runs(base, backend="excel")


def test_order(base):
    assert names(select(base)) == ["broken", "run2", "run1", "run0", "2026-11-21_09-00-00_digits"]
    assert names(select(base, order="best_val_loss"))[:3] == ["run1", "run2", "run0"]
    assert names(select(base, order="best_accuracy"))[:3] == ["2026-11-21_09-00-00_digits", "run1", "run2"]
    assert names(select(base, order="best_val_loss", decreasing=True))[:3] == ["run0", "run2", "run1"]
    assert names(select(base, order="flag_units"))[:3] == ["run0", "run1", "run2"]
    assert names(select(base, order="metric_val_loss", latest_n=2)) == ["run2", "broken"]
    with pytest.raises(UnknownNameError, match="did you mean 'best_val_loss'"):
        ls_runs(base, order="best_val_los")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("metric_val_loss < 0.5", "run1 run2"),
        ("metric_val_loss<0.5 and flag_optimizer=='adam'", "run2"),
        ("flag_optimizer = sgd or flag_units == 1", "run0 run1"),
        ("not (flag_optimizer == sgd | flag_units == 1)", "broken digits run2"),
        ("flag_units >= 2 & flag_units != 4", "run1"),
        ("status != completed", "broken"),
        ("eval_loss == none", "broken"),
        ("start > '2026-11-21T12:00+00:00'", "broken"),
        ("eval_loss < best_accuracy and script == '/s/train.py'", "run0 run1 run2"),
        ("flag_optimizer < 3", ""),
    ],
)
def test_conditions(base, text, found):
    got = sorted(name.replace("2026-11-21_09-00-00_", "") for name in names(select(base, text)))
    assert " ".join(got) == found


def test_a_function_as_condition(base):
    assert names(select(base, lambda row: (row.get("flag_units") or 0) > 2)) == ["run2"]


@pytest.mark.parametrize(
    "text", ["", "a", "a <", "a << 1", "a < 1 and", "(a < 1", "a < 1)", "1 < a", "a < 1 b < 2", "a ; 1", "a.b() < 1"]
)
def test_conditions_that_cannot_be_read(text):
    with pytest.raises((ArgumentError, UnknownNameError)):
        condition(text, ["a"])


def test_conditions_are_never_executed(base):
    with pytest.raises(UnknownNameError):
        select(base, "__import__ == 1")
    assert names(select(base, "script == __import__")) == []


def test_finding(base, monkeypatch):
    assert latest_run(base).name == "broken" and run_info("latest", base).name == "broken"
    assert run_info("run1", base).path == base / "run1" == run_info(base / "run1").path
    assert run_info("digits", base).kind == "train"
    assert names(run_info(["run0", base / "run2"], base)) == ["run0", "run2"]
    with pytest.raises(DataError, match=r"no such run[\s\S]*did you mean 'run1'"):
        run_info("rn1", base)
    with pytest.raises(DataError, match="there are no runs"):
        latest_run(base / "nowhere")


def test_within_a_second_the_order_is_that_of_the_beginning(tmp_path):
    for i in (3, 1, 2):
        fake_run(tmp_path, f"r{i}", start=f"2026-11-21T10:00:00.{i:06d}+00:00")
    assert names(select(tmp_path)) == ["r3", "r2", "r1"]


def test_comparing(tmp_path):
    folders = []
    for name, units, text in (("a", 1, "x = 1\ny = 2\n"), ("b", 2, "x = 1\ny = 3")):
        folder = fake_run(
            tmp_path, name, flags={"units": units, "same": 0}, sources={"s.py": name}, evaluation={"loss": units}
        )
        (folder / "source").mkdir()
        (folder / "source" / "s.py").write_text(text)
        folders.append(folder)
    found = compare_runs("a", "b", tmp_path)
    assert found.flags == {"units": (1, 2)} and found.evaluation == {"loss": (1, 2)} and found.metrics == {}
    assert found.source.splitlines()[-2:] == ["-y = 2", "+y = 3"] and "flags: units: 1  |  2" in str(found)
    same = compare_runs(*folders[:1] * 2)
    assert not any(same.groups.values()) and same.source == ""


def test_nan_is_no_best_and_no_smallest(tmp_path):
    fake_run(tmp_path, "a", figures={"val_loss": [0.5, float("nan")]})
    assert run_info("a", tmp_path).best == {"val_loss": 0.5}
    assert select(tmp_path, "metric_val_loss < 1") == []
    assert json.loads((tmp_path / "a" / "history.json").read_text())
