"""The network itself, how to use it, and how to run it again."""

from __future__ import annotations

import json
from typing import Any

from nyuron.report._html import Html, facts, join, meter, table, tag
from nyuron.report._numbers import number
from nyuron.report._record import Record

FILES = {
    "model.nyuron": "the network with its weights; no code",
    "config.json": "what was asked, and how the data were understood",
    "preprocessing.json": "columns, classes and scaling: how to feed the model and read its answer",
    "history.json": "every epoch's figures",
    "history.csv": "the same as a table",
    "metrics.json": "figures of the test part",
    "predictions.csv": "what was said of each test row",
    "predictions.npz": "the same as arrays, with every class's share",
    "environment.json": "versions, devices and the command",
}


def network_section(run: Record) -> Html:
    """The layers, and how they were trained."""
    network, training = run.config["network"], run.config["training"]
    total = sum(layer["parameters"] for layer in network)
    rows: list[list[Any]] = []
    for layer in network:
        kind = layer["class"] + (f" ({layer['activation']})" if layer["activation"] else "")
        part = layer["parameters"] / total if total else 0.0
        shape = " × ".join(map(str, layer["output"])) or "1"
        rows.append([kind, shape, number(layer["parameters"]), tag("td", meter(part) if layer["parameters"] else "")])
    rows.append([tag("b", "all"), "", tag("b", number(total)), ""])
    about = facts(
        [
            ("Optimizer", tag("code", training["optimizer_text"])),
            ("Loss", training["loss"].replace("_", " ")),
            ("Batch", f"{training['batch_size']} rows"),
            ("Epochs", f"{training['epochs']} at most" if training["patience"] else training["epochs"]),
            ("Patience", f"{training['patience']} epochs" if training["patience"] else ""),
            ("Seed", training["seed"]),
        ]
    )
    layers = table(["layer", "output", "parameters", ""], rows)
    return tag("div", tag("div", layers), tag("div", about), class_="columns")


def use_section(run: Record) -> Html:
    """Code to copy."""
    path = run.folder.path.as_posix()
    if run.is_translation:
        said = "In a program, load_model gives the network that says the next sign; preprocessing.json holds the signs."
        return join(tag("h3", "In a terminal"), _code(_command(run, path)), tag("p", said))
    return join(
        tag("h3", "In a terminal"),
        _code(_command(run, path)),
        tag("h3", "In a program", style="margin-top:22px"),
        _code(_program(run, path)),
        tag(
            "p",
            "The model takes texts as they come: cutting and numbering them is its first layer."
            if run.has_texts
            else "The model takes the data as they come: the scaling is its first layer.",
        ),
    )


def _command(run: Record, path: str) -> str:
    start = f"nyuron predict {_quoted(path)}"
    if run.is_translation:
        text = str(run.arrays["text"][0]) if "text" in run.arrays else "…"
        return f"{start} --text {text}\n{start} texts.txt --out translations.csv"
    if run.has_texts:
        return f'{start} --text "…"\n{start} texts.txt --out predictions.csv'
    is_table = run.columns or run.is_forecast
    return f"{start} {'rows.csv' if is_table else 'rows.npz'} --out predictions.csv"


def _program(run: Record, path: str) -> str:
    names = [c["name"] for c in run.columns]
    lines = ["import nyuron", "", f'model = nyuron.models.load_model("{path}/model.nyuron")']
    if run.has_texts:
        lines.append('x = ["…"]')
    elif names:
        listed = json.dumps(names, ensure_ascii=False) if len(names) <= 6 else "columns"
        if len(names) > 6:
            lines.insert(1, "import json")
            lines.append(f'columns = json.load(open("{path}/preprocessing.json", encoding="utf-8"))["columns"]')
        lines.append(f'x = nyuron.data.read("rows.csv").numbers({listed})')
    else:
        shape = ", ".join(["rows", *map(str, run.data["input_shape"])])
        lines += ["import numpy", 'x = numpy.load("rows.npz")["x"]  # (' + shape + ")"]
        lines.insert(1, lines.pop(lines.index("import numpy")))
    if not run.is_classes:
        return "\n".join([*lines, f"{_name(run.data['target'])} = model.predict(x)"])
    shown = json.dumps(run.classes, ensure_ascii=False)
    if len(shown) > 90:
        if "import json" not in lines:
            lines.insert(1, "import json")
        shown = f'json.load(open("{path}/preprocessing.json", encoding="utf-8"))["classes"]'
    if run.config["network"][-1]["output"] == [1]:
        return "\n".join(
            [*lines, f"classes = {shown}", "said = [classes[int(p > 0.5)] for p in model.predict(x)[:, 0]]"]
        )
    return "\n".join([*lines, f"classes = {shown}", "said = [classes[k] for k in model.predict(x).argmax(axis=1)]"])


def _name(target: str) -> str:
    return target if target.isidentifier() else "predicted"


def _quoted(path: str) -> str:
    import shlex

    return shlex.quote(path)


def _code(text: str) -> Html:
    return tag("div", tag("pre", tag("code", text)), class_="code")


def again_section(run: Record) -> Html:
    """The command, the versions, and the files beside the report."""
    where = run.environment
    about = facts(
        [
            ("Seed", run.config["training"]["seed"]),
            ("Python", where.get("python")),
            ("Packages", ", ".join(f"{k} {v}" for k, v in where.get("packages", {}).items())),
            ("Devices", ", ".join(where.get("devices", []))),
            ("Platform", where.get("platform")),
        ]
    )
    here = [name for name in FILES if (run.folder.path / name).is_file()]
    files = tag(
        "dl", *(tag("div", tag("dt", tag("a", n, href=n)), tag("dd", FILES[n])) for n in here), class_="facts files"
    )
    command = where.get("command")
    return join(
        tag("h3", "The same run once more") if command else None,
        _code(command) if command else None,
        tag(
            "div",
            tag("div", tag("h3", "Environment"), about),
            tag("div", tag("h3", "Files beside this page"), files),
            class_="columns",
            style="margin-top:22px",
        ),
    )
