"""report.html of a search: one page that needs nothing but itself."""

from __future__ import annotations

import os
from pathlib import Path

from nyuron.report import _search_sections as sections
from nyuron.report._html import tag
from nyuron.report._page import document
from nyuron.report._search_drawing import STYLE
from nyuron.report._search_header import search_header
from nyuron.report._search_record import SearchRecord
from nyuron.saving import RunFolder, atomic

SECTIONS = (
    ("best", "The best trials", sections.best_section),
    ("combinations", "All combinations", sections.combinations_section),
    ("matter", "What matters", sections.matter_section),
    ("course", "How the search went", sections.course_section),
    ("seeds", "What chance does", sections.seeds_section),
    ("failed", "What failed", sections.trials_section),
    ("space", "What was searched", sections.space_section),
    ("again", "How it was run", sections.again_section),
)


def write_search_report(folder: str | os.PathLike[str] | RunFolder) -> Path:
    """Render a search's folder to `report.html` in it; returns the page's path.

    Everything on the page comes from `search.json` and `trials.json`, so that a page can be made again at any time, of a
    search that is still running too.

    Raises: DataError if the folder holds no search.
    """
    search = SearchRecord(folder if isinstance(folder, RunFolder) else RunFolder(folder))
    path = search.folder.path / "report.html"
    with atomic(path) as file:
        file.write_text(search_page(search), encoding="utf-8")
    return path


def search_page(search: SearchRecord) -> str:
    """The whole page."""
    made = [(name, title, body) for name, title, make in SECTIONS if (body := make(search))]
    links = tag("nav", *(tag("a", title, href=f"#{name}") for name, title, _ in made), aria_label="Sections")
    parts = [tag("section", tag("h2", title), body, id=name) for name, title, body in made]
    return document(search.about.get("name") or "search", search_header(search), links, *parts, style=STYLE)
