"""The sections of a search's page."""

from __future__ import annotations

from typing import Any

import numpy as np

from nyuron.report import _search_figures as figures
from nyuron.report._html import Html, facts, join, note, table, tag
from nyuron.report._numbers import number, plural
from nyuron.report._search_drawing import scale_of
from nyuron.report._search_importance import FEWEST, importance
from nyuron.report._search_record import SearchRecord, is_number, shorten, text_of
from nyuron.tuners import TrialRecord

SHOWN, FEW_AXES, MANY_FIGURES = 10, 12, 6
UNSURE = 40
"""Trials under which the importances are rough."""


def best_section(search: SearchRecord) -> Html | None:
    """The ten best trials."""
    if not search.complete:
        return None
    top = search.complete[:SHOWN]
    names = [n for n in search.names if n not in search.fixed]
    head = ["trial", search.objective, *names, "best epoch", "epochs"]
    rows = []
    for trial in top:
        is_best = trial is search.best
        value = tag("td", number(float(trial.value or 0.0)), class_="number best" if is_best else "number")
        cells = [text_of(trial.hyperparameters[n]) if n in trial.hyperparameters else "–" for n in names]
        rows.append(
            [trial.number, value, *(tag("td", shorten(c, 40), class_="number") for c in cells),
             number(trial.best_epoch), number(trial.epochs)]
        )  # fmt: skip
    return join(table(head, rows), _fixed(search), _best_figures(search))


def _fixed(search: SearchRecord) -> Html | None:
    if not search.fixed:
        return None
    same = ", ".join(f"{name} {value}" for name, value in search.fixed.items())
    return tag("p", f"The same in every trial: {same}.", class_="soft", style="margin-top:14px")


def _best_figures(search: SearchRecord) -> Html | None:
    best = search.best
    if best is None or not best.figures:
        return None
    shown = [(name.replace("_", " "), number(float(v))) for name, v in best.figures.items() if is_number(v)]
    at = f" after epoch {best.best_epoch}" if best.best_epoch else ""
    made = tag("p", f"Trial {best.number}{at}: " + ", ".join(f"{n} {v}" for n, v in shown[:MANY_FIGURES]) + ".")
    return tag("div", made, style="margin-top:14px")


def matter_section(search: SearchRecord) -> Html | None:
    """The importance of each hyperparameter, and the slices."""
    if not search.complete or not search.axes:
        return None
    found, drawn = importance(search), None
    order = search.axes
    if found:
        shares, is_log = found
        order = sorted(search.axes, key=lambda axis: -shares.get(axis.name, 0.0))
        target = f"the logarithm of {search.objective}" if is_log else search.objective
        text = (
            f"How much of the variation of {target} over {plural(len(search.complete), 'trial')} each hyperparameter "
            "explains by itself, averaged over all others (functional ANOVA on a random forest)."
        )
        rough = (
            note(f"From {len(search.complete)} trials only, these shares are rough.")
            if len(search.complete) < UNSURE
            else None
        )
        drawn = tag(
            "div",
            tag("figure", tag("figcaption", "Importance"), figures.importances(shares, 1.0 - sum(shares.values()))),
            tag("div", tag("p", text), rough),
            class_="columns",
        )
    else:
        why = "They are all equally good." if len(search.complete) >= FEWEST else f"It takes {FEWEST} complete ones."
        drawn = tag("p", f"These trials do not say which hyperparameter matters. {why}", class_="soft")
    shown = [axis for axis in order[: 2 * FEW_AXES]]
    slices = [(a, s) for a in shown if (s := figures.slice_of(search, a, len(shown))) is not None]
    panels = [tag("figure", tag("figcaption", axis.name), picture) for axis, picture in slices]
    edge = scale_of(search.values, search.is_minimized).beyond(search.values)
    more = f" {plural(edge, 'value')} far out {'is' if edge == 1 else 'are'} set on the edge." if edge else ""
    keys = tag(
        "p",
        tag("span", f"{search.objective} of a trial", class_="key dot"),
        " ",
        tag("span", "the best", class_="key kept"),
        " ",
        tag("span", f"Dark lines are medians.{more}", class_="soft"),
        class_="keys soft",
        style="margin:28px 0 -10px;max-width:none;font-size:14px",
    )
    return join(drawn, keys, tag("div", *panels, class_="slices"))


