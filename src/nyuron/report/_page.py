"""report.html: one page that needs nothing but itself."""

from __future__ import annotations

from pathlib import Path

from nyuron._version import __version__
from nyuron.report._given import data_section
from nyuron.report._header import header
from nyuron.report._html import Html, join, tag
from nyuron.report._learning import learning_section
from nyuron.report._quality import quality_section
from nyuron.report._record import Record
from nyuron.report._style import SCRIPT, STYLE
from nyuron.report._use import again_section, network_section, use_section
from nyuron.report._worst import worst_section
from nyuron.saving import RunFolder, atomic

SECTIONS = (
    ("quality", "How good it is", quality_section),
    ("worst", "Worst mistakes", worst_section),
    ("learning", "How it learned", learning_section),
    ("data", "What it was given", data_section),
    ("network", "The network", network_section),
    ("use", "Use it", use_section),
    ("again", "How it was run", again_section),
)


def write_report(run: RunFolder) -> Path:
    """Render a finished run's folder to `report.html` in it; returns the page's path.

    Everything on the page comes from the folder, so a report can be made again at any time, elsewhere too.

    Raises: DataError if the folder holds no finished run.
    """
    path = run.path / "report.html"
    with atomic(path) as file:
        file.write_text(page(Record(run)), encoding="utf-8")
    return path


def page(run: Record) -> str:
    """The whole page."""
    made = [(name, title, body) for name, title, make in SECTIONS if (body := make(run))]
    links = tag("nav", *(tag("a", title, href=f"#{name}") for name, title, _ in made), aria_label="Sections")
    parts = [tag("section", tag("h2", title), body, id=name) for name, title, body in made]
    return document(run.config["name"], header(run), links, *parts)


def document(title: str, *body: Html | None, style: str = "") -> str:
    """A page with the house's style, and more of it for what only this page has, that needs nothing but itself."""
    foot = tag("footer", f"Made by Nyuron {__version__} from the files in this folder. The page needs no network.")
    head = join(
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", f"{title} – Nyuron"),
        tag("link", rel="icon", href="data:,"),
        tag("style", Html(STYLE + style)),
    )
    whole = tag("body", tag("main", *body, foot), tag("script", Html(SCRIPT)))
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>{whole}</html>\n'
