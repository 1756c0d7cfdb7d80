"""A model's graph as a picture."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from nyuron.core import ArgumentError, is_module
from nyuron.layers import shape_after
from nyuron.utils._canvas import Canvas, text_width
from nyuron.utils._diagram import Box, Diagram, place

_MARGIN, _PAD, _ROW = 16.0, 10.0, 15.0
_TITLE, _TEXT = 10.5, 9.0
_EDGE = "#475569"
_DIRECTIONS = ("TB", "BT", "LR", "RL")

_KINDS = (
    (("Input",), "#cbd5e1"),
    (("Embedding", "Position"), "#bbf7d0"),
    (("Attention", "Transformer"), "#fed7aa"),
    (("LSTM", "GRU", "RNN", "Bidirectional", "TimeDistributed"), "#ddd6fe"),
    (("Conv",), "#99f6e4"),
    (("Pool", "UpSampling", "Padding", "Cropping"), "#a5f3fc"),
    (("Normalization", "Dropout", "Noise", "Regularization", "Rescaling"), "#e7e5e4"),
    (("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Dot"), "#fde68a"),
    (("Activation", "ReLU", "ELU", "Softmax", "Maxout"), "#fbcfe8"),
    (("Dense",), "#bfdbfe"),
)


@dataclasses.dataclass(frozen=True)
class _Card:
    """What a box says: a coloured head with the layer's class, and rows below."""

    title: str
    rows: tuple[str, ...]
    color: str
    is_again: bool = False
    inside: Diagram | None = None


def plot_model(
    model: Any,
    to_file: Any = "model.png",
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = False,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: int = 200,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
) -> Path:
    """Draw the graph of a built model to a file: SVG by ourselves, PNG, PDF and JPG by matplotlib.

    One box an application of a layer: a layer that is used again appears again, with a dashed edge. `rankdir` is "TB"
    (from top to bottom), "BT", "LR" or "RL"; `expand_nested` draws what is inside models used as layers.

    Returns: the file's path.
    Raises: ArgumentError for another rankdir or ending; StateError if the model is not built.
    Differs from Keras: needs neither Graphviz nor pydot, and returns the path instead of a notebook's picture.
    Source: keras.utils.plot_model; Sugiyama et al. 1981 (the placing).
    Example:
        >>> from nyuron import Sequential, layers
        >>> model = Sequential([layers.Dense(3, input_shape=(4,)), layers.Dense(1)])
        >>> path = getfixture("tmp_path") / "model.svg"
        >>> plot_model(model, path, show_shapes=True).read_text().startswith("<svg")
        True
    """
    if rankdir not in _DIRECTIONS:
        raise ArgumentError(
            "there is no such direction",
            who="plot_model",
            expected=" or ".join(map(repr, _DIRECTIONS)),
            got=repr(rankdir),
            fix="rankdir='TB'",
        )
    wanted = _Wanted(show_shapes, show_dtype, show_layer_names, show_layer_activations, show_trainable, expand_nested)
    is_sideways = rankdir in ("LR", "RL")
    diagram = _diagram(model, wanted, is_sideways)
    canvas = Canvas(diagram.width + 2 * _MARGIN, diagram.height + 2 * _MARGIN)
    is_backwards = rankdir in ("BT", "RL")
    if is_backwards:
        _mirror(diagram, is_sideways)
    _draw(canvas, diagram, _MARGIN, _MARGIN, is_sideways, is_backwards)
    path = Path(to_file)
    canvas.save(path, dpi)
    return path


@dataclasses.dataclass(frozen=True)
class _Wanted:
    shapes: bool
    dtype: bool
    names: bool
    activations: bool
    trainable: bool
    nested: bool


def _diagram(model: Any, wanted: _Wanted, is_sideways: bool) -> Diagram:
    graph = model.graph
    diagram = Diagram()
    shapes: list[Any] = [entry.shape for entry in graph.inputs]
    for name, entry in zip(model.input_names, graph.inputs, strict=True):
        rows = ([name] if wanted.names else []) + ([_shape_text(entry.shape)] if wanted.shapes else [])
        rows += [entry.dtype] if wanted.dtype else []
        diagram.boxes.append(_box(_Card("InputLayer", tuple(rows), _color("InputLayer"))))
    seen: set[int] = set()
    for place_, step, description in graph.walk():
        layer = model.network_layers[step.layer]
        given = tuple(shapes[at] if i is None else shapes[at][i] for at, i in step.inputs)
        shape = shape_after(description, given[: len(step.positional)], step.named)
        shapes.append(shape)
        diagram.boxes.append(_box(_card(layer, given, shape, step.layer in seen, wanted, is_sideways)))
        seen.add(step.layer)
        for at, _ in step.inputs:
            arrow = (at, len(graph.inputs) + place_)
            if arrow not in diagram.arrows:
                diagram.arrows.append(arrow)
    place(diagram, is_sideways)
    return diagram


