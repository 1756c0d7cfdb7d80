"""The gravest mistakes on the test part, as pictures or rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from nyuron.report._given import picture, shortened
from nyuron.report._html import Html, join, meter, table, tag
from nyuron.report._numbers import number, plural, share
from nyuron.report._record import Record
from nyuron.report._translation import mistakes

FEW_COLUMNS, FEW_ROWS = 14, 12
ODD = 2.0
"""Standard deviations from which on a value is marked."""


def worst_section(run: Record) -> Html | None:
    """Up to two dozen mistakes, the gravest first."""
    rows, x = run.arrays.get("worst"), run.arrays.get("worst_x")
    if run.is_translation:
        return mistakes(run)
    if rows is None or x is None:
        return None
    if not len(rows):
        return tag("p", "None: every test row is right.")
    cells = [_answer(run, int(i)) for i in rows]
    if run.is_forecast:
        return join(_intro(run, len(rows)), _moments(run, rows, cells))
    if run.has_texts:
        return join(_intro(run, len(rows)), _texts(run, rows, x, cells))
    if run.has_pictures:
        shown = [_card(run, row, *answer) for row, answer in zip(x, cells, strict=True)]
        return join(_intro(run, len(rows)), tag("div", *shown, class_="pictures"))
    return join(_intro(run, len(rows)), _rows(run, rows, x, cells))


def _intro(run: Record, shown: int) -> Html:
    if not run.is_classes:
        return tag("p", f"The {plural(shown, 'test row')} that the network is furthest off.")
    wrong = run.metrics["test_rows"] - run.metrics["right"]
    which = f"The {shown} of them" if shown < wrong else "Those"
    return tag(
        "p",
        f"{plural(wrong, 'test row')} {'is' if wrong == 1 else 'are'} wrong. {which} in which the right class was given least, first.",
    )


def _answer(run: Record, i: int) -> tuple[str, str, float]:
    """The truth, what was said, and how sure or how far off it was."""
    if run.is_classes:
        k = int(run.guesses[i])
        return run.classes[int(run.truth[i])], run.classes[k], float(run.said[i, k])
    truth, said = np.ravel(run.truth[i]), np.ravel(run.said[i])
    words = [" ".join(number(float(v)) for v in values) for values in (truth, said)]
    return words[0], words[1], float(np.mean(said - truth))


def _card(run: Record, x: Any, true: str, said: str, figure: float) -> Html:
    alt = f"{true}, taken for {said}"
    last = tag("small", f"{share(figure, 0)} sure") if run.is_classes else tag("small", f"off by {number(figure)}")
    answer = join(tag("b", true), " → ", tag("b", said, class_="said"))
    return tag("figure", picture(run, x, alt), tag("figcaption", answer, tag("br"), last))


def _moments(run: Record, rows: np.ndarray, cells: list[tuple[str, str, float]]) -> Html:
    head = [run.data["series"]["time"] or "step", "true", "said", "off by", "the last value", "a linear model"]
    body = []
    for i, (true, said, off) in zip(rows, cells, strict=True):
        others = [number(float(run.arrays[name][i])) for name in ("persistence", "linear")]
        body.append([run.times[i], true, said, f"{'+' if off > 0 else ''}{number(off)}", *others])
    made = [table(head, body[:FEW_ROWS])]
    if len(body) > FEW_ROWS:
        made.append(tag("details", tag("summary", f"{len(body) - FEW_ROWS} more"), table(head, body[FEW_ROWS:])))
    return join(*made)


def _texts(run: Record, rows: np.ndarray, x: Any, cells: list[tuple[str, str, float]]) -> Html:
    shown = []
    for i, text, (true, said, figure) in zip(rows, x, cells, strict=True):
        last = f"{share(figure, 0)} sure" if run.is_classes else f"off by {number(figure)}"
        answer = join(tag("b", true), " → ", tag("b", said, class_="said"), tag("small", f"{last} · row {int(i):,}"))
        shown.append(tag("li", tag("blockquote", shortened(str(text))), tag("div", answer)))
    made = [tag("ul", *shown[:FEW_ROWS], class_="texts")]
    if len(shown) > FEW_ROWS:
        more = tag("ul", *shown[FEW_ROWS:], class_="texts")
        made.append(tag("details", tag("summary", f"{len(shown) - FEW_ROWS} more"), more))
    return join(*made)


def _rows(run: Record, rows: np.ndarray, x: np.ndarray, cells: list[tuple[str, str, float]]) -> Html:
    flat = x.reshape(len(x), -1)
    columns = run.columns or [{"name": f"x{k + 1}"} for k in range(flat.shape[1])]
    shown = columns[:FEW_COLUMNS]
    target = run.data["target"]
    last = "sure" if run.is_classes else "off by"
    head = [f"true {target}", "said", last, *(c["name"] for c in shown), "row"]
    body = []
    for i, values, (true, said, figure) in zip(rows, flat, cells, strict=True):
        sure = (
            tag("td", meter(figure, "second"), f" {share(figure, 0)}", class_="number")
            if run.is_classes
            else f"{'+' if figure > 0 else ''}{number(figure)}"
        )
        body.append(
            [true, said, sure, *(_value(float(v), c) for v, c in zip(values, shown, strict=False)), number(int(i))]
        )
    text_columns = 2 if run.is_classes else 0
    made = [table(head, body[:FEW_ROWS], text_columns=text_columns)]
    if len(body) > FEW_ROWS:
        more = table(head, body[FEW_ROWS:], text_columns=text_columns)
        made.append(tag("details", tag("summary", f"{len(body) - FEW_ROWS} more"), more))
    if any("deviation" in c for c in shown) and any('class="number odd"' in cell for row in body for cell in row):
        made.append(
            tag(
                "p",
                f"Marked: values more than {ODD:g} standard deviations from the column's mean.",
                class_="soft",
                style="margin-top:12px",
            )
        )
    if len(columns) > len(shown):
        made.append(tag("p", f"{len(columns) - len(shown)} more columns are not shown.", class_="soft"))
    return join(*made)


def _value(value: float, column: dict[str, Any]) -> Any:
    is_odd = column.get("deviation") and abs(value - column["mean"]) > ODD * column["deviation"]
    return tag("td", number(value), class_="number odd" if is_odd else "number")
