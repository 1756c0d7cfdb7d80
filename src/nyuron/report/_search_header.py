"""The head of a search's page: the best value, what it is worth, and what the search took."""

from __future__ import annotations

from typing import Any

from nyuron.report._html import Html, facts, join, note, tag
from nyuron.report._numbers import moment, number, plural, seconds, share
from nyuron.report._search_record import SearchRecord, is_number

_METHODS = {
    "tpe": "TPE",
    "random": "random draws",
    "grid": "a grid",
    "hyperband": "Hyperband",
    "pbt": "population-based training",
}
_SHARES = ("accuracy", "precision", "recall", "auc", "f1_score")
_NAMES = {
    "loss_as_trained": "loss, standardised",
    "mae": "mean absolute error",
    "rmse": "root mean square error",
    "r2": "R²",
    "test_rows": "test rows",
    "baseline_accuracy": "always the commonest class",
    "baseline_mae": "always saying the mean",
}


def search_header(search: SearchRecord) -> Html:
    """Name, verdict and the figures around it."""
    about = search.about
    when = moment(about.get("begun") or "")
    how = _METHODS.get(about.get("method", ""), str(about.get("method", "")))
    eyebrow = tag("p", tag("b", "Nyuron"), f" · search by {how}{' · ' + when if when else ''}", class_="eyebrow")
    return tag(
        "header", eyebrow, tag("h1", about.get("name") or "search"), _verdict(search), _trouble(search), _tiles(search)
    )


def _verdict(search: SearchRecord) -> Html | None:
    best = search.best
    if best is None:
        return None
    best_of = "lowest" if search.is_minimized else "highest"
    among = plural(len(search.complete), "complete trial")
    text = f"is the {best_of} {search.objective} of {among}: trial\u00a0{best.number}."
    value = number(float(best.value or 0.0))
    return tag(
        "div",
        tag("div", tag("div", value, class_="figure"), tag("p", text), _luck(search)),
        tag("div", _test(search)),
        class_="verdict search",
    )


def _test(search: SearchRecord) -> Html:
    chosen = search.about.get("chosen")
    if not chosen:
        return tag("p", "The chosen model was not measured on rows that no trial has seen.", style="font-size:16px")
    shown: list[tuple[str, Any]] = []
    for name, value in ((str(k), v) for k, v in chosen.items()):
        if _is_shown(name, value):
            low, high = (chosen.get(f"{name}_{end}") for end in ("low", "high"))
            sure = f", 95 % sure of {share(low)} to {share(high)}" if is_number(low) and is_number(high) else ""
            shown.append((_NAMES.get(name, name.replace("_", " ")), f"{_figure(name, value)}{sure}"))
    title = tag("h3", "The chosen model on the test part, measured once")
    return join(title, facts(shown))


def _is_shown(name: str, value: Any) -> bool:
    is_end = name.endswith(("_low", "_high"))
    return is_number(value) and not is_end and name not in ("epochs", "seconds", "best_epoch", "right", "trial")


def _figure(name: str, value: Any) -> str:
    if name.startswith(("accuracy", "baseline_accuracy")) or name in _SHARES:
        return share(float(value))
    return f"{value:.3f}".replace("-", "−") if name == "r2" else number(value)


def _luck(search: SearchRecord) -> Html | None:
    """How much too good the best of many values is expected to be."""
    found = search.about.get("optimism")
    best = search.best
    if not found or best is None or best.value is None or not is_number(found.get("expected")):
        return None
    expected = found["expected"]
    if expected <= 0:
        text = f"Being chosen is not expected to have made its {search.objective} look better than it is."
        return tag("p", text, style="font-size:15px;max-width:52ch;margin-top:14px")
    honest = best.value + search.sign * expected
    text = (
        f"Choosing the best of {plural(found.get('trials') or len(search.complete), 'trial')} also chooses luck: the best "
        f"{search.objective} is expected to be {number(float(expected))} too good "
        f"({number(float(found['low']))} to {number(float(found['high']))}), so that {number(float(honest))} is nearer the truth."
    )
    return tag("p", text, style="font-size:15px;max-width:52ch;margin-top:14px")


def _trouble(search: SearchRecord) -> Html | None:
    notes, stopped = [], search.about.get("stopped")
    wanted = search.about.get("trials")
    done = plural(len(search.trials), "trial") + (f" of {wanted:,}" if isinstance(wanted, int) and wanted else "")
    if stopped:
        why = {"interrupted": "was interrupted", "timeout": "ran out of its time"}.get(stopped, f"stopped: {stopped}")
        notes.append(note(f"The search {why} after {done}. It can be resumed.", "warn"))
    if not search.trials:
        notes.append(note("No trial has been run.", "warn"))
    elif not search.complete:
        notes.append(note("No trial is complete, so nothing can be chosen.", "bad"))
    errors: dict[str, int] = {}
    for trial in search.failed:
        first = (trial.error or f"{search.objective} was no finite number").strip().splitlines()[0]
        errors[first] = errors.get(first, 0) + 1
    if errors:
        common, count = max(errors.items(), key=lambda item: item[1])
        which = f"{plural(sum(errors.values()), 'trial')} failed"
        rest = f", {count} of them so" if len(errors) > 1 else ""
        notes.append(note(f"{which}{rest}: {common[:300]}", "warn" if search.complete else "bad"))
    return tag("div", *notes, style="margin:18px 0") if notes else None


def _tiles(search: SearchRecord) -> Html:
    about, trials = search.about, search.trials
    took = about.get("seconds")
    unfinished = len(trials) - len(search.complete) - len(search.pruned) - len(search.failed)
    tiles = [
        (number(len(trials)), "trial" if len(trials) == 1 else "trials"),
        (number(len(search.complete)), "complete"),
        (number(len(search.pruned)), "pruned"),
        (number(len(search.failed)), "failed"),
    ]
    tiles += [(number(unfinished), "unfinished")] if unfinished else []
    tiles += [(number(sum(t.epochs for t in trials)), "epochs in all")]
    if is_number(took) and took:
        tiles += [
            (seconds(float(took)), "in all"),
            (number(float(f"{60 * len(trials) / took:.3g}")), "trials a minute"),
        ]
    return tag(
        "div", *(tag("div", tag("b", value), tag("span", label)) for value, label in tiles), class_="tiles search"
    )
