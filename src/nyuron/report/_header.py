"""The head of the page: what came out, in one figure."""

from __future__ import annotations

from nyuron.report._html import Html, join, note, tag
from nyuron.report._numbers import moment, number, plural, seconds, share
from nyuron.report._record import Record


def header(run: Record) -> Html:
    """Name, verdict and the figures around it."""
    when = moment(run.environment.get("time", ""))
    eyebrow = tag("p", tag("b", "Nyuron"), f" · {run.data['task']}{' · ' + when if when else ''}", class_="eyebrow")
    verdict = _of_classes(run) if run.is_classes or run.is_translation else _of_quantities(run)
    return tag("header", eyebrow, tag("h1", run.config["name"]), verdict, _trouble(run), _tiles(run))


def _of_classes(run: Record) -> Html:
    m = run.metrics
    low, high, blind = m["accuracy_low"], m["accuracy_high"], m["baseline_accuracy"]
    guess = "knowing nothing" if run.is_translation else "commonest class"
    text = f"of {plural(m['test_rows'], 'test row')} are right: rows that the network had never seen."
    return tag(
        "div",
        tag("div", tag("div", share(m["accuracy"]), class_="figure"), tag("p", text)),
        tag(
            "div",
            _span("above", m["accuracy"], f"95 % sure: {share(low)} to {share(high)}"),
            tag("i", class_="track"),
            tag("i", class_="band", style=f"left:{100 * low:.2f}%;width:{100 * (high - low):.2f}%"),
            tag("i", class_="mark", style=f"left:{100 * blind:.2f}%"),
            tag("i", class_="point", style=f"left:{100 * m['accuracy']:.2f}%"),
            _span("below", blind, f"{guess}: {share(blind)}"),
            class_="scale",
            role="img",
            aria_label=f"{share(m['accuracy'])} right; {guess}: {share(blind)}",
        ),
        class_="verdict",
    )


def _of_quantities(run: Record) -> Html:
    m, target = run.metrics, run.data["target"]
    off, blind, guess = m["mae"], m["baseline_mae"], "the mean"
    if run.is_forecast:
        blind, guess = m["persistence_mae"], "the last value"
    widest = max(off, blind) * 1.12 or 1.0
    text = f"is how far {target} is off on average, on {plural(m['test_rows'], 'test row')} that the network had never seen."
    return tag(
        "div",
        tag("div", tag("div", f"± {number(off)}", class_="figure"), tag("p", text)),
        tag(
            "div",
            _span("above", off / widest, "this network"),
            tag("i", class_="track"),
            tag("i", class_="band", style=f"left:0;width:{100 * off / widest:.2f}%"),
            tag("i", class_="mark", style=f"left:{100 * blind / widest:.2f}%"),
            tag("i", class_="point", style=f"left:{100 * off / widest:.2f}%"),
            _span("below", blind / widest, f"always saying {guess}: ± {number(blind)}"),
            class_="scale",
            role="img",
            aria_label=f"off by {number(off)}; always saying {guess}: {number(blind)}",
        ),
        class_="verdict",
    )


def _span(kind: str, at: float, text: str) -> Html:
    """A label that stays inside the scale: it grows away from the nearer end."""
    side = f"right:{100 * (1 - at):.2f}%" if at > 0.5 else f"left:{100 * at:.2f}%"
    return tag("span", text, class_=kind, style=side)


def _trouble(run: Record) -> Html | None:
    if run.was_normal():
        return None
    stopped = run.metrics["stopped"]
    if stopped.startswith("interrupted"):
        done = plural(run.metrics["epochs"], "epoch")
        return note(f"The training was interrupted after {done} of {run.config['training']['epochs']}.", "warn")
    return note(f"Training stopped: {stopped}. The figures are those of the last good weights.", "bad")


def _tiles(run: Record) -> Html:
    m = run.metrics
    network = run.config["network"]
    tiles = [("test loss", number(m["loss"]))]
    if run.is_translation:
        tiles.append(("of single signs right", share(m["sign_accuracy"])))
    elif not run.is_classes:
        tiles += [
            ("root mean square error", number(m["rmse"])),
            ("R², 1 is perfect", "–" if m["r2"] is None else f"{m['r2']:.3f}"),
        ]
    tiles += [
        ("rows to learn from", number(run.data["rows"]["train"])),
        ("parameters", number(sum(layer["parameters"] for layer in network))),
        ("epochs", number(m["epochs"])),
        ("to train", seconds(m["seconds"])),
    ]
    return tag(
        "div", join(*(tag("div", tag("b", value), tag("span", label)) for label, value in tiles)), class_="tiles"
    )