def _card(layer: Any, given: tuple[Any, ...], shape: Any, is_again: bool, wanted: _Wanted, is_sideways: bool) -> _Card:
    kind = type(layer).__name__
    rows = [layer.name] if wanted.names else []
    activation = getattr(layer, "activation", None) if is_module(type(layer)) else None
    if wanted.activations and activation is not None:
        rows.append(f"activation: {getattr(activation, '__name__', activation)}")
    if wanted.shapes:
        rows += [f"in   {', '.join(map(_shape_text, given))}", f"out  {_shape_text(shape)}"]
    if wanted.dtype:
        rows.append("float32")
    if wanted.trainable:
        rows.append("trainable" if layer.trainable else "frozen")
    inside = None
    if wanted.nested and getattr(layer, "network", None) is not None:
        inside = _diagram(layer, wanted, is_sideways)
    return _Card(kind, tuple(rows), _color(kind), is_again, inside)


def _shape_text(shape: Any) -> str:
    if shape and not isinstance(shape[0], int | type(None)):
        return ", ".join(map(_shape_text, shape))
    return f"({', '.join(str(n) for n in shape)})"


def _color(kind: str) -> str:
    return next((color for words, color in _KINDS if any(word in kind for word in words)), "#e2e8f0")


def _box(card: _Card) -> Box:
    width = max(text_width(card.title, _TITLE, True), *(text_width(row, _TEXT) for row in card.rows), 60) + 2 * _PAD
    height = _ROW + 7 + (len(card.rows) * _ROW + 7 if card.rows else 0)
    if card.inside is not None:
        width, height = max(width, card.inside.width + 2 * _PAD), height + card.inside.height + 2 * _PAD
    return Box(width, height, card)


def _mirror(diagram: Diagram, is_sideways: bool) -> None:
    for box in diagram.boxes:
        if is_sideways:
            box.x = diagram.width - box.x - box.width
        else:
            box.y = diagram.height - box.y - box.height
        card: Any = box.content
        if card.inside is not None:
            _mirror(card.inside, is_sideways)
    size = (diagram.width, 0.0) if is_sideways else (0.0, diagram.height)
    diagram.routes = [[(abs(size[0] - x), abs(size[1] - y)) for x, y in route] for route in diagram.routes]


def _draw(canvas: Canvas, diagram: Diagram, x0: float, y0: float, is_sideways: bool, is_backwards: bool) -> None:
    for box in diagram.boxes:
        card: Any = box.content
        x, y, head = x0 + box.x, y0 + box.y, _ROW + 7
        below = "#f8fafc" if card.inside is not None else "#ffffff"
        is_open = bool(card.rows) or card.inside is not None
        canvas.rectangle(x, y, box.width, box.height, fill=below, radius=5)
        canvas.rectangle(x, y, box.width, head, fill=card.color, radius=5)
        if is_open:
            canvas.rectangle(x, y + head - 6, box.width, 6, fill=card.color)
            canvas.rectangle(x, y + head - 0.4, box.width, 0.8, fill=_EDGE)
        canvas.rectangle(x, y, box.width, box.height, stroke=_EDGE, line=1.1, radius=5, dashed=card.is_again)
        canvas.text(x + box.width / 2, y + head / 2, card.title, size=_TITLE, bold=True)
        for i, row in enumerate(card.rows):
            canvas.text(x + box.width / 2, y + head + 4 + (i + 0.5) * _ROW, row, size=_TEXT, color="#334155")
        if card.inside is not None:
            top = head + (len(card.rows) * _ROW + 7 if card.rows else 0) + _PAD
            _draw(canvas, card.inside, x + (box.width - card.inside.width) / 2, y + top, is_sideways, is_backwards)
    for route in diagram.routes:
        canvas.arrow([(x0 + x, y0 + y) for x, y in route], is_sideways, is_backwards)
