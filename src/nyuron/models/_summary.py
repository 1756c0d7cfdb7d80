"""`model.summary()`: the table that Keras prints."""

from __future__ import annotations

import itertools
import textwrap
from typing import Any

import numpy as np

from nyuron.layers import SymbolicTensor, shape_after
from nyuron.models._costs import costs_of
from nyuron.models._hyperparameters import hyperparameters_of


def shape_text(shape: Any) -> str:
    """'(None, 10)'; several shapes one after another."""
    if shape and not isinstance(shape[0], int | type(None)):
        return ", ".join(shape_text(s) for s in shape)
    return f"({', '.join(str(n) for n in shape)}{',' if len(shape) == 1 else ''})"


def size_text(count: float) -> str:
    """'795.04 KB', at four bytes a number."""
    size = count * 4.0
    for unit in ("B", "KB", "MB", "GB"):
        if size < 1024 or unit == "GB":
            return f"{size:.2f} {unit}"
        size /= 1024
    return ""


def rows_of(model: Any) -> list[tuple[str, str, str, str]]:
    """(layer, output shape, parameters, connected to) for each layer, in order."""
    if model.network is None:
        return [(f"{layer.name} ({type(layer).__name__})", "?", "0 (unbuilt)", "") for layer in model.layers]
    graph = model.graph
    values: list[Any] = [entry.shape for entry in graph.inputs]
    names: list[str] = list(model.input_names)
    before = getattr(model, "_head", [])  # layers on texts
    rows = [(f"{x.name} ({type(x).__name__})", shape_text(x.compute_output_shape((None, 1))), "0", "-") for x in before]
    inputs: list[SymbolicTensor] = [] if not model._input_layers else model.inputs
    for x in inputs:
        rows.append((f"{x.name} (InputLayer)", shape_text(x.shape), "0", "-"))
    seen: dict[int, int] = {}
    for place, step, description in graph.walk():
        layer = model.network_layers[step.layer]
        shapes = tuple(values[at] if i is None else values[at][i] for at, i in step.positional)
        shape = shape_after(description, shapes, step.named)
        values.append(shape)
        names.append(layer.name)
        source = ", ".join(names[at] for at, _ in step.inputs)
        if step.layer not in seen:
            seen[step.layer] = place
            rows.append(
                (f"{layer.name} ({type(layer).__name__})", shape_text(shape), f"{layer.count_params():,}", source)
            )
    return rows


def summary_text(
    model: Any,
    line_length: int | None,
    *,
    expand_nested: bool = False,
    show_trainable: bool = False,
    detail: bool = False,
    hyperparameters: bool = False,
) -> str:
    """The whole table with its totals."""
    is_chain = not model._input_layers
    rows = _detailed(model) if detail else rows_of(model)
    header = ["Layer (type)", "Output Shape", "Param #", *(_DETAIL if detail else ()), "Connected to"]
    columns = len(header) - is_chain
    numbers = len(header) - 1
    table = [tuple(row[:columns]) for row in rows]
    if expand_nested:
        table = [
            entry
            for row, layer in zip(table, model.layers, strict=False)
            for entry in (row, *_nested(layer, columns, detail))
        ]
    if show_trainable:
        header = [*header[:columns], "Trainable"]
        flags = ["Y" if layer.trainable else "N" for layer in model.layers]
        table = [(*row, flags[i] if i < len(flags) else "") for i, row in enumerate(table)]
        columns += 1
    widths = (
        [max(len(header[c]), *(len(row[c]) for row in table), 12) + 2 for c in range(columns)]
        if table
        else [30] * columns
    )
    if line_length is not None:
        widths[0] += max(line_length - sum(widths) - columns - 1, 0)
    lines = [
        f'Model: "{model.name}"',
        _rule("┏┳┓", "━", widths),
        _line("┃", header[:columns], widths, numbers),
        _rule("┡╇┩", "━", widths),
    ]
    for i, row in enumerate(table):
        lines += [_line("│", row, widths, numbers)] + ([_rule("├┼┤", "─", widths)] if i + 1 < len(table) else [])
    lines.append(_rule("└┴┘", "─", widths))
    trainable = sum(int(np.prod(w.shape)) for w in model.trainable_weights)
    fixed = sum(int(np.prod(w.shape)) for w in model.non_trainable_weights)
    for label, count in (("Total", trainable + fixed), ("Trainable", trainable), ("Non-trainable", fixed)):
        lines.append(f" {label} params: {count:,} ({size_text(count)})")
    if detail:
        lines += _totals(model)
    if hyperparameters:
        lines += _choices(model)
    return "\n".join(lines)


