"""Series from a table: what comes next from what was before, held against what needs no network."""

import csv
import json
import os

import numpy as np
import pytest

from nyuron.cli import main
from nyuron.models import load_model

DAYS = 420


def series():
    """A wave whose next value follows from its last two, with a second column that leads it by a day."""
    random = np.random.default_rng(0)
    lead = random.normal(size=DAYS)
    level = np.zeros(DAYS)
    for i in range(2, DAYS):
        level[i] = 1.2 * level[i - 1] - 0.6 * level[i - 2] + 0.8 * lead[i - 1] + 0.1 * random.normal()
    return 10 + level, lead


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """wave.csv in Korean's old encoding, its days not in order, two of them empty."""
    folder = tmp_path_factory.mktemp("series")
    level, lead = series()
    days = np.datetime64("2022-01-01") + np.arange(DAYS)
    rows = [
        [str(day), f"{a:.4f}", "" if i in (50, 51) else f"{b:.4f}"]
        for i, (day, a, b) in enumerate(zip(days, level, lead, strict=True))
    ]
    with open(folder / "wave.csv", "w", newline="", encoding="cp949") as file:
        csv.writer(file).writerows([["일시", "기온", "바람"], *np.random.default_rng(1).permutation(rows).tolist()])
    return folder


@pytest.fixture(scope="module")
def trained(folder):
    options = [
        "--target",
        "기온",
        "--time",
        "일시",
        "--window",
        "6",
        "--missing",
        "drop",
        "--model",
        "mlp",
        "--dropout",
        "0",
    ]
    assert main(["train", str(folder / "wave.csv"), *options, "--quiet", "--out", str(folder / "runs")]) == 0
    (run,) = (folder / "runs").iterdir()
    return run


def read(run, name):
    return json.loads((run / f"{name}.json").read_text(encoding="utf-8"))


def test_the_network_beats_what_needs_none(trained):
    metrics = read(trained, "metrics")
    assert (
        metrics["mae"] < 0.5 * metrics["persistence_mae"] and metrics["linear_mae"] < 0.5 * metrics["persistence_mae"]
    )
    about = read(trained, "preprocessing")["series"]
    assert about == {"columns": ["기온", "바람"], "time": "일시", "seasons": [], "window": 6, "horizon": 1}


def test_the_parts_follow_each_other_and_persistence_is_the_last_value(trained):
    level, _ = series()
    with np.load(trained / "predictions.npz", allow_pickle=False) as arrays:
        times, truth, last = arrays["test_time"], arrays["true"], arrays["persistence"]
    assert times[-1] == np.datetime64("2022-01-01") + DAYS - 1 and np.all(np.diff(times) == np.timedelta64(1, "D"))
    np.testing.assert_allclose(truth, level[-len(truth) :], atol=1e-3)
    np.testing.assert_allclose(last[1:], truth[:-1], atol=1e-6)
    # No window reaches over the two days that were left out, nor begins before the first.
    assert read(trained, "config")["data"]["rows"] == {"train": 276, "validation": 49, "test": 81}


def test_the_saved_model_answers_in_its_own_units(trained):
    level, lead = series()
    window = np.stack([level, lead], axis=1)[-7:-1].astype(np.float32)
    said = load_model(trained / "model.nyuron").predict(window[None], verbose=0)
    assert said.shape == (1, 1) and abs(said[0, 0] - level[-1]) < 1.0


def test_the_next_day_is_predicted(trained, folder, capsys):
    assert main(["predict", str(trained), str(folder / "wave.csv")]) == 0
    out, err = capsys.readouterr()
    rows = list(csv.reader(out.splitlines()))
    assert rows[0] == ["일시", "기온"] and rows[-1][0] == "2023-02-25" and "wrong by" in err
    times = [row[0] for row in rows[1:]]
    assert times == sorted(times) and len(times) == DAYS - 2 - 2 * 5


def test_the_page_shows_the_course(trained):
    page = (trained / "report.html").read_text(encoding="utf-8")
    assert "The test part" in page and "a linear model of the window" in page
    assert "beats saying the last value again by" in page


@pytest.mark.parametrize("name", ["cnn", "lstm", "gru", "transformer"])
def test_every_network_continues_a_series_without_times(folder, tmp_path, name, capsys):
    level, lead = series()
    (tmp_path / "plain.csv").write_text(
        "lead,level\n" + "\n".join(f"{b:.3f},{a:.3f}" for a, b in zip(level, lead, strict=True))
    )
    options = [
        "--window",
        "8",
        "--horizon",
        "3",
        "--model",
        name,
        "--hidden",
        "8",
        "--epochs",
        "2",
        "--out",
        str(tmp_path / "r"),
    ]
    assert main(["train", str(tmp_path / "plain.csv"), *options]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "windows of 8 steps" in out and "3 steps ahead" in out and "'as the last value'" in out
    (run,) = (tmp_path / "r").iterdir()
    assert (run / "predictions.csv").read_text().splitlines()[-1].endswith(f",{DAYS - 1}")


@pytest.mark.parametrize(
    ("rows", "options", "message"),
    [
        (["2020-01-01,1", "2020-01-01,2", "2020-01-02,3"], ["--time", "day"], "1 time occurs twice"),
        (["soon,1", "later,2", "never,3"], ["--time", "day"], "holds no times"),
        (
            ["2020-01-01,1", "2020-01-02,2", "2020-01-03,3"],
            ["--time", "day", "--window", "5"],
            "too short for these windows",
        ),
        (["2020-01-01,1", "2020-01-02,", "2020-01-03,3"], ["--time", "day"], "--missing drop leaves this row out"),
        (["2020-01-01,1", "2020-01-02,2", "2020-01-03,3"], ["--time", "dy"], "did you mean 'day'"),
    ],
)
def test_what_is_no_series(tmp_path, capsys, rows, options, message):
    (tmp_path / "t.csv").write_text("day,level\n" + "\n".join(rows))
    assert main(["train", str(tmp_path / "t.csv"), *options, "--out", str(tmp_path / "r")]) == 1
    assert message in " ".join(capsys.readouterr().err.split())


def test_options_of_a_series_are_not_for_other_data(capsys):
    assert main(["train", "iris", "--window", "3"]) == 1
    assert "--window is for files" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.skipif(
    not os.path.isfile(os.path.join(os.environ.get("NYURON_DATA", "?"), "weather_cp949.csv")),
    reason="needs weather_cp949.csv",
)
def test_weather(tmp_path):
    assert main(["train", "weather", "--quiet", "--out", str(tmp_path)]) == 0
    (run,) = tmp_path.iterdir()
    metrics = read(run, "metrics")
    assert metrics["test_rows"] == 365 and metrics["mae"] < 0.95 * metrics["persistence_mae"]
    assert main(["predict", str(run), "weather"]) == 0
