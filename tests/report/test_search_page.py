"""The page of a search: whole, the same when made again, and made of anything that a search may have left."""

import json
import re

import numpy as np
import pytest

from nyuron.core import DataError, FileFormatError
from nyuron.report import write_search_report
from nyuron.report._search_drawing import scale_of
from nyuron.report._search_importance import importance
from nyuron.report._search_record import Axis, SearchRecord
from nyuron.report._search_sections import execution_values
from nyuron.saving import RunFolder
from report.searches import SPACE, draw, make_search, make_trial, write_search
from report.test_page import Reader

ALL = ["best", "combinations", "matter", "course", "seeds", "failed", "space", "again"]
KOREAN = [
    {**SPACE[0], "name": "학습률"},
    {
        **SPACE[2],
        "name": "최적화 <방법>",
        "choices": ["확률적 경사 하강법", "아담", "알엠에스프롭 & 그 밖의 아주 긴 이름"],
    },
]
JOBS = {
    "usual": ({"trials": 40, "executions": 2}, ALL),
    "maximize": ({"trials": 20, "maximize": True, "failed": 0}, ["best", "combinations", "matter", "course", "space", "again"]),
    "one": ({"trials": 1, "failed": 0, "pruned": 0}, ["best", "matter", "course", "space", "again"]),
    "single": ({"trials": 12, "space": SPACE[:1], "failed": 0}, ["best", "combinations", "matter", "course", "space", "again"]),
    "dead": ({"trials": 5, "failed": 1.1}, ["combinations", "failed", "space", "again"]),
    "cut": ({"trials": 5, "failed": 0, "pruned": 1.1}, ["combinations", "course", "space", "again"]),
    "none": ({"trials": 0}, ["space", "again"]),
    "interrupted": ({"trials": 9, "failed": 0, "stopped": "interrupted", "chosen": None, "optimism": None}, ["best", "course"]),
}  # fmt: skip


def page_of(folder):
    text = write_search_report(folder).read_text(encoding="utf-8")
    page = Reader(text)
    assert not page.wrong and not page.open, page.wrong or page.open
    assert not page.outside and not re.search(r"url\((?!['\"]?(data:|#))", text) and "@import" not in text
    assert len(page.ids) == len(set(page.ids)) and set(page.links) <= set(page.ids)
    assert "#0b0b" not in text and "nan" not in re.sub(r"<[^>]*>", " ", text).lower().split()
    return text


@pytest.mark.parametrize("name", JOBS)
def test_page_is_whole(name, tmp_path):
    options, sections = JOBS[name]
    make_search(tmp_path, **options)
    text = page_of(tmp_path)
    assert [s for s in re.findall(r'<section id="(\w+)"', text) if s in sections] == sections
    if name == "interrupted":
        assert "was interrupted after 9 trials" in text and "was not measured" in text
    if name in ("dead", "none", "cut"):
        assert "verdict search" not in text.split("</style>")[1]


def test_page_says_what_was_found(tmp_path):
    trials = make_search(tmp_path, 40, executions=3, failed=0.2)
    text = page_of(tmp_path)
    best = min((t for t in trials if t["state"] == "complete"), key=lambda t: t["value"])
    assert f"trial\u00a0{best['number']}." in text and "measured once" in text and "0.1532" in text
    assert f"{best['value'] + 0.0123:.4g}" in text
    assert "only when" in text and "optimizer is sgd" in text and "padded to 256" in text
    assert "12 &amp; more &lt;b&gt;" in text


def test_made_again_it_is_the_same(tmp_path):
    make_search(tmp_path, 30, executions=2)
    before = write_search_report(tmp_path).read_bytes()
    assert write_search_report(RunFolder(tmp_path)).read_bytes() == before


def test_names_in_korean_and_with_signs(tmp_path):
    rng = np.random.default_rng(0)
    names = dict(zip(["learning_rate", "optimizer"], [one["name"] for one in KOREAN], strict=True))
    made = []
    for number in range(12):
        values = draw(rng, KOREAN)
        trial = make_trial(number, {"learning_rate": values[names["learning_rate"]]}, rng)
        made.append({**trial, "hyperparameters": values})
    write_search(tmp_path, made, KOREAN, name="집값 <예측>")
    text = page_of(tmp_path)
    assert "집값 &lt;예측&gt;" in text and "확률적 경사 하강법" in text and "최적화 &lt;방법&gt;" in text