def _nested(layer: Any, columns: int, detail: bool) -> list[tuple[str, ...]]:
    if not hasattr(layer, "network"):
        return []
    rows = _detailed(layer) if detail else rows_of(layer)
    return [(f"    └ {row[0]}", *row[1:columns]) for row in rows]


_DETAIL = ("Receptive field", "Multiply-adds", "Weights", "Output")


def _detailed(model: Any) -> list[tuple[str, ...]]:
    cells = {
        f"{layer.name} ({type(layer).__name__})": (
            str(cost.reach),
            "?" if cost.multiply_adds is None else f"{cost.multiply_adds:,}",
            size_text(cost.weight_bytes / 4),
            size_text(cost.output_bytes / 4),
        )
        for layer, cost in zip(model.network_layers, costs_of(model), strict=True)
    }
    return [(*row[:3], *cells.get(row[0], ("",) * len(_DETAIL)), *row[3:]) for row in rows_of(model)]


def _totals(model: Any) -> list[str]:
    costs = costs_of(model)
    adds = sum(cost.multiply_adds or 0 for cost in costs)
    weights, outputs = sum(cost.weight_bytes for cost in costs), sum(cost.output_bytes for cost in costs)
    return [
        f" Multiply-adds for one example: {adds:,}",
        f" Memory: weights {size_text(weights / 4)}, outputs of one example {size_text(outputs / 4)}",
    ]


def _choices(model: Any) -> list[str]:
    header = ("Layer (type)", "Parameters (learned)", "Hyperparameters (chosen)")
    rows = []
    for name, entry in hyperparameters_of(model).items():
        arrays = {**entry["parameters"], **{f"{k} (carried)": v for k, v in entry["state"].items()}}
        learned = [f"{k} {shape_text(v)}" for k, v in arrays.items()] or ["-"]
        chosen = [f"{k}={_said(v)}" for k, v in entry["hyperparameters"].items() if v is not None]
        text = textwrap.wrap(", ".join(chosen), 70) or ["-"]
        label = name if name == "compile" else f"{name} ({entry['class']})"
        rows.append(list(itertools.zip_longest([label], learned, text, fillvalue="")))
    widths = [max(len(cell) for row in [[header], *rows] for line in row for cell in [line[c]]) + 2 for c in range(3)]
    lines = ["", _rule("┏┳┓", "━", widths), _line("┃", header, widths, 0), _rule("┡╇┩", "━", widths)]
    for i, row in enumerate(rows):
        lines += [_line("│", line, widths, 0) for line in row]
        lines += [_rule("├┼┤", "─", widths)] if i + 1 < len(rows) else []
    return [*lines, _rule("└┴┘", "─", widths)]


def _rule(ends: str, dash: str, widths: list[int]) -> str:
    return ends[0] + ends[1].join(dash * w for w in widths) + ends[2]


def _said(value: Any) -> str:
    # An object's own form of itself is no text.
    return value if isinstance(value, str) and value.endswith(")") else repr(value)


def _line(bar: str, cells: Any, widths: list[int], numbers: int) -> str:
    """One row; the columns from the third to the one before `numbers` are figures."""
    padded = [f" {cell}".ljust(w) for cell, w in zip(cells, widths, strict=True)]
    for c in range(2, min(numbers, len(padded))):
        padded[c] = f"{cells[c]} ".rjust(widths[c])
    return bar + bar.join(padded) + bar
