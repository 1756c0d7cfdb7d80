"""Archiving, deleting, copying: what is no run is never touched."""

import io
import sys

import pytest

from nyuron.core import ArgumentError, DataError
from nyuron.runs import clean_runs, copy_run, copy_run_files, ls_runs, purge_runs
from runs.fakes import fake_run, fake_trained


@pytest.fixture
def base(tmp_path):
    base = tmp_path / "runs"
    for name, status in (("a", "completed"), ("b", "failed"), ("busy", "running")):
        fake_run(base, name, status)
    fake_trained(base)
    (base / "notes").mkdir()
    (base / "notes" / "run.txt").write_text("mine")
    return base


def test_cleaning_and_purging(base):
    assert [p.name for p in clean_runs("a", base)] == ["a"] and (base / "archive" / "a" / "run.json").is_file()
    fake_run(base, "a")
    assert [p.name for p in clean_runs(ls_runs(base, "status == completed and script == /s/train.py"), base)] == ["a_2"]
    assert {p.name for p in clean_runs(base=base)} == {"b", "2026-11-21_09-00-00_digits"}
    assert {p.name for p in base.iterdir()} == {"archive", "notes", "busy"}
    (base / "archive" / "letter.txt").write_text("mine")
    (base / "archive" / "photos").mkdir()
    assert len(purge_runs(base)) == 4
    assert {p.name for p in (base / "archive").iterdir()} == {"letter.txt", "photos"}
    assert purge_runs(base) == [] and clean_runs(base=base) == []


def test_an_empty_archive_goes(base):
    clean_runs(where="status == failed", base=base)
    purge_runs(base)
    assert not (base / "archive").exists()


def test_what_is_no_run_is_refused(base, tmp_path):
    outside = fake_run(tmp_path, "outside")
    for wrong in (base / "notes", outside, [base / "a", base / "notes"]):
        with pytest.raises(DataError):
            clean_runs(wrong, base)
    (base / "link").symlink_to(outside, target_is_directory=True)
    with pytest.raises(DataError, match="no run of that folder"):
        clean_runs("link", base)
    with pytest.raises(ArgumentError, match="under way"):
        clean_runs("busy", base)
    with pytest.raises(ArgumentError, match="two ways"):
        clean_runs("a", base, where="status == failed")
    assert (base / "a").is_dir() and outside.is_dir() and not (base / "archive").exists()


def test_a_linked_archive_is_left_alone(base, tmp_path):
    fake_run(tmp_path / "elsewhere", "x")
    (base / "archive").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    assert purge_runs(base) == [] and (tmp_path / "elsewhere" / "x").is_dir()


@pytest.mark.parametrize(("answer", "moved"), [("y\n", 1), ("n\n", 0), ("", 0)])
def test_asking(base, monkeypatch, answer, moved, capsys):
    monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
    assert len(clean_runs("a", base, confirm=True)) == moved
    assert "Move the run a to" in capsys.readouterr().out
    if moved:
        monkeypatch.setattr(sys, "stdin", io.StringIO("n\n"))
        assert purge_runs(base, confirm=True) == [] and (base / "archive" / "a").is_dir()


def test_copies(base, tmp_path):
    (base / "a" / "model.nyuron").write_text("m")
    (base / "a" / "plots").mkdir()
    (base / "a" / "plots" / "history.json").write_text("mine")
    (whole,) = copy_run("a", tmp_path / "to", base=base)
    assert {p.name for p in whole.iterdir()} == {"run.json", "model.nyuron", "plots"} and whole.name == "a"
    (files,) = copy_run_files("a", tmp_path / "to", rename="best", base=base)
    assert {p.name for p in files.iterdir()} == {"model.nyuron", "plots"} and files == tmp_path / "to" / "best"
    assert (files / "plots" / "history.json").read_text() == "mine"
    with pytest.raises(ArgumentError, match="the folder exists"):
        copy_run(["b", "a"], tmp_path / "to", base=base)
    assert not (tmp_path / "to" / "b").exists()
    with pytest.raises(ArgumentError, match="one name"):
        copy_run(["a", "b"], tmp_path, rename="x", base=base)
    with pytest.raises(DataError):
        copy_run(base / "notes", tmp_path / "to")
