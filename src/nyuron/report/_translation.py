"""Texts made of other texts: how many are right, which are not, and where the network looked while it wrote."""

from __future__ import annotations

import numpy as np

from nyuron.report._html import Html, join, meter, table, tag
from nyuron.report._numbers import number, plural, share
from nyuron.report._record import Record


def translation(run: Record) -> Html:
    """The share that is exactly right, by length, and maps of the attention."""
    m = run.metrics
    text = (
        f"{plural(m['right'], 'text')} of {m['test_rows']:,} are exactly right, sign by sign; each was written by the "
        f"network alone. Of the signs that come next in the right text it knows {share(m['sign_accuracy'], 2)}."
    )
    return join(tag("p", text), _by_length(run), _maps(run))


def _by_length(run: Record) -> Html:
    right = run.arrays["true"] == run.arrays["said"]
    lengths = np.array([len(text) for text in run.arrays["text"]])
    rows = []
    for length in np.unique(lengths):
        at = lengths == length
        part = float(right[at].mean())
        rows.append([f"{length}", tag("td", meter(part)), share(part, 2), number(int(at.sum()))])
    return tag("div", tag("h3", "By the length of what is read"), table(["signs", "", "exactly right", "texts"], rows))


def _maps(run: Record) -> Html | None:
    places, looks = run.arrays.get("looked_at"), run.arrays.get("looks")
    if places is None or looks is None or not len(places):
        return None
    made = [_map(run, int(i), scores) for i, scores in zip(places, looks, strict=True)]
    title = tag("h3", "Where it looked")
    axis = tag(
        "p",
        "Columns: what was read. Rows: what was written, and the end. Dark: looked at while it wrote.",
        class_="axis",
    )
    return tag("div", title, axis, tag("div", *made, class_="columns"), class_="wide")


def _map(run: Record, i: int, scores: np.ndarray) -> Html:
    text, said = str(run.arrays["text"][i]), str(run.arrays["said"][i])
    head = tag(
        "tr", tag("td", class_="none", style="background:none"), *(tag("th", sign, scope="col") for sign in text)
    )
    rows = []
    for sign, values in zip([*said, "end"], scores, strict=False):
        cells = []
        for other, value in zip(text, values, strict=False):
            depth = 100 * min(max(float(value), 0.0), 1.0)
            kind = "right deep" if depth > 55 else "right"
            shown = f"{depth:.0f}" if depth >= 10 else ""
            cells.append(
                tag("td", shown, class_=kind, style=f"--p:{depth:.0f}%", title=f"{sign} from {other}: {depth:.0f} %")
            )
        rows.append(tag("tr", tag("th", sign, scope="row"), *cells))
    made = tag("table", tag("thead", head), tag("tbody", *rows), class_="matrix")
    return tag("figure", tag("figcaption", f"{text} → {said}"), tag("div", made, class_="scroll", tabindex="0"))


def mistakes(run: Record) -> Html:
    """The texts that came out wrong, those first of which the network was surest."""
    rows = run.arrays["worst"]
    wrong = run.metrics["test_rows"] - run.metrics["right"]
    if not len(rows):
        return tag("p", "None: every test text is exactly right.")
    body = []
    for i in rows:
        true, said, sure = (run.arrays[name][i] for name in ("true", "said", "sure"))
        cells = [tag("td", meter(float(sure), "second"), f" {share(float(sure), 0)}", class_="number"), number(int(i))]
        body.append([str(run.arrays["text"][i]), str(true), str(said), *cells])
    which = f"The {len(rows)} of them" if len(rows) < wrong else "Those"
    intro = (
        f"{plural(wrong, 'text')} {'is' if wrong == 1 else 'are'} not exactly right. {which} it was surest of, first."
    )
    head = [run.preprocessing["columns"][0], f"true {run.data['target']}", "said", "sure", "row"]
    return join(tag("p", intro), table(head, body, text_columns=3))
