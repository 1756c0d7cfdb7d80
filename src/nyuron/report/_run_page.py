"""The page of one run of a script."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from nyuron.report._figures import curves
from nyuron.report._html import Html, facts, join, note, table, tag
from nyuron.report._learning import NAMES, SHARES
from nyuron.report._numbers import moment, number, seconds, share
from nyuron.report._page import document, write_report
from nyuron.report._search_page import write_search_report
from nyuron.runs import RunInfo, run_info
from nyuron.saving import RunFolder, atomic

MOST_LINES = 400
"""Lines of output that the page shows; the file has all."""


def view_run(run: Any = "latest", base: str | os.PathLike[str] = "runs", *, opens: bool = True) -> Path:
    """Write a run's page, `report.html` in its folder, and open it in the browser; returns the page's path.

    `run` is a folder, a name under `base`, or 'latest'.

    Raises: DataError if there is no such run.
    Source: tfruns::view_run.
    """
    info = run_info(run, base)
    if (info.path / "search.json").is_file():
        path = write_search_report(info.path)
    elif info.kind == "train":
        path = write_report(RunFolder(info.path))
    else:
        path = info.path / "report.html"
        with atomic(path) as file:
            file.write_text(run_page(info), encoding="utf-8")
    if opens:
        import webbrowser

        webbrowser.open(path.resolve().as_uri())
    return path


def run_page(run: RunInfo) -> str:
    """The whole page."""
    sections = (
        ("learning", "How it learned", _learning(run)),
        ("figures", "Figures", _figures(run)),
        ("settings", "Settings", _settings(run)),
        ("output", "What it printed", _output(run)),
        ("source", "The script", _source(run)),
        ("again", "How it was run", _again(run)),
    )
    made = [(name, title, body) for name, title, body in sections if body]
    links = tag("nav", *(tag("a", title, href=f"#{name}") for name, title, _ in made), aria_label="Sections")
    parts = [tag("section", tag("h2", title), body, id=name) for name, title, body in made]
    return document(run.name, _header(run), links, *parts)


def _header(run: RunInfo) -> Html:
    when = moment(run.start.isoformat()) if run.start else ""
    script = Path(run.script).name
    eyebrow = tag("p", tag("b", "Nyuron"), f" · a run of {script}" + (f" · {when}" if when else ""), class_="eyebrow")
    done = f"{run.epochs_completed} of {run.epochs}" if run.epochs else ""
    tiles = [(_figure(name, value), f"{_label(name)}, evaluated") for name, value in run.evaluation.items()]
    watched = {name: value for name, value in run.best.items() if name.startswith("val_")} or run.best
    tiles += [(_figure(name, value), f"{_label(name)}, best") for name, value in watched.items()]
    tiles += [(done, "epochs")] if done else []
    tiles += [(number(run.model["parameters"]), "parameters")] if "parameters" in run.model else []
    tiles += [(seconds(run.seconds), "in all")] if run.seconds is not None else []
    shown = tag("div", *(tag("div", tag("b", value), tag("span", label)) for value, label in tiles[:9]), class_="tiles")
    return tag("header", eyebrow, tag("h1", run.name), tag("div", _trouble(run), style="margin:18px 0"), shown)


def _trouble(run: RunInfo) -> Html | None:
    if run.status == "failed":
        return note(f"The script failed: {run.error}", "bad")
    if run.status == "running":
        return note("The script is running.", "warn")
    if run.status == "interrupted":
        return note(f"The run was interrupted{f': {run.stopped}' if run.stopped else ''}.", "warn")
    if run.stopped and run.stopped not in ("early stopping", "converged"):
        return note(f"Training stopped: {run.stopped}.", "bad")
    return None


def _label(name: str) -> str:
    plain = name.removeprefix("val_")
    return ("validation " if plain != name else "") + NAMES.get(plain, plain.replace("_", " "))


def _figure(name: str, value: Any) -> str:
    if not isinstance(value, int | float):
        return str(value)
    return share(value) if name.removeprefix("val_") in SHARES else number(value)


def _learning(run: RunInfo) -> Html | None:
    drawn = []
    for name, values in run.history.items():
        if name.startswith("val_") or not values or not all(isinstance(v, int | float) for v in values):
            continue
        held = [float("nan") if v is None else v for v in run.history.get(f"val_{name}", [])]
        keys = [tag("span", "training", class_="key"), tag("span", "validation", class_="key second") if held else None]
        label = _label(name)
        plot = curves(list(range(len(values))), values, held or None, label, kept=None, is_share=name in SHARES)
        drawn.append(
            tag("figure", tag("figcaption", label[0].upper() + label[1:], tag("span", *keys, class_="keys")), plot)
        )
    return tag("div", *drawn, class_="columns") if drawn else None


def _figures(run: RunInfo) -> Html | None:
    names = dict.fromkeys([*run.metrics, *run.evaluation])
    rows: list[list[Any]] = []
    for name in names:
        values = (run.metrics.get(name), run.best.get(name), run.evaluation.get(name))
        rows.append([_label(name), *("" if v is None else _figure(name, v) for v in values)])
    return table(["", "last epoch", "best epoch", "evaluated"], rows) if rows else None


def _settings(run: RunInfo) -> Html | None:
    def listed(title: str, values: Any) -> Html | None:
        rows = [
            (name, number(value) if not isinstance(value, list) else ", ".join(map(str, value)))
            for name, value in values.items()
        ]
        return tag("div", tag("h3", title), facts(rows)) if rows else None

    model = {name: value for name, value in run.model.items() if name != "layers"}
    if "layers" in run.model:
        model = {"layers": " → ".join(run.model["layers"]), **model}
    parts = [listed("Flags", run.flags), listed("Network", model), listed("Recorded by the script", run.recorded)]
    return tag("div", *parts, class_="columns") if any(parts) else None


def _output(run: RunInfo) -> Html | None:
    lines = run.output.splitlines()
    if not lines:
        return None
    left_out = len(lines) - MOST_LINES
    said = tag("p", f"The last {MOST_LINES} of {len(lines):,} lines; output.txt has all.") if left_out > 0 else None
    return join(said, tag("pre", "\n".join(lines[-MOST_LINES:]), tabindex="0"))


def _source(run: RunInfo) -> Html | None:
    parts = [
        tag("details", tag("summary", name), tag("div", tag("pre", tag("code", text)), class_="code"))
        for name in run.sources
        if (text := run.source(name))
    ]
    return join(*parts) if parts else None


def _again(run: RunInfo) -> Html:
    where = run.environment
    words = ["nyuron", "run", run.script, *(f"--{name}={value}" for name, value in run.given.items())]
    about = facts(
        [
            ("Script", run.script),
            ("Status", run.status),
            ("Python", where.get("python")),
            ("Packages", ", ".join(f"{k} {v}" for k, v in where.get("packages", {}).items())),
            ("Devices", ", ".join(where.get("devices", []))),
            ("Platform", where.get("platform")),
        ]
    )
    import shlex

    return join(tag("div", tag("pre", tag("code", shlex.join(words))), class_="code"), about)
