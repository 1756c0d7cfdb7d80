"""Flags: their types, where they come from, which source wins."""

import sys

import numpy as np
import pytest

from nyuron.core import ArgumentError, FileFormatError, KindError, UnknownNameError
from nyuron.runs import Flags, flags, parse_arguments, training_run
from nyuron.runs._flags import chosen_flags, of_type


@pytest.mark.parametrize(
    ("value", "default", "expected"),
    [
        ("128", 64, 128),
        ("1e3", 64, 1000),
        (2.0, 64, 2),
        ("-0.1", 0.5, -0.1),
        (1, 0.5, 1.0),
        ("No", True, False),
        ("1", False, True),
        ("12", "adam", "12"),
        ("64, 32", [1], [64, 32]),
        ("[64, 32]", [1], [64, 32]),
        ((3, 4), [1], [3, 4]),
        ("0.5", None, 0.5),
        ("adam", None, "adam"),
        (np.float32(0.25), 1.0, 0.25),
        (np.arange(3), [], [0, 1, 2]),
    ],
)
def test_values_take_the_type_of_the_default(value, default, expected):
    got = of_type(value, default, "f")
    assert got == expected and type(got) is type(expected)


@pytest.mark.parametrize(
    ("value", "default"), [("many", 64), (0.5, 64), (True, 64), (True, 0.5), ("2", True), (1, True), (3, "x"), (3, [])]
)
def test_other_types_are_refused(value, default):
    with pytest.raises(KindError, match="another type than the flag's default"):
        of_type(value, default, "f")


def test_a_whole_default_and_a_fraction():
    with pytest.raises(KindError, match=r"write the default as 64\.0"):
        of_type(0.5, 64, "units")


def test_objects_are_no_flags():
    with pytest.raises(KindError, match="cannot be recorded"):
        flags(optimizer=object())


def test_later_sources_win_and_unknown_names_are_refused():
    chosen = chosen_flags({"a": 1, "b": 2, "c": 3}, [("file", {"a": 10, "b": 20}), ("line", {"b": "200"})])
    assert dict(chosen) == {"a": 10, "b": 200, "c": 3}
    with pytest.raises(UnknownNameError, match=r"no flag 'unts'[\s\S]*did you mean 'units'"):
        chosen_flags({"units": 1}, [("line", {"unts": 2})])


def test_flags_are_read_only_and_know_their_names():
    chosen = Flags(units=64)
    assert chosen.units == chosen["units"] == 64 and dict(chosen) == {"units": 64}
    with pytest.raises(AttributeError, match="did you mean 'units'"):
        chosen.unit  # noqa: B018
    with pytest.raises(AttributeError, match="given where the script is run"):
        chosen.units = 3


def test_words_of_the_command_line():
    assert parse_arguments(["--a", "-1", "--b-c=2=3", "--d", "--e"], "s") == {
        "a": "-1",
        "b_c": "2=3",
        "d": "true",
        "e": "true",
    }
    with pytest.raises(ArgumentError, match="belongs to no flag"):
        parse_arguments(["--a", "1", "2"], "s")


SCRIPT = "from nyuron.runs import flags\nprint(*dict(flags(a=1, b=2, c=3)).values())\n"


def test_file_then_command_line_then_training_run(tmp_path, monkeypatch, capsys):
    import runpy

    script = tmp_path / "s.py"
    script.write_text(SCRIPT)
    (tmp_path / "flags.yml").write_text("a: 10\nb: 20\n")
    monkeypatch.setattr(sys, "argv", [str(script), "--b", "200"])
    runpy.run_path(str(script), run_name="__main__")
    assert capsys.readouterr().out == "10 200 3\n"
    run = training_run(script, {"c": 4}, base=tmp_path / "runs", echo=False)
    # The arguments are another program's here.
    assert run.output == "10 20 4\n" and run.given == {"c": 4} and set(run.sources) == {"s.py", "flags.yml"}


def test_other_programs_arguments_are_not_read(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["pytest", "--units", "3"])
    assert flags(units=1).units == 1


def test_a_flags_file_without_names(tmp_path):
    (tmp_path / "s.py").write_text(SCRIPT)
    (tmp_path / "flags.yml").write_text("- 1\n")
    with pytest.raises(FileFormatError, match="no names"):
        training_run(tmp_path / "s.py", base=tmp_path / "runs", echo=False)
