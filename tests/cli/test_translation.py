"""Texts into other texts from the command line: numbers said in Korean, in digits."""

import csv
import json
from functools import partial

import numpy as np
import pytest

from nyuron.cli import main
from nyuron.cli._translation import UNKNOWN, Signs, signs_of
from nyuron.core import DataError
from nyuron.datasets import korean_numbers

FEW = ["--hidden", "32", "--batch-size", "32", "--learning-rate", "0.01", "--quiet"]


@pytest.fixture(scope="module")
def few():
    """Numbers below a thousand alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(korean_numbers, "load_data", partial(korean_numbers.load_data, 600, 999))
        yield


@pytest.fixture(scope="module")
def trained(few, tmp_path_factory):
    base = tmp_path_factory.mktemp("runs")
    assert main(["train", "korean_numbers", *FEW, "--epochs", "25", "--out", str(base)]) == 0
    (run,) = base.iterdir()
    return run


def test_numbers_are_read(trained, capsys):
    metrics = json.loads((trained / "metrics.json").read_text())
    assert metrics["accuracy"] > 0.6 and metrics["test_rows"] == 120
    assert metrics["accuracy"] == metrics["right"] / 120 and metrics["sign_accuracy"] >= metrics["accuracy"]
    assert main(["runs", "--base", str(trained.parent)]) == 0
    assert "right" in capsys.readouterr().out


def test_the_page_shows_where_it_looked(trained):
    page = (trained / "report.html").read_text(encoding="utf-8")
    assert "Where it looked" in page and "By the length of what is read" in page and "exactly right" in page
    with np.load(trained / "predictions.npz", allow_pickle=False) as arrays:
        looks = arrays["looks"]
    np.testing.assert_allclose(looks.sum(-1), 1.0, atol=1e-4)


def test_other_numbers_are_translated(trained, tmp_path, capsys):
    numbers = list(range(100, 130))
    (tmp_path / "n.csv").write_text("words,digits\n" + "\n".join(f"{korean_numbers.spelled(n)},{n}" for n in numbers))
    assert main(["predict", str(trained), str(tmp_path / "n.csv")]) == 0
    out, err = capsys.readouterr()
    rows = list(csv.reader(out.splitlines()))
    right = np.mean([row[1] == str(n) for row, n in zip(rows[1:], numbers, strict=True)])
    assert rows[0] == ["words", "digits", "probability"] and right > 0.5 and "exactly right" in err
    assert main(["predict", str(trained), "--text", rows[1][0]]) == 0
    assert capsys.readouterr().out.splitlines()[1].rsplit(",", 1)[0] == f"{rows[1][0]},{rows[1][1]}"


@pytest.mark.slow
def test_a_transformer_writes_too(few, tmp_path):
    assert (
        main(["train", "korean_numbers", *FEW, "--model", "transformer", "--epochs", "2", "--out", str(tmp_path)]) == 0
    )
    (run,) = tmp_path.iterdir()
    assert main(["predict", str(run), "--text", "이십일"]) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--model", "mlp"], "this network does not write"),
        (["--hidden", "8", "8"], "has one width"),
        (["--target", "x"], "--target is for files"),
    ],
)
def test_what_this_job_does_not_have(few, arguments, message, capsys):
    assert main(["train", "korean_numbers", *arguments]) == 1
    said = " ".join(capsys.readouterr().err.split())
    assert message in said and "fix:" in said


def test_what_it_cannot_read(trained, capsys):
    for arguments, message in (
        (["--text", "삼x"], "a sign that the network never saw: 'x'"),
        (["--text", "삼" * 40], "the text is too long"),
        ([], "it is not said what to translate"),
    ):
        assert main(["predict", str(trained), *arguments]) == 1
        assert message in " ".join(capsys.readouterr().err.split())


def test_signs_there_and_back():
    signs = signs_of(["ba", "c"], ends=True)
    assert signs == Signs("abc", 3) and (signs.end, signs.begin) == (4, 5)
    numbers = signs.numbered(["ba", ""], ends=True)
    assert numbers.tolist() == [[2, 1, 4], [4, 0, 0]]
    assert signs.before(numbers).tolist() == [[5, 2, 1], [5, 4, 0]]
    assert [signs.text(row) for row in numbers] == ["ba", ""] and signs.text(np.array([5, 1, 1])) == f"{UNKNOWN}aa"
    with pytest.raises(DataError, match="too long"):
        signs.numbered(["abc"], ends=True)
