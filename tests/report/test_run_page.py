"""The page of a script's run: one well-formed file without the network, however the run ended."""

import webbrowser

import pytest

from nyuron.core import DataError
from nyuron.report import view_run
from report.test_page import Reader
from runs.fakes import fake_run


def page(base, name):
    path = view_run(name, base, opens=False)
    text = path.read_text(encoding="utf-8")
    found = Reader(text)
    assert (found.open, found.wrong, found.outside) == ([], [], []) and set(found.links) <= set(found.ids)
    return text


def test_a_completed_run(tmp_path):
    folder = fake_run(
        tmp_path,
        "good",
        flags={"units": 64, "name": "<b>"},
        figures={"loss": [0.5, 0.4], "val_loss": [None, 0.45], "accuracy": [0.7, float("nan")]},
        evaluation={"accuracy": 0.9},
        recorded={"rows": 12},
        sources={"s.py": "0"},
        model={"layers": ["Dense", "Dense"], "parameters": 1234, "optimizer": "Adam()", "loss": "mse"},
    )
    (folder / "source").mkdir()
    (folder / "source" / "s.py").write_text("x = 1 < 2")
    (folder / "output.txt").write_text("\n".join(f"line {i}" for i in range(500)))
    text = page(tmp_path, "good")
    for said in (
        "90.0 %",
        "Dense → Dense",
        "1,234",
        "&lt;b&gt;",
        "x = 1 &lt; 2",
        "line 499",
        "The last 400 of 500 lines",
    ):
        assert said in text
    assert text.count("<svg") == 2 and "line 99\n" not in text and "2 of 2" in text


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("failed", "The script failed: ValueError: m"),
        ("interrupted", "interrupted"),
        ("running", "The script is running"),
    ],
)
def test_other_endings(tmp_path, status, said):
    error = {"type": "ValueError", "message": "m"} if status == "failed" else None
    fake_run(tmp_path, "run", status, error=error)
    assert said in page(tmp_path, "run")


def test_it_opens_in_the_browser(tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    fake_run(tmp_path, "run")
    assert opened == [] and view_run("latest", tmp_path).resolve().as_uri() == opened[0]
    with pytest.raises(DataError, match="no such run"):
        view_run("other", tmp_path)
