"""How good the network is on the test part."""

from __future__ import annotations

import numpy as np

from nyuron.report._figures import against, errors, line
from nyuron.report._forecast import forecast
from nyuron.report._html import Html, join, meter, table, tag
from nyuron.report._numbers import number, plural, share
from nyuron.report._record import Record
from nyuron.report._translation import translation

LARGEST_MATRIX = 26
CONFUSIONS = 15


def quality_section(run: Record) -> Html | None:
    """The confusion matrix and each class's figures, or predicted against true values."""
    if not len(run.arrays):
        return None
    if run.is_translation:
        return translation(run)
    return _classes(run) if run.is_classes else _quantities(run)


def _classes(run: Record) -> Html:
    sure, right = float(run.said.max(axis=1).mean()), run.metrics["accuracy"]
    is_probability = bool(np.all((run.said >= 0) & (run.said <= 1.0001)))
    text = f"{plural(run.metrics['right'], 'row')} of {run.metrics['test_rows']:,} are right"
    if is_probability:
        text += f"; on average the network is {share(sure)} sure of what it says"
        text += (
            ", more than it should be."
            if sure > run.metrics["accuracy_high"]
            else ", less than it could be."
            if sure < run.metrics["accuracy_low"]
            else f", and it is right in {share(right)}."
        )
    else:
        text += "."
    matrix = _matrix(run) if len(run.classes) <= LARGEST_MATRIX else _confusions(run)
    return join(tag("p", text), tag("div", tag("div", matrix), tag("div", _per_class(run)), class_="columns"))


def _matrix(run: Record) -> Html:
    counts, names = run.confusion, run.classes
    totals = np.maximum(counts.sum(axis=1), 1)
    short = [name if len(name) <= 12 else name[:11] + "…" for name in names]
    head = tag(
        "tr",
        tag("td", class_="none", style="background:none"),
        *(tag("th", s, title=n, scope="col") for s, n in zip(short, names, strict=True)),
    )
    rows = []
    for i, name in enumerate(names):
        cells = []
        for j, other in enumerate(names):
            n, part = int(counts[i, j]), counts[i, j] / totals[i]
            title = (
                f"{name} taken for {other}: {n:,} of {totals[i]:,}"
                if i != j
                else f"{name}: {n:,} of {totals[i]:,} right"
            )
            if not n:
                cells.append(tag("td", "0", class_="none", title=title))
                continue
            # Mistakes are few: they start well visible.
            depth = part if i == j else 0.25 + 0.75 * part
            kind = ("right" if i == j else "wrong") + (" deep" if depth > 0.55 else "")
            cells.append(tag("td", f"{n:,}", class_=kind, style=f"--p:{100 * depth:.0f}%", title=title))
        rows.append(tag("tr", tag("th", short[i], title=name, scope="row"), *cells))
    made = tag("table", tag("thead", head), tag("tbody", *rows), class_="matrix")
    return join(
        tag("h3", "Confusion matrix"),
        tag("p", "Rows: what it is. Columns: what was said.", class_="axis"),
        tag("div", made, class_="scroll", tabindex="0"),
    )


def _confusions(run: Record) -> Html:
    wrong = run.confusion.copy()
    np.fill_diagonal(wrong, 0)
    order = np.argsort(-wrong, axis=None, kind="stable")[:CONFUSIONS]
    pairs = [divmod(int(place), len(run.classes)) for place in order if wrong.flat[place]]
    rows = [[run.classes[i], run.classes[j], number(int(wrong[i, j]))] for i, j in pairs]
    return join(tag("h3", "Most frequent mistakes"), table(["it is", "was said", "rows"], rows, text_columns=2))


def _per_class(run: Record) -> Html:
    counts = run.confusion
    right, is_, said = np.diag(counts), counts.sum(axis=1), counts.sum(axis=0)
    found, precise = right / np.maximum(is_, 1), right / np.maximum(said, 1)
    f1 = 2 * right / np.maximum(is_ + said, 1)
    rows = []
    for k in np.argsort(found + (is_ == 0) * 2, kind="stable"):
        if not is_[k]:
            continue
        bar = tag("td", meter(float(found[k])))
        cells = [share(float(v)) for v in (found[k], precise[k], f1[k])]
        rows.append([run.classes[k], bar, *cells, number(int(is_[k]))])
    hidden = rows[20:]
    head = [
        "class",
        "",
        tag("span", "recall", title="of the rows of this class, those said to be it"),
        tag("span", "precision", title="of the rows said to be this class, those that are"),
        tag("span", "F1", title="harmonic mean of recall and precision"),
        "rows",
    ]
    made = [tag("h3", "Each class, the hardest first"), table(head, rows[:20])]
    if hidden:
        made.append(tag("details", tag("summary", f"{len(hidden)} more"), table(head, hidden)))
    return join(*made)


def _quantities(run: Record) -> Html:
    truth, said, target = run.truth.reshape(len(run.truth), -1), run.said, run.data["target"]
    off = np.abs(said - truth).mean(axis=1)
    half, most = np.quantile(off, [0.5, 0.9])
    text = f"Half of the test rows are off by less than {number(float(half))}, nine of ten by less than {number(float(most))}."
    figures = [
        tag("figure", tag("figcaption", "Predicted against true"), against(truth.ravel(), said.ravel(), target)),
        tag("figure", tag("figcaption", "How far off, how often"), errors((said - truth).ravel(), target)),
    ]
    parts = [tag("p", text), tag("div", *figures, class_="columns")]
    if run.is_forecast:
        return join(forecast(run), *parts)
    x = run.arrays.get("test_x")
    if x is not None and truth.shape[1] == 1:
        feature = run.columns[0]["name"] if run.columns else "x"
        keys = [tag("span", "test rows", class_="key dot"), tag("span", "prediction", class_="key second")]
        drawn = line(x.reshape(-1), truth[:, 0], said[:, 0], feature, target)
        parts.insert(
            1,
            tag(
                "figure",
                tag("figcaption", f"{target} over {feature}", tag("span", *keys, class_="keys")),
                drawn,
                style="margin-bottom:26px",
            ),
        )
    return join(*parts)
