"""The figures of a search: combinations, slices, its course, learning curves, seeds."""

from __future__ import annotations

from typing import Any

import numpy as np

from nyuron.report._figures import CARD, FIRST, INK, RULE, SECOND, canvas
from nyuron.report._html import Html
from nyuron.report._search_drawing import POINTS, Scale, drawn, labelled, scale_of, shade, thinned
from nyuron.report._search_record import Axis, SearchRecord, is_number, short_number, shorten
from nyuron.tuners import TrialRecord

SLICED = 6000
"""Points of all slices together."""
_FAR_CURVES = 12.0
"""Largest over smallest value from which on curves are drawn on a logarithmic scale."""
_ABSENT = -0.09
"""Where lines of trials pass that do not have a hyperparameter."""


def parallel(search: SearchRecord, axes: list[Axis]) -> Html:
    """A line for each trial through its hyperparameters to its value; the best is marked."""
    figure, plot = canvas(11.6, 4.7)
    plot.grid(visible=False)
    plot.spines["bottom"].set_visible(False)
    scale, ranks = scale_of(search.values, search.is_minimized), search.ranks()
    ordered = [*search.failed, *search.pruned, *reversed(search.complete)]
    titles, best = {t.number: search.title(t) for t in ordered}, search.best
    many = len(search.complete)
    absent = False
    for trial in [t for t in ordered if t is not best] + ([best] if best else []):
        places = [_place(axis, trial) for axis in axes]
        absent |= any(p == _ABSENT for p in places)
        x = list(range(len(axes)))
        if trial.number in ranks:
            places.append(_share(scale, trial.value))
            x.append(len(axes))
        line: dict[str, Any] = {
            "color": INK,
            "linewidth": 0.7,
            "alpha": 0.22 if many else 0.6,
            "linestyle": (0, (2, 3)),
        }
        if trial is best:
            plot.plot(x, places, color=CARD, linewidth=5)
            line = {"color": SECOND, "linewidth": 2.4}
        elif trial.number in ranks:
            rank = ranks[trial.number]
            line = {"color": shade(rank), "linewidth": 0.8 + 0.6 * rank, "alpha": 0.9 if many < 60 else 0.65}
        plot.plot(x, places, gid=f"t{trial.number}", **line)
    _rails(plot, axes, search, scale, absent)
    plot.set_xlim(-0.25, len(axes) + 0.3)
    plot.set_ylim(-0.14 if absent else -0.03, 1.03)
    plot.set_yticks([])
    return drawn(figure, f"hyperparameters and {search.objective} of {len(search.trials)} trials", titles)