def combinations_section(search: SearchRecord) -> Html | None:
    """Parallel coordinates."""
    if len(search.trials) < 2 or not search.axes:
        return None
    axes, left_out = search.axes, None
    if len(axes) > FEW_AXES:
        found = importance(search)
        shares = found[0] if found else {}
        kept = {a.name for a in sorted(axes, key=lambda axis: -shares.get(axis.name, 0.0))[:FEW_AXES]}
        axes = [axis for axis in axes if axis.name in kept]
        left_out = tag(
            "p", f"The {FEW_AXES} that matter most of {len(search.axes)} hyperparameters are drawn.", class_="soft"
        )
    keys = []
    if search.best:
        keys.append(tag("span", "worst", tag("span", class_="ramp"), "best by rank", class_="key ramped"))
        keys.append(tag("span", "the best", class_="key kept"))
    keys += [tag("span", "pruned or failed", class_="key faint")] if search.pruned or search.failed else []
    caption = tag("figcaption", "A line for each trial", tag("span", *keys, class_="keys"))
    drawing = tag("div", figures.parallel(search, axes), class_="wide-figure over", tabindex="0")
    return join(tag("figure", caption, drawing), left_out)


def course_section(search: SearchRecord) -> Html | None:
    """The values in the order of the trials, and all learning curves."""
    if not search.trials:
        return None
    parts = []
    if search.complete:
        keys = [tag("span", "a trial", class_="key dot"), tag("span", "the best until then", class_="key second")]
        keys += [tag("span", "○ pruned", class_="key plain")] if search.pruned else []
        keys += [tag("span", "× failed", class_="key plain")] if search.failed else []
        title = f"{search.objective} by trial"
        parts.append(tag("figure", tag("figcaption", title, tag("span", *keys, class_="keys")), figures.course(search)))
    drawn = figures.learning(search)
    if drawn is not None:
        many = sum(bool(len(search.course(t))) for t in search.trials)
        keys = [tag("span", "worst", tag("span", class_="ramp"), "best by rank", class_="key ramped")]
        keys += [tag("span", "the best", class_="key second")] if search.best else []
        title = f"{search.objective} over the epochs of {plural(many, 'trial')}"
        parts.append(tag("figure", tag("figcaption", title, tag("span", *keys, class_="keys")), drawn))
    return tag("div", *parts, class_="columns") if parts else None


def seeds_section(search: SearchRecord) -> Html | None:
    """How far the executions of one combination lie apart."""
    rows = [(t, values) for t in search.complete[:SHOWN] if len(values := execution_values(search, t)) > 1]
    if not rows:
        return None
    spreads = [float(values.std(ddof=1)) for _, values in rows]
    typical = float(np.median(spreads))
    reach = abs(float(rows[-1][1].mean() - rows[0][1].mean()))
    word = "more" if reach > 2 * typical else "no more"
    text = (
        f"Trained again from another seed, one of these combinations varies by ± {number(typical)} (one standard "
        f"deviation). The means of the first and the last of them are {number(reach)} apart: {word} than chance alone "
        "would set them."
    )
    keys = tag(
        "span",
        tag("span", "an execution", class_="key dot"),
        tag("span", "the best combination", class_="key kept"),
        tag("span", "| mean", class_="key plain"),
        class_="keys",
    )
    title = f"{search.objective} of each execution"
    return join(tag("p", text), tag("figure", tag("figcaption", title, keys), figures.seeds(rows, search)))


def execution_values(search: SearchRecord, trial: TrialRecord) -> np.ndarray:
    """The best of each execution's course."""
    courses = [c[np.isfinite(c)] for e in range(len(trial.curves)) for c in [search.course(trial, e)]]
    return np.asarray([c.min() if search.is_minimized else c.max() for c in courses if len(c)], np.float64)


