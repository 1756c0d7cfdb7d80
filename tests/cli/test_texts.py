"""Training on texts: a table with a column of them, folders of text files, and what is asked of the run afterwards."""

import csv
import json
import os
import random

import numpy as np
import pytest

from nyuron.cli import main
from nyuron.cli._text_bodies import units_of
from nyuron.models import load_model

MIDDLE = ["이", "영화", "<b>정말</b>", "그", "배우", "&", "연기", "오늘", "보고", "나서", "아주"]
WORDS = {"good": ["재미있다", "최고다", "감동", "훌륭한"], "bad": ["지루하다", "최악", "실망", "아까운"]}


def review(kind, chance):
    words = chance.choices(MIDDLE, k=4) + chance.choices(WORDS[kind], k=2)
    chance.shuffle(words)
    return " ".join(words)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """reviews.csv, and texts/ with a folder for each class."""
    folder, chance = tmp_path_factory.mktemp("texts"), random.Random(0)
    with open(folder / "reviews.csv", "w", newline="", encoding="cp949") as file:
        writer = csv.writer(file)
        writer.writerow(["review", "label"])
        for i in range(240):
            kind = ("bad", "good")[i % 2]
            text = review(kind, chance)
            writer.writerow([text, kind])
            (folder / "texts" / kind).mkdir(parents=True, exist_ok=True)
            (folder / "texts" / kind / f"{i}.txt").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def trained(folder):
    arguments = ["--model", "gru", "--hidden", "12", "--epochs", "14", "--learning-rate", "0.01", "--quiet"]
    assert main(["train", str(folder / "reviews.csv"), *arguments, "--out", str(folder / "runs")]) == 0
    (run,) = (folder / "runs").iterdir()
    return run


def test_a_column_of_texts_is_learned_from(trained):
    assert json.loads((trained / "metrics.json").read_text())["accuracy"] > 0.9
    about = json.loads((trained / "config.json").read_text(encoding="utf-8"))
    assert about["data"]["kind"] == "texts" and about["data"]["reading"]["unit"] == "syllable"
    assert about["network"][0]["class"] == "TextVectorization"
    lines = (trained / "predictions.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "row,true label,predicted label,probability,review" and len(lines) == 49
    with np.load(trained / "predictions.npz", allow_pickle=False) as arrays:
        assert arrays["sample_x"].dtype.kind == "U" and all(arrays[name].dtype != object for name in arrays.files)


def test_the_saved_model_takes_texts(trained):
    said = load_model(trained / "model.nyuron").predict(["정말 재미있다 최고다 감동", "지루하다 최악 실망"], verbose=0)
    assert said.argmax(axis=1).tolist() == [1, 0]


def test_the_page_shows_texts_escaped(trained):
    page = (trained / "report.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;정말&lt;/b&gt;" in page and "<b>정말" not in page
    assert "syllable by syllable" in page and "--text" in page


def test_texts_are_predicted_from_everywhere(trained, folder, tmp_path, capsys):
    (tmp_path / "lines.txt").write_text("재미있다 최고다\n\n지루하다, 최악\n", encoding="utf-8")
    (tmp_path / "other.csv").write_text(
        "id,comment\n1,정말 재미있다 최고다\n2,아주 지루하다 최악\n3,그 영화 훌륭한 연기\n", encoding="utf-8"
    )
    asked = {
        "words": ["--text", "재미있다 최고다", "지루하다, 최악"],
        "lines": [str(tmp_path / "lines.txt")],
        "column": [str(tmp_path / "other.csv")],
        "file": [str(folder / "reviews.csv")],
        "folder": [str(folder / "texts")],
    }
    for name, arguments in asked.items():
        assert main(["predict", str(trained), *arguments]) == 0
        out, err = capsys.readouterr()
        rows = list(csv.reader(out.splitlines()))
        assert rows[0] == ["review", "label", "probability"]
        if name in ("words", "lines", "column"):
            assert [row[1] for row in rows[1:3]] == ["good", "bad"] and "재미있다 최고다" in rows[1][0]
        else:
            assert len(rows) == 241 and "right" in err
    assert main(["predict", str(trained), "--text", "최고다", "--out", str(tmp_path / "p.npz")]) == 0
    assert np.load(tmp_path / "p.npz")["said"].shape == (1, 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "there is nothing to predict"),
        (["x.csv", "--text", "가"], "not both"),
        (["numbers.csv"], "has no column of texts"),
    ],
)
def test_what_cannot_be_asked(trained, tmp_path, monkeypatch, capsys, arguments, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "numbers.csv").write_text("a,b\n1,2\n3,4\n")
    assert main(["predict", str(trained), *arguments]) == 1
    err = " ".join(capsys.readouterr().err.split())
    assert message in err and "fix:" in err


@pytest.mark.parametrize("name", ["mlp", "cnn", "lstm", "transformer"])
def test_every_network_reads_folders_of_texts(folder, tmp_path, name, capsys):
    arguments = ["--model", name, "--hidden", "16", "--epochs", "2", "--out", str(tmp_path)]
    assert main(["train", str(folder / "texts"), *arguments]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "texts, read syllable by syllable" in out and "163 to train" in out
    (run,) = tmp_path.iterdir()
    assert load_model(run / "model.nyuron").predict(["최고다"], verbose=0).shape == (1, 2)


def test_names_are_no_texts(tmp_path, capsys):
    (tmp_path / "n.csv").write_text("town,price\n" + "\n".join(f"{'ABC'[i % 3]},{i}" for i in range(30)))
    assert main(["train", str(tmp_path / "n.csv"), "--out", str(tmp_path / "r")]) == 1
    assert "no numbers: 'town' (text)" in " ".join(capsys.readouterr().err.split())


def test_texts_beside_numbers_are_refused_with_both_ways_out(folder, tmp_path, capsys):
    lines = (folder / "reviews.csv").read_text(encoding="cp949").splitlines()
    (tmp_path / "m.csv").write_text("\n".join(["id," + lines[0], *(f"{i},{line}" for i, line in enumerate(lines[1:]))]))
    assert main(["train", str(tmp_path / "m.csv"), "--out", str(tmp_path / "r")]) == 1
    said = " ".join(capsys.readouterr().err.split())
    assert "from the texts: --drop id" in said and "from the numbers: --drop review" in said
    options = ["--drop", "id", "--model", "mlp", "--epochs", "1", "--quiet"]
    assert main(["train", str(tmp_path / "m.csv"), *options, "--out", str(tmp_path / "r")]) == 0
    assert '--text "…"' in " ".join(capsys.readouterr().out.split())


def test_folders_say_themselves_what_the_classes_are(folder, capsys):
    assert main(["train", str(folder / "texts"), "--target", "label"]) == 1
    assert "the folders are the classes" in capsys.readouterr().err


def test_words_or_syllables():
    assert units_of(["a good film, truly", "bad"]) == "whitespace"
    assert units_of(["좋은 영화 good", "いい映画"]) == "hangul_syllables"


@pytest.mark.slow
@pytest.mark.skipif(not os.path.isdir(os.path.join(os.environ.get("NYURON_DATA", "?"), "nsmc")), reason="needs nsmc")
def test_film_reviews(tmp_path):
    assert main(["train", "nsmc", "--quiet", "--out", str(tmp_path)]) == 0
    (run,) = tmp_path.iterdir()
    assert json.loads((run / "metrics.json").read_text())["accuracy"] > 0.79