def _rails(plot: Any, axes: list[Axis], search: SearchRecord, scale: Scale, absent: bool) -> None:
    for i, axis in enumerate(axes):
        plot.plot([i, i], [0, 1], color=INK, linewidth=1.1, alpha=0.55)
        for at, text in axis.ticks():
            plot.text(i + 0.035, at, text, color=INK, fontsize=8.5, va="center")
    last = len(axes)
    plot.plot([last, last], [0, 1], color=INK, linewidth=1.1, alpha=0.55)
    end = Axis("", scale.low, scale.high, scale.is_log)
    for at, text in end.ticks() if len(search.complete) > 1 and scale.high > scale.low else []:
        plot.text(last + 0.035, at, text, color=INK, fontsize=8.5, va="center")
    if absent:
        plot.text(-0.2, _ABSENT, "not used", color=INK, fontsize=8.5, va="center")
    names = [*(axis.name for axis in axes), search.objective]
    most = max(110 // len(names), 8)
    plot.set_xticks(range(len(names)), [shorten(name, most) for name in names])
    plot.xaxis.tick_top()
    plot.tick_params(axis="x", labelsize=9.5, colors=INK, length=0, pad=9)


def _place(axis: Axis, trial: TrialRecord) -> float:
    if axis.name not in trial.hyperparameters:
        return _ABSENT
    place = axis.place(trial.hyperparameters[axis.name])
    if place is None:
        return _ABSENT
    if axis.words:
        # Lines through the same word lie beside one another.
        place += (_scatter(trial.number, axis.name) - 0.5) * min(0.3 / len(axis.words), 0.05)
    return min(max(place, 0.0), 1.0)


def _scatter(number: int, name: str) -> float:
    """A share that looks random and is always the same: the golden ratio's multiples."""
    return ((number + len(name)) * 0.6180339887) % 1.0


def _share(scale: Scale, value: Any) -> float:
    v = float(scale.clip(value))
    low, high = (np.log(scale.low), np.log(scale.high)) if scale.is_log else (scale.low, scale.high)
    return float(((np.log(v) if scale.is_log else v) - low) / (high - low)) if high > low else 0.5


def slice_of(search: SearchRecord, axis: Axis, count: int) -> Html | None:
    """The objective against one hyperparameter; `count` slices share the page."""
    with_it = [t for t in search.complete if axis.name in t.hyperparameters]
    placed = [(t, axis.place(t.hyperparameters[axis.name])) for t in with_it]
    shown = [(t, at) for t, at in placed if at is not None]
    if not shown:
        return None
    # The best tenth is always there, the rest evenly.
    most = max(SLICED // count, 150)
    first = shown[: most // 10]
    shown = first + [shown[i] for i in len(first) + thinned(len(shown) - len(first), most - len(first))]
    figure, plot = canvas(4.1, 2.75)
    scale = scale_of(search.values, search.is_minimized)
    spread = 0.5 / len(axis.words) if axis.words else 0.0
    x = np.asarray([at + spread * (_scatter(t.number, axis.name) - 0.5) for t, at in shown])
    y = scale.clip([t.value for t, _ in shown])
    plot.scatter(x, y, s=13, color=FIRST, alpha=0.35 if len(x) > 150 else 0.55, linewidths=0)
    _middles(plot, axis, placed, scale)
    best = search.best
    if best is not None and shown and any(t is best for t, _ in shown):
        i = next(i for i, (t, _) in enumerate(shown) if t is best)
        plot.plot([x[i]], [y[i]], "o", color=SECOND, markersize=8, markeredgecolor=CARD, markeredgewidth=1.4)
    scale.put(plot)
    plot.set_xlim(-0.04, 1.04)
    ticks = axis.ticks()
    ticks = [ticks[i] for i in thinned(len(ticks), max(2, 34 // max(map(len, (text for _, text in ticks)), default=1)))]
    plot.set_xticks([at for at, _ in ticks], [shorten(text, 14) for _, text in ticks])
    if not scale.is_log:
        plot.yaxis.get_major_locator().set_params(nbins=5)
    return drawn(figure, f"{search.objective} against {axis.name}")


def _middles(plot: Any, axis: Axis, placed: list[tuple[TrialRecord, float | None]], scale: Scale) -> None:
    """The median of each word, or along a range."""
    known = [(at, float(t.value)) for t, at in placed if at is not None and t.value is not None]
    if axis.words:
        half = 0.34 / len(axis.words)
        for at in sorted({at for at, _ in known}):
            middle = float(scale.clip(np.median([v for place, v in known if place == at])))
            plot.plot([at - half, at + half], [middle, middle], color=INK, linewidth=1.6)
        return
    if len(known) < 24:
        return
    at, values = (np.asarray(v) for v in zip(*sorted(known), strict=True))
    parts = [p for p in np.array_split(np.arange(len(at)), min(12, len(at) // 8)) if len(p)]
    middles = scale.clip([np.median(values[p]) for p in parts])
    plot.plot([np.median(at[p]) for p in parts], middles, color=INK, linewidth=1.4, solid_capstyle="round")


def course(search: SearchRecord) -> Html:
    """The value of each trial in the order of the search, and the best until then."""
    figure, plot = canvas(5.6, 3.3)
    by_number = sorted(search.complete, key=lambda t: t.number)
    scale = scale_of(search.values, search.is_minimized)
    at = [t.number + 1 for t in by_number]
    kept = thinned(len(at), SLICED // 4)
    y = scale.clip([t.value for t in by_number])
    cut = [t for t in search.pruned if is_number(t.value)]
    plot.plot([t.number + 1 for t in cut], scale.clip([t.value for t in cut]), "o", **_faint(3.2))
    plot.scatter(np.asarray(at)[kept], y[kept], s=13, color=FIRST, alpha=0.4 if len(at) > 150 else 0.6, linewidths=0)
    running = np.minimum.accumulate(y) if search.is_minimized else np.maximum.accumulate(y)
    end = max(t.number for t in search.trials) + 1
    plot.step([*at, end], [*running, running[-1]], where="post", color=SECOND, linewidth=1.8)
    scale.put(plot)
    foot = plot.get_ylim()[0 if search.is_minimized else 1]
    dead = [t.number + 1 for t in search.failed]
    plot.plot(dead, [foot] * len(dead), "x", color=INK, markersize=5, alpha=0.7, clip_on=False)
    plot.set_xlim(1 - 0.02 * end, end * 1.02)
    plot.xaxis.get_major_locator().set_params(integer=True)
    labelled(plot, "trial", "")
    return drawn(figure, f"{search.objective} of each trial, and the best until then")


def _faint(size: float) -> dict[str, Any]:
    return {"color": "none", "markeredgecolor": INK, "markeredgewidth": 0.8, "markersize": size, "alpha": 0.45}


def learning(search: SearchRecord) -> Html | None:
    """The objective over the epochs, a curve a trial; the best on top, with all its executions."""
    ranks, best = search.ranks(), search.best
    rest = [t for t in [*search.failed, *search.pruned, *reversed(search.complete)] if t is not best]
    curves = [(t, c) for t in rest if np.isfinite(c := search.course(t)).any()]
    top = [] if best is None else [c for e in range(len(best.curves)) if np.isfinite(c := search.course(best, e)).any()]
    if not curves and not top:
        return None
    figure, plot = canvas(5.6, 3.3)
    every = [c[np.isfinite(c)] for c in [*(c for _, c in curves), *top]]
    # A short curve counts as much as a long one.
    scale = scale_of(np.concatenate([c[thinned(len(c), 40)] for c in every]), search.is_minimized, _FAR_CURVES)
    longest = max(len(c) for c in [*(c for _, c in curves), *top])
    share = max(POINTS // max(len(curves), 1), 12)
    alpha = float(np.clip(12 / max(len(curves), 1), 0.18, 0.75))
    titles = {t.number: search.title(t) for t, _ in curves}
    for trial, curve in curves:
        kept = thinned(len(curve), share)
        is_whole = trial.number in ranks
        colour, width = (shade(ranks[trial.number]), 1.0) if is_whole else (INK, 0.7)
        dot = {"marker": "o", "markersize": 2.5} if len(curve) == 1 else {}
        plot.plot(kept + 1, scale.clip(curve[kept]), color=colour, linewidth=width,
                  alpha=max(alpha, 0.4) if is_whole else alpha * 0.7, gid=f"t{trial.number}", **dot)  # fmt: skip
    for execution, curve in enumerate(top):
        kept = thinned(len(curve), 400)
        dot = {"marker": "o", "markersize": 4} if len(curve) == 1 else {}
        width = 2.2 if execution == 0 else 1.1
        plot.plot(kept + 1, scale.clip(curve[kept]), color=CARD, linewidth=width + 2)
        plot.plot(kept + 1, scale.clip(curve[kept]), color=SECOND, linewidth=width, **dot)
    scale.put(plot)
    if longest > 1:
        plot.set_xlim(1, longest)
    plot.xaxis.get_major_locator().set_params(integer=True)
    labelled(plot, "epoch")
    return drawn(figure, f"{search.objective} over the epochs of {len(curves) + bool(top)} trials", titles)


def seeds(rows: list[tuple[TrialRecord, np.ndarray]], search: SearchRecord) -> Html:
    """The value of each execution of the best combinations, one line a combination, and their mean."""
    figure, plot = canvas(10.6, 0.9 + 0.33 * len(rows))
    scale = scale_of(np.concatenate([values for _, values in rows]), search.is_minimized)
    for i, (_, values) in enumerate(rows):
        known = scale.clip(values[np.isfinite(values)])
        colour = SECOND if i == 0 else FIRST
        plot.plot([known.min(), known.max()], [i, i], color=RULE, linewidth=3, solid_capstyle="round")
        plot.plot(known, [i] * len(known), "o", color=colour, markersize=5.5, alpha=0.7, markeredgewidth=0)
        middle = float(known.mean())
        plot.plot([middle, middle], [i - 0.3, i + 0.3], color=INK, linewidth=1.8)
    plot.set_yticks(range(len(rows)), [f"trial {trial.number}" for trial, _ in rows])
    plot.set_ylim(len(rows) - 0.4, -0.6)
    plot.grid(visible=False, axis="y")
    plot.grid(axis="x", color=RULE, linewidth=0.8)
    scale.put(plot, "x")
    labelled(plot, search.objective)
    return drawn(figure, f"{search.objective} of each execution of the best {len(rows)} combinations")


def importances(shares: dict[str, float], rest: float) -> Html:
    """How much of the variation each hyperparameter explains alone."""
    names = [*shares, *(["several together"] if rest > 0.005 else [])]
    values = [*shares.values(), *([rest] if rest > 0.005 else [])]
    figure, plot = canvas(5.6, 0.55 + 0.36 * len(names))
    colours = [FIRST] * len(shares) + [RULE] * (len(names) - len(shares))
    plot.barh(range(len(names)), values, color=colours, height=0.62)
    for i, value in enumerate(values):
        plot.text(value + 0.012, i, f"{100 * value:.0f} %" if value >= 0.01 else "under 1 %", color=INK, fontsize=9,
                  va="center")  # fmt: skip
    plot.set_yticks(range(len(names)), [shorten(name, 26) for name in names])
    plot.set_ylim(len(names) - 0.4, -0.6)
    plot.set_xlim(0, max(max(values, default=1.0) * 1.18, 0.2))
    plot.grid(visible=False)
    plot.set_xticks([])
    plot.spines["bottom"].set_visible(False)
    return drawn(
        figure,
        "importance of each hyperparameter: "
        + ", ".join(f"{n} {short_number(round(v, 2))}" for n, v in shares.items()),
    )
