"""`model.summary()`: the table that Keras prints."""

from __future__ import annotations

from typing import Any

import numpy as np

from nyuron.layers import SymbolicTensor, shape_after


def shape_text(shape: Any) -> str:
    """'(None, 10)'; several shapes one after another."""
    if shape and not isinstance(shape[0], int | type(None)):
        return ", ".join(shape_text(s) for s in shape)
    return f"({', '.join(str(n) for n in shape)}{',' if len(shape) == 1 else ''})"


def size_text(count: int) -> str:
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
    model: Any, line_length: int | None, *, expand_nested: bool = False, show_trainable: bool = False
) -> str:
    """The whole table with its totals."""
    is_chain = not model._input_layers
    rows = rows_of(model)
    header = ["Layer (type)", "Output Shape", "Param #", "Connected to"]
    columns = 3 if is_chain else 4
    table = [tuple(row[:columns]) for row in rows]
    if expand_nested:
        table = [
            entry for row, layer in zip(table, model.layers, strict=False) for entry in (row, *_nested(layer, columns))
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
        _line("┃", header[:columns], widths),
        _rule("┡╇┩", "━", widths),
    ]
    for i, row in enumerate(table):
        lines += [_line("│", row, widths)] + ([_rule("├┼┤", "─", widths)] if i + 1 < len(table) else [])
    lines.append(_rule("└┴┘", "─", widths))
    trainable = sum(int(np.prod(w.shape)) for w in model.trainable_weights)
    fixed = sum(int(np.prod(w.shape)) for w in model.non_trainable_weights)
    for label, count in (("Total", trainable + fixed), ("Trainable", trainable), ("Non-trainable", fixed)):
        lines.append(f" {label} params: {count:,} ({size_text(count)})")
    return "\n".join(lines)


def _nested(layer: Any, columns: int) -> list[tuple[str, ...]]:
    if not hasattr(layer, "network"):
        return []
    return [(f"    └ {row[0]}", *row[1:columns]) for row in rows_of(layer)]


def _rule(ends: str, dash: str, widths: list[int]) -> str:
    return ends[0] + ends[1].join(dash * w for w in widths) + ends[2]


def _line(bar: str, cells: Any, widths: list[int]) -> str:
    padded = [f" {cell}".ljust(w) for cell, w in zip(cells, widths, strict=True)]
    if len(padded) > 2:
        padded[2] = f"{cells[2]} ".rjust(widths[2])
    return bar + bar.join(padded) + bar
