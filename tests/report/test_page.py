"""The page of a finished run: one file, well formed, without the network, in light and in dark."""

import html.parser
import re
import shutil
import warnings

import numpy as np
import pytest

from nyuron.cli import main
from nyuron.core import DataError
from nyuron.report import write_report
from nyuron.saving import RunFolder
from nyuron.train import NonFiniteLossWarning

VOID = {
    "meta",
    "link",
    "img",
    "br",
    "hr",
    "input",
    "path",
    "line",
    "rect",
    "circle",
    "polyline",
    "use",
    "stop",
    "ellipse",
}


class Reader(html.parser.HTMLParser):
    """Follows the tags; notes what refers to something outside, and identifiers and links."""

    def __init__(self, text):
        super().__init__()
        self.open, self.wrong, self.outside, self.ids, self.links = [], [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name in ("src", "href", "srcset", "action") and value and not value.startswith(("#", "data:")):
                self.outside.append((tag, value))
            if name == "id":
                self.ids.append(value)
            if name == "href" and value.startswith("#"):
                self.links.append(value[1:])

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append((tag, self.getpos()))


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    base = tmp_path_factory.mktemp("runs")
    rng = np.random.default_rng(0)
    x = rng.normal(size=(150, 2))
    rows = "\n".join(f"{a:.4f},{b:.4f},{a - 2 * b:.4f}" for a, b in x)
    (base / "t.csv").write_text("length <mm>,weight & more,price\n" + rows)
    reviews = "\n".join(f'"<i>{"fine" if i % 2 else "poor"}</i> film, number {i}",{i % 2}' for i in range(60))
    (base / "r.csv").write_text("review,label\n" + reviews)
    days = [f"{np.datetime64('2024-01-01') + i},{np.sin(i / 3):.4f}" for i in range(90)]
    (base / "s.csv").write_text("day,level\n" + "\n".join(days))
    jobs = {
        "texts": [str(base / "r.csv"), "--model", "mlp", "--epochs", "2"],
        "series": [str(base / "s.csv"), "--time", "day", "--window", "6", "--model", "mlp", "--epochs", "2"],
        "classes": ["iris", "--epochs", "30"],
        "pictures": ["digits", "--epochs", "2"],
        "quantities": [str(base / "t.csv"), "--target", "price", "--epochs", "20"],
        "diverged": [str(base / "t.csv"), "--target", "price", "--epochs", "5", "--learning-rate", "1e30"],
    }
    found = {}
    for name, arguments in jobs.items():
        out = base / name
        with warnings.catch_warnings():
            warnings.simplefilter("default", NonFiniteLossWarning)
            assert main(["train", *arguments, "--quiet", "--out", str(out)]) == (1 if name == "diverged" else 0)
        (found[name],) = out.iterdir()
    return found


@pytest.mark.parametrize("name", ["classes", "pictures", "quantities", "texts", "series", "diverged"])
def test_page_is_whole(runs, name):
    text = (runs[name] / "report.html").read_text(encoding="utf-8")
    page = Reader(text)
    assert not page.wrong and not page.open
    beside = {value for tag, value in page.outside if tag == "a" and (runs[name] / value).is_file()}
    assert {value for _, value in page.outside} == beside
    assert not re.search(r"url\((?!['\"]?(data:|#))", text) and "@import" not in text
    assert len(page.ids) == len(set(page.ids)) and set(page.links) <= set(page.ids)
    assert "prefers-color-scheme:dark" in text


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("classes", ["setosa", "Confusion", "Worst mistakes", "load_model", "accuracy"]),
        ("pictures", ["data:image/png", "Worst mistakes", "Dense"]),
        ("quantities", ["length &lt;mm&gt;", "weight &amp; more", "R²", "Predicted"]),
        ("texts", ["word by word", "&lt;i&gt;fine&lt;/i&gt; film", "--text"]),
        ("series", ["2024-03-30", "a linear model of the window", "always saying the last value"]),
        ("diverged", ["Training stopped", "not finite"]),
    ],
)
def test_page_says(runs, name, words):
    text = (runs[name] / "report.html").read_text(encoding="utf-8")
    missing = [word for word in words if word.lower() not in text.lower()]
    assert not missing


def test_made_again_it_is_the_same(runs):
    page = runs["classes"] / "report.html"
    before = page.read_bytes()
    page.unlink()
    assert write_report(RunFolder(runs["classes"])).read_bytes() == before


def test_a_run_that_is_not_finished_has_no_page(runs, tmp_path):
    copy = tmp_path / "half"
    shutil.copytree(runs["classes"], copy)
    (copy / "metrics.json").unlink()
    with pytest.raises(DataError, match=r"metrics.json|finished"):
        write_report(RunFolder(copy))
