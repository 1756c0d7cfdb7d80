"""What the network was given: the data as they were understood."""

from __future__ import annotations

from typing import Any

from nyuron.report._figures import png
from nyuron.report._html import Html, facts, join, meter, table, tag
from nyuron.report._numbers import number
from nyuron.report._record import Record

MANY_CLASSES, MANY_COLUMNS = 24, 12
FEW_TEXTS, LONG_TEXT = 8, 400


def data_section(run: Record) -> Html:
    """Facts, classes or range of the target, columns, examples."""
    data, rows = run.data, run.data["rows"]
    about = facts(
        [
            ("Data", data["description"]),
            (
                "Source",
                run.config["source"] if run.config["source"] not in (data["description"], run.config["name"]) else "",
            ),
            ("Training", f"{rows['train']:,} rows"),
            ("Validation", f"{rows['validation']:,} rows" if rows["validation"] else "none"),
            ("Test", f"{rows['test']:,} rows"),
            ("Input", _input(run)),
            ("Scaling", _scaling(run)),
            ("Target", data["target"] + _range(run)),
            ("Licence", data["licence"]),
            ("Notes", join(*(tag("div", text) for text in data["notes"])) if data["notes"] else ""),
        ]
    )
    right = _balance(run) if run.is_classes else _scale_of_target(run)
    return join(tag("div", tag("div", about), right, class_="columns"), _examples(run), _columns(run))


def _input(run: Record) -> str:
    if run.has_texts:
        how = run.data["reading"]
        return (
            f"texts, {how['unit']} by {how['unit']}: the first {how['length']} of each are read, "
            f"and {how['known']:,} different ones are told apart, inside the model"
        )
    if run.is_translation:
        signs = run.data["read"]
        return f"texts of up to {signs['length']} signs of {len(signs['signs'])}: {signs['signs']}"
    if run.is_forecast:
        series = run.data["series"]
        listed = ", ".join(series["columns"][:MANY_COLUMNS]) + (" …" if len(series["columns"]) > MANY_COLUMNS else "")
        seen = f", and the time of the {' and of the '.join(series['seasons'])}" if series["seasons"] else ""
        return f"windows of {series['window']} steps: {listed}{seen}"
    shape = " × ".join(map(str, run.data["input_shape"]))
    return f"{shape} columns" if run.columns else f"{shape} numbers"


def _scaling(run: Record) -> str:
    if run.has_texts or run.is_translation:
        return ""
    made = run.preprocessing.get("input_scaling")
    if made is None:
        return "none"
    if made["class"].endswith("Rescaling"):
        low, high = run.data["value_range"]
        return f"{low:g} … {high:g} to 0 … 1, inside the model"
    return "each column to mean 0 and deviation 1, inside the model"


def _range(run: Record) -> str:
    if run.is_classes:
        return ""
    if run.is_translation:
        signs = run.data["written"]
        return f", texts of up to {signs['length'] - 1} signs of {len(signs['signs'])}: {signs['signs']}"
    low, high = run.data["target_range"]
    return f", from {number(low)} to {number(high)}"


def _scale_of_target(run: Record) -> Html | None:
    made = run.preprocessing.get("target_scaling")
    if made is None:
        return None
    return tag(
        "div",
        tag("h3", f"How {run.data['target']} is learned"),
        tag(
            "p",
            "Its change from the last value is standardised for the training: the loss counts in standard deviations of it. "
            "The saved model answers in its own units."
            if run.is_forecast
            else "It is standardised for the training: the loss counts in standard deviations. The saved model answers in its own units.",
        ),
    )


def _balance(run: Record) -> Html:
    counts, names = run.data["class_counts"], run.classes
    order = list(range(len(names)))
    cut = len(names) > MANY_CLASSES
    if cut:
        order = sorted(order, key=lambda k: -counts[k])[:MANY_CLASSES]
    most = max(counts) or 1
    bars = [join(tag("span", names[k]), meter(counts[k] / most), tag("span", number(counts[k]))) for k in order]
    title = f"{len(names)} classes of {run.data['target']}, rows to learn from"
    more = tag("p", f"and {len(names) - len(order)} rarer ones", class_="soft") if cut else None
    return tag("div", tag("h3", title), tag("div", *bars, class_="bars"), more)


def _examples(run: Record) -> Html | None:
    x, y = run.arrays.get("sample_x"), run.arrays.get("sample_y")
    if x is None or y is None or not len(x):
        return None
    if run.is_translation:
        rows = [[str(text), str(true)] for text, true in zip(x, y, strict=True)]
        made = table([run.preprocessing["columns"][0], run.data["target"]], rows, text_columns=2)
        return tag("div", tag("h3", "Examples"), made, class_="wide")
    if run.has_texts:
        return tag("div", tag("h3", "Examples"), texts(run, x[:FEW_TEXTS], y), class_="wide")
    if not run.has_pictures:
        return None
    shown = []
    for row, true in zip(x, y, strict=True):
        label = run.classes[int(true)] if run.is_classes else number(float(true))
        shown.append(tag("figure", picture(run, row, label), tag("figcaption", label)))
    return tag("div", tag("h3", "Examples"), tag("div", *shown, class_="pictures small"), class_="wide")


def texts(run: Record, x: Any, y: Any) -> Html:
    """Texts with what is true of them."""
    rows = []
    for row, true in zip(x, y, strict=False):
        label = run.classes[int(true)] if run.is_classes else number(float(true))
        rows.append(tag("li", tag("blockquote", shortened(str(row))), tag("small", label)))
    return tag("ul", *rows, class_="texts")


def shortened(text: str) -> str:
    """The beginning of a text; the text where it is short."""
    return text if len(text) <= LONG_TEXT else text[:LONG_TEXT].rstrip() + " …"


def picture(run: Record, x: Any, alt: str) -> Html:
    """An example as an image."""
    source = png(x, run.data["value_range"], ink=run.is_ink)
    return tag("img", src=source, alt=alt, class_="ink" if run.is_ink else None, loading="lazy")


def _columns(run: Record) -> Html | None:
    if not run.columns:
        return None
    head = ["column", "smallest", "mean", "largest", "deviation"]
    rows = [[c["name"], *(number(c[k]) for k in ("minimum", "mean", "maximum", "deviation"))] for c in run.columns]
    made = table(head, rows)
    if len(rows) <= MANY_COLUMNS:
        return tag("div", tag("h3", "Columns"), made, class_="wide")
    return tag("details", tag("summary", f"All {len(rows)} columns"), made)
