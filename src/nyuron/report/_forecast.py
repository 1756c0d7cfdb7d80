"""A forecast over time, held against what needs no network."""

from __future__ import annotations

from typing import Any

import numpy as np

from nyuron.report._figures import FIRST, INK, SECOND, canvas, svg
from nyuron.report._html import Html, join, meter, table, tag
from nyuron.report._numbers import number
from nyuron.report._record import Record

STRETCH = 60
"""Steps of the stretch that is shown from near."""


def forecast(run: Record) -> Html:
    """The course of the test part, a stretch of it from near, and the errors of the network and of its rivals."""
    times, target = run.arrays["test_time"], run.data["target"]
    truth, said = run.truth.ravel(), run.said.ravel()
    keys = [tag("span", "measured", class_="key"), tag("span", "predicted", class_="key second")]
    made = [_shown("The test part", keys, _course(times, truth, said, target))]
    if len(truth) > 2 * STRETCH:
        near = slice(-STRETCH, None)
        made.append(_shown(f"Its last {STRETCH} steps", keys, _course(times[near], truth[near], said[near], target)))
    return join(_verdict(run), _rivals(run), *made)


def _shown(title: str, keys: list[Html], drawn: Html) -> Html:
    caption = tag("figcaption", title, tag("span", *keys, class_="keys"))
    return tag("figure", caption, drawn, style="margin-bottom:26px")


def _verdict(run: Record) -> Html:
    m, words = run.metrics, []
    for name, text in (("persistence", "saying the last value again"), ("linear", "a linear model of the window")):
        other = m[f"{name}_mae"]
        if m["mae"] < other:
            words.append(f"beats {text} by {100 * (1 - m['mae'] / other):.1f} %")
        else:
            words.append(f"does not beat {text}")
    return tag("p", f"On the test part the network {' and '.join(words)}.")


def _rivals(run: Record) -> Html:
    m = run.metrics
    rows = [
        (tag("b", "this network"), m["mae"], m["rmse"]),
        ("a linear model of the window", m["linear_mae"], m["linear_rmse"]),
        ("the last value again", m["persistence_mae"], m["persistence_rmse"]),
        ("the mean", m["baseline_mae"], None),
    ]
    widest = max(mae for _, mae, _ in rows) or 1.0
    body = [[name, tag("td", meter(mae / widest)), number(mae), number(rmse)] for name, mae, rmse in rows]
    head = ["forecast", "", "off on average", "root mean square"]
    return tag("div", table(head, body), style="margin-bottom:26px")


def _course(times: np.ndarray, y: np.ndarray, said: np.ndarray, target: str) -> Html:
    """A series over time, measured and predicted; where steps are left out the lines are broken."""
    figure, axes = canvas(9.6, 3.4)
    gaps = np.diff(times).astype(np.float64)
    far: Any = np.flatnonzero(gaps > 1.5 * np.median(gaps)) + 1 if len(gaps) else []
    dots = {"marker": "o", "markersize": 3.2} if len(y) < 100 else {}
    for part in np.split(np.arange(len(y)), far):
        axes.plot(times[part], y[part], color=FIRST, linewidth=1.4, **dots)
        axes.plot(times[part], said[part], color=SECOND, linewidth=1.4, alpha=0.9, **dots)
    if times.dtype.kind == "M":
        from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

        locator = AutoDateLocator(minticks=4, maxticks=12)
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))
        axes.xaxis.get_offset_text().set_color(INK)
    axes.margins(x=0.01)
    axes.set_ylabel(target, color=INK, fontsize=9.5)
    return svg(figure, f"{target} over time, measured and predicted")