def space_section(search: SearchRecord) -> Html | None:
    """The space as a table, and how the planner ran it."""
    if not search.space and not search.about.get("plan"):
        return None
    rows = [[entry["name"], entry["kind"], _values(entry), _steps(entry), _conditions(entry)] for entry in search.space]
    parts = [table(["hyperparameter", "kind", "values", "", "only when"], rows, text_columns=5)] if rows else []
    reasons = search.about.get("plan") or []
    if reasons:
        parts += [
            tag("h3", "How the trials were run", style="margin-top:26px"),
            tag("ul", *(tag("li", line) for line in reasons), class_="reasons"),
        ]
    return join(*parts)


def _values(entry: dict[str, Any]) -> str:
    if entry.get("choices"):
        return ", ".join(text_of(v) for v in entry["choices"])
    if entry.get("low") is None:
        return ""
    return f"{text_of(entry['low'])} … {text_of(entry['high'])}"


def _steps(entry: dict[str, Any]) -> str:
    parts = ["logarithmic"] if entry.get("log") else []
    if entry.get("step") not in (None, 1):
        parts.append(f"{'factor' if entry.get('log') else 'step'} {text_of(entry['step'])}")
    return ", ".join(parts)


def _conditions(entry: dict[str, Any]) -> str:
    given = entry.get("conditions") or []
    return "; ".join(f"{parent} is {' or '.join(map(text_of, allowed))}" for parent, allowed in given)


def trials_section(search: SearchRecord) -> Html | None:
    """What went wrong, error by error."""
    if not search.failed:
        return None
    by_error: dict[str, list[int]] = {}
    for trial in search.failed:
        said = (trial.error or f"{search.objective} was no finite number").strip()
        by_error.setdefault(said, []).append(trial.number)
    rows = []
    for error, numbers in sorted(by_error.items(), key=lambda item: -len(item[1]))[:SHOWN]:
        named = ", ".join(map(str, numbers[:SHOWN])) + (" …" if len(numbers) > SHOWN else "")
        rows.append([shorten(error, 400), len(numbers), named])
    return table(["error", "trials", "which"], rows)


def again_section(search: SearchRecord) -> Html | None:
    """Code for the chosen model, and how the search was run."""
    where, about = search.environment, search.about
    path = search.folder.path
    parts: list[Any] = []
    if (path / "model.nyuron").is_file():
        shown = path.as_posix()
        command = f"nyuron predict {shown} FILE --out predictions.csv"
        if (path / "model.html").is_file():
            parts.append(
                tag(
                    "p",
                    tag("a", "The chosen model's own page", href="model.html"),
                    ": what it gets wrong, and how it learned.",
                )
            )
        program = f'import nyuron\n\nmodel = nyuron.models.load_model("{shown}/model.nyuron")'
        parts += [_code(command), _code(program)]
    if where.get("command"):
        parts += [tag("h3", "The command", style="margin-top:22px"), _code(where["command"])]
    size = about.get("sample")
    run = facts(
        [
            ("Method", about.get("method")),
            ("Objective", f"{search.objective}, to {'minimize' if search.is_minimized else 'maximize'}"),
            ("Trials", number(about.get("trials")) if about.get("trials") else ""),
            (
                "Executions",
                f"{about.get('executions_per_trial')} of each trial, from seeds of their own"
                if (about.get("executions_per_trial") or 1) > 1
                else "",
            ),
            ("Sample", f"{100 * size:.4g} % of the combinations" if is_number(size) and size else ""),
            ("Seed", about.get("seed")),
            ("Python", where.get("python")),
            ("Packages", ", ".join(f"{k} {v}" for k, v in where.get("packages", {}).items())),
            ("Devices", ", ".join(where.get("devices", []))),
            ("Platform", where.get("platform")),
        ]
    )
    return join(*parts, tag("div", run, style="margin-top:22px") if parts else run)


def _code(text: str) -> Html:
    return tag("div", tag("pre", tag("code", text)), class_="code")
