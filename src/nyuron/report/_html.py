"""HTML as values: text is escaped unless it is known to be HTML."""

from __future__ import annotations

import html
from typing import Any


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


_VOID = {"br", "col", "hr", "img", "link", "meta"}


def tag(name: str, /, *children: Any, **attributes: Any) -> Html:
    """An element. Children: text (escaped), Html, lists of both, None for nothing. A trailing _ of an attribute is dropped.

    Example:
        >>> tag("p", "a < b", tag("b", "!"), class_="note")
        '<p class="note">a &lt; b<b>!</b></p>'
    """
    shown = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(str(value), quote=True)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _VOID:
        return Html(f"<{name}{shown}>")
    return Html(f"<{name}{shown}>{join(*children)}</{name}>")


def join(*children: Any) -> Html:
    """Children one after another, escaped where they are plain text."""
    parts = []
    for child in children:
        if child is None:
            continue
        if isinstance(child, list | tuple):
            parts.append(join(*child))
        else:
            parts.append(child if isinstance(child, Html) else html.escape(str(child), quote=False))
    return Html("".join(parts))


def facts(rows: list[tuple[str, Any]]) -> Html:
    """Names and values, one a line; those whose value is empty are left out."""
    shown = [(name, value) for name, value in rows if value not in (None, "", [])]
    return tag("dl", [tag("div", tag("dt", name), tag("dd", value)) for name, value in shown], class_="facts")


def table(head: list[Any], rows: list[list[Any]], *, text_columns: int = 1) -> Html:
    """A table in a box that scrolls sideways; columns after the first `text_columns` are numbers, set to the right."""

    def cells(kind: str, row: list[Any]) -> list[Html]:
        made = []
        for i, cell in enumerate(row):
            is_cell = isinstance(cell, Html) and cell.startswith("<td")
            made.append(cell if is_cell else tag(kind, cell, class_=None if i < text_columns else "number"))
        return made

    body = [tag("tr", cells("td", row)) for row in rows]
    # A box that scrolls must be reachable by the keyboard.
    return tag(
        "div",
        tag("table", tag("thead", tag("tr", cells("th", head))), tag("tbody", body)),
        class_="scroll",
        tabindex="0",
    )


def meter(part: float, kind: str = "first") -> Html:
    """A bar that fills `part` of its width."""
    return tag(
        "span",
        tag("i", style=f"width:{100 * min(max(part, 0.0), 1.0):.1f}%"),
        class_=f"meter {kind}",
        aria_hidden="true",
    )


def note(text: Any, kind: str = "") -> Html:
    """A sentence that stands out."""
    return tag("p", text, class_=f"note {kind}".strip())