def test_values_that_are_no_numbers(tmp_path):
    rng = np.random.default_rng(0)
    made = [make_trial(n, draw(rng, SPACE), rng) for n in range(12)]
    made[2]["value"], made[3]["value"], made[4]["value"] = float("nan"), float("inf"), 1e30
    made[5]["curves"] = [{"val_loss": [0.5, float("nan"), float("inf"), None, 0.4]}]
    made[6]["curves"], made[7]["value"], made[7]["state"] = [], None, "running"
    made[8]["curves"] = [{"val_loss": [0.3]}]
    made[9]["hyperparameters"]["learning_rate"] = float("nan")
    write_search(tmp_path, made)
    text = page_of(tmp_path)
    assert "2 trials failed: val_loss was no finite number" in text and "unfinished" in text


def test_a_thousand_trials_stay_small(tmp_path, monkeypatch):
    monkeypatch.setattr("nyuron.report._search_sections.importance", lambda search: None)
    make_search(tmp_path, 1000, executions=1, epochs=300)
    assert len(page_of(tmp_path).encode()) < 3_000_000


def test_importance_finds_what_matters(tmp_path):
    make_search(tmp_path, 120, failed=0, pruned=0)
    shares, _ = importance(SearchRecord(RunFolder(tmp_path)))
    assert next(iter(shares)) == "learning_rate" and shares["learning_rate"] > 0.3
    assert max(shares["normalized"], shares["batch_size"], shares["momentum"]) < 0.1
    assert "task" not in shares and 0.5 < sum(shares.values()) <= 1.0 + 1e-9


def test_importance_needs_trials_that_differ(tmp_path):
    made = make_search(tmp_path, 20, failed=0, pruned=0)
    write_search(tmp_path, [{**t, "value": 0.5} for t in made])
    assert importance(SearchRecord(RunFolder(tmp_path))) is None
    assert "equally good" in page_of(tmp_path)
    make_search(tmp_path, 4, failed=0, pruned=0)
    assert "It takes 8" in page_of(tmp_path)


def test_axes(tmp_path):
    make_search(tmp_path, 60)
    axes = {axis.name: axis for axis in SearchRecord(RunFolder(tmp_path)).axes}
    assert list(axes) == [one["name"] for one in SPACE if one["kind"] != "fixed"]
    assert axes["learning_rate"].is_log and axes["learning_rate"].place(10**-2.5) == pytest.approx(0.5)
    assert not axes["momentum"].is_log and axes["batch_size"].words == ("16", "32", "64", "128")
    assert axes["normalized"].place(True) == 0.75 and axes["momentum"].place("no") is None
    assert [text for _, text in Axis("a", 1e-5, 1e-1, is_log=True).ticks()] == [
        "1e−5",
        "0.0001",
        "0.001",
        "0.01",
        "0.1",
    ]


def test_values_far_out_do_not_squeeze():
    values = np.r_[np.linspace(1, 2, 50), 1e6]
    assert scale_of(values).is_log and scale_of(values).beyond(values) == 1
    values = np.r_[np.linspace(-1, 1, 50), 1e6]
    scale = scale_of(values)
    assert not scale.is_log and scale.high < 10 and scale.beyond(values) == 1
    assert scale_of(-values, is_minimized=False).low > -10
    assert scale_of([3.0]) == (3.0, 3.0, False) and scale_of([np.nan]) == (0.0, 1.0, False)


def test_executions_by_their_best_epoch(tmp_path):
    trials = make_search(tmp_path, 4, executions=3, failed=0, pruned=0)
    search = SearchRecord(RunFolder(tmp_path))
    for trial in search.trials:
        assert execution_values(search, trial).mean() == pytest.approx(trials[trial.number]["value"])


def test_what_is_no_search(tmp_path):
    with pytest.raises(DataError, match="holds no search"):
        write_search_report(tmp_path)
    make_search(tmp_path, 3)
    (tmp_path / "trials.json").write_text(json.dumps([{"number": 1}]))
    with pytest.raises(FileFormatError, match="damaged"):
        write_search_report(tmp_path)
