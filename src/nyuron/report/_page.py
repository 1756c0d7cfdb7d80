"""report.html: one page that needs no network."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from nyuron.report._figures import against, confusion, curves, picture
from nyuron.report._style import STYLE
from nyuron.saving import RunFolder, atomic


def write_report(run: RunFolder) -> Path:
    """Render a run's folder to `report.html` in it; returns the page's path."""
    about, history = run.read("config"), run.read("history")
    metrics, where, test = run.read("metrics"), run.read("environment"), run.read_test()
    parts = [
        _header(about, metrics, where),
        _section("What it was given", _data(about["data"])),
        _section("How it learned", _history(history, metrics)),
        _section("How good it is", _quality(about["data"], test, metrics)),
        _section("Worst mistakes", _worst(about["data"], test)),
        _section("The network", f"<pre class='summary'>{escape(about['summary'])}</pre>"),
        _section("Use it", _use(run, about)),
        _section("How it was run", _environment(about, where)),
    ]
    title = escape(f"{about['name']} – Nyuron")
    page = (
        f"<!doctype html><html lang='en'><head><meta charset='utf-8'><title>{title}</title>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<style>{STYLE}</style></head><body><main>{''.join(parts)}</main></body></html>\n"
    )
    path = run.path / "report.html"
    with atomic(path) as file:
        file.write_text(page, encoding="utf-8")
    return path


def _section(title: str, body: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{body}</section>" if body else ""


def _number(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1e5 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else escape(str(value))


def _tiles(pairs: list[tuple[str, str]]) -> str:
    tiles = "".join(f"<div class='tile'><b>{value}</b><span>{escape(label)}</span></div>" for label, value in pairs)
    return f"<div class='tiles'>{tiles}</div>"


def _header(about: dict[str, Any], metrics: dict[str, Any], where: dict[str, Any]) -> str:
    data = about["data"]
    tiles: list[tuple[str, str]] = []
    if "accuracy" in metrics:
        tiles = [("test accuracy", f"{metrics['accuracy']:.2%}"), ("test loss", _number(metrics["loss"]))]
    elif "mae" in metrics:
        tiles = [
            (f"mean error of {data['target']}", _number(metrics["mae"])),
            ("root mean square error", _number(metrics["rmse"])),
            ("R² on the test part", f"{metrics['r2']:.3f}"),
        ]
    tiles += [("epochs", _number(metrics["epochs"])), ("seconds to train", f"{metrics['seconds']:.1f}")]
    return f"<header><p class='when'>{escape(where.get('time', ''))}</p><h1>{escape(about['name'])}</h1>{_tiles(tiles)}</header>"


def _table(rows: list[tuple[str, str]]) -> str:
    return "<table class='facts'>" + "".join(f"<tr><th>{escape(k)}</th><td>{v}</td></tr>" for k, v in rows) + "</table>"


def _data(data: dict[str, Any]) -> str:
    rows = data["rows"]
    facts = [
        ("data", escape(data["description"])),
        ("task", escape(data["task"])),
        ("rows", f"{rows['train']:,} to train, {rows['validation']:,} to validate, {rows['test']:,} to test"),
        (
            "input",
            escape(" × ".join(str(n) for n in data["input_shape"]))
            + (" values" if not data["features"] else " columns"),
        ),
    ]
    if data["features"]:
        shown = data["features"][:40]
        facts.append(("columns", escape(", ".join(shown)) + (" …" if len(data["features"]) > 40 else "")))
    if data["class_counts"]:
        most = max(data["class_counts"])
        bars = "".join(
            f"<div class='bar'><span>{escape(name)}</span><i style='width:{60 * n / most:.1f}%'></i><em>{n:,}</em></div>"
            for name, n in zip(data["classes"][:30], data["class_counts"][:30], strict=True)
        )
        facts.append((f"{data['target']}: {len(data['classes'])} classes", f"<div class='bars'>{bars}</div>"))
    else:
        low, high = data["target_range"]
        facts.append(("target", f"{escape(data['target'])}, from {_number(low)} to {_number(high)}"))
    facts += [("licence", escape(data["licence"]))] if data["licence"] else []
    facts += [("note", escape(note)) for note in data["notes"]]
    return _table(facts)


def _history(history: dict[str, Any], metrics: dict[str, Any]) -> str:
    drawn = []
    for name, values in history.get("figures", {}).items():
        if not name.startswith("val_") and values and isinstance(values[0], float):
            drawn.append(
                f"<figure>{curves(history['epoch'], values, history['figures'].get(f'val_{name}'), name)}</figure>"
            )
    ended = f"<p>Training ended by {escape(str(metrics['stopped']))}.</p>" if metrics.get("stopped") else ""
    return f"<div class='figures'>{''.join(drawn)}</div>{ended}"


def _quality(data: dict[str, Any], test: dict[str, np.ndarray], metrics: dict[str, Any]) -> str:
    if not test:
        return ""
    if data["task"] == "classification":
        said = test["said"].argmax(axis=1)
        drawn = confusion(test["y"], said, data["classes"])
        share = np.bincount(test["y"], minlength=len(data["classes"])).max() / max(len(test["y"]), 1)
        text = f"Of {metrics['test_rows']:,} test rows {int((said == test['y']).sum()):,} are right. "
        return f"<p>{text}Always saying the commonest class would be right in {share:.1%}.</p><figure>{drawn}</figure>"
    drawn = against(test["y"], test["said"], data["target"])
    plain = float(np.abs(test["y"] - test["y"].mean()).mean())
    return f"<p>Always saying the mean would be wrong by {_number(plain)} on average.</p><figure>{drawn}</figure>"


def _worst(data: dict[str, Any], test: dict[str, np.ndarray]) -> str:
    if not test or not len(test["worst"]):
        return "<p>None: every test row is right.</p>" if test else ""
    is_image = data["kind"] == "image"
    cells = []
    for i, x in zip(test["worst"], test["worst_x"], strict=True):
        cells.append(_mistake(data, int(i), x, test, is_image))
    if is_image:
        return f"<div class='pictures'>{''.join(cells)}</div>"
    names = data["features"] or [f"x{k + 1}" for k in range(test["worst_x"][0].size)]
    head = "".join(f"<th>{escape(n)}</th>" for n in ["row", "true", "said", *names[:8]])
    return f"<div class='wide'><table class='rows'><tr>{head}</tr>{''.join(cells)}</table></div>"


def _mistake(data: dict[str, Any], i: int, x: np.ndarray, test: dict[str, np.ndarray], is_image: bool) -> str:
    if data["task"] == "classification":
        guess = int(test["said"][i].argmax())
        true, said = data["classes"][int(test["y"][i])], f"{data['classes'][guess]} ({test['said'][i, guess]:.0%})"
    else:
        true, said = _number(float(test["y"][i])), _number(float(test["said"][i]))
    if is_image:
        source = picture(x, data["value_range"])
        caption = f"<figcaption>{escape(true)} <small>said {escape(said)}</small></figcaption>"
        return f"<figure><img src='{source}' alt='{escape(true)} taken for {escape(said)}'>{caption}</figure>"
    values = "".join(f"<td>{_number(float(v))}</td>" for v in x.reshape(-1)[:8])
    return f"<tr><td>{i}</td><td>{escape(true)}</td><td>{escape(said)}</td>{values}</tr>"


def _use(run: RunFolder, about: dict[str, Any]) -> str:
    name = escape(str(run.path))
    data = about["data"]
    after = (
        "classes = model.predict(x).argmax(axis=1)"
        if data["task"] == "classification"
        else "z = model.predict(x)  # standardised"
    )
    code = f'import nyuron\n\nmodel = nyuron.models.load_model("{name}/model.nyuron")\n{after}'
    return f"<pre>{code}</pre><p>Or in a terminal:</p><pre>nyuron predict {name} rows.csv</pre>"


def _environment(about: dict[str, Any], where: dict[str, Any]) -> str:
    changed = {k: v for k, v in about["options"].items() if v not in (None, "", [], ())}
    facts = [
        ("command", f"<code>{escape(where.get('command', ''))}</code>"),
        ("options", escape(", ".join(f"{k}={v}" for k, v in changed.items()))),
        ("optimizer", escape(about["optimizer"])),
        ("seed", str(about["seed"])),
        ("python", escape(where.get("python", ""))),
        ("packages", escape(", ".join(f"{k} {v}" for k, v in where.get("packages", {}).items()))),
        ("devices", escape(", ".join(where.get("devices", [])))),
        ("platform", escape(where.get("platform", ""))),
    ]
    return _table(facts)
