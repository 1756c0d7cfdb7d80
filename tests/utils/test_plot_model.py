"""The drawing of a model's graph: what is on it, that nothing overlaps, and that files are what they say."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

import nyuron
from nyuron import layers
from nyuron.core import ArgumentError, StateError
from nyuron.utils import plot_model
from nyuron.utils._diagram import Box, Diagram, place

SVG = "{http://www.w3.org/2000/svg}"


def siamese() -> nyuron.Model:
    left, right = layers.Input((28,), name="left"), layers.Input((28,), name="right")
    shared = layers.Dense(16, "relu", name="shared")
    u, v = shared(left), shared(right)
    both = layers.Concatenate(name="both")([u, v, layers.Subtract(name="difference")([u, v])])
    hidden = layers.Dense(8, "tanh", name="hidden")(both)
    kind = layers.Dense(10, "softmax", name="kind")(layers.Concatenate(name="join")([hidden, left]))
    return nyuron.Model([left, right], [layers.Dense(1, name="same")(hidden), kind])


def nested() -> nyuron.Model:
    entry = layers.Input((4, 8), name="inside")
    look = layers.MultiHeadAttention(2, 4, name="look")(entry, entry)
    block = nyuron.Model(entry, layers.Add(name="add")([entry, look]), name="block")
    x = layers.Input((4, 8), name="rows")
    return nyuron.Model(x, layers.Flatten(name="flat")(block(block(x))))


def drawn(model: nyuron.Model, folder: Path, **options: object) -> tuple[list[str], ET.Element]:
    """The texts of the picture, and the picture."""
    root = ET.fromstring(plot_model(model, folder / "m.svg", **options).read_text(encoding="utf-8"))
    return [t.text or "" for t in root.iter(f"{SVG}text")], root


def test_every_layer_input_shape_and_arrow_is_drawn(tmp_path: Path) -> None:
    texts, root = drawn(siamese(), tmp_path, show_shapes=True, show_layer_names=True, show_layer_activations=True)
    assert {"left", "right", "difference", "both", "hidden", "join", "same", "kind"} <= set(texts)
    assert texts.count("shared") == 2
    assert texts.count("InputLayer") == 2
    assert "in   (None, 16), (None, 16), (None, 16)" in texts
    assert "out  (None, 10)" in texts
    assert "activation: tanh" in texts
    assert len(list(root.iter(f"{SVG}path"))) == len(list(root.iter(f"{SVG}polygon"))) == 12
    assert sum("stroke-dasharray" in r.attrib for r in root.iter(f"{SVG}rect")) == 1


def test_bare_boxes_say_the_class_only(tmp_path: Path) -> None:
    texts, _ = drawn(nyuron.Sequential([layers.Dense(3, input_shape=(4,)), layers.Dropout(0.5)]), tmp_path)
    assert texts == ["InputLayer", "Dense", "Dropout"]


def test_models_inside_are_drawn_when_wanted(tmp_path: Path) -> None:
    closed, _ = drawn(nested(), tmp_path, show_layer_names=True)
    assert "look" not in closed
    texts, root = drawn(nested(), tmp_path, show_layer_names=True, expand_nested=True, show_trainable=True)
    assert texts.count("look") == texts.count("inside") == 2
    assert "trainable" in texts
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    for r in root.iter(f"{SVG}rect"):
        x, y, w, h = (float(r.attrib.get(k, 0)) for k in ("x", "y", "width", "height"))
        assert x >= 0 and y >= 0 and x + w <= width + 1 and y + h <= height + 1


@pytest.mark.parametrize("rankdir", ["TB", "BT", "LR", "RL"])
def test_directions(rankdir: str, tmp_path: Path) -> None:
    _, root = drawn(nyuron.Sequential([layers.Dense(3, input_shape=(4,))]), tmp_path, rankdir=rankdir)
    first, second = (t for t in root.iter(f"{SVG}text"))
    axis = "y" if rankdir in ("TB", "BT") else "x"
    assert (float(first.attrib[axis]) < float(second.attrib[axis])) == (rankdir in ("TB", "LR"))
    (path,), (head,) = root.iter(f"{SVG}path"), root.iter(f"{SVG}polygon")
    tip = [float(n) for n in head.attrib["points"].split()[0].split(",")]
    start = [float(n) for n in path.attrib["d"].split("C")[0][1:].split(",")]
    k = 1 if axis == "y" else 0
    assert (tip[k] > start[k]) == (rankdir in ("TB", "LR"))


def test_no_boxes_overlap_and_arrows_touch_their_boxes() -> None:
    boxes = [Box(40 + 13 * i % 50, 20 + 7 * i % 30) for i in range(14)]
    arrows = [(0, 1), (0, 2), (1, 3), (2, 3), (0, 9), (3, 4), (4, 5), (4, 6), (5, 7), (6, 7), (7, 8), (8, 9), (2, 8), (10, 9),
              (9, 11), (9, 12), (11, 13), (1, 13)]  # fmt: skip
    for is_sideways in (False, True):
        diagram = Diagram(boxes, arrows)
        place(diagram, is_sideways)
        for a, b in itertools.combinations(boxes, 2):
            apart = (a.x + a.width <= b.x, b.x + b.width <= a.x, a.y + a.height <= b.y, b.y + b.height <= a.y)
            assert any(apart)
        for (start, end), route in zip(arrows, diagram.routes, strict=True):
            a, b = boxes[start], boxes[end]
            (x0, y0), (x1, y1) = route[0], route[-1]
            if is_sideways:
                assert x0 == pytest.approx(a.x + a.width) and a.y <= y0 <= a.y + a.height
                assert x1 == pytest.approx(b.x) and b.y <= y1 <= b.y + b.height
            else:
                assert y0 == pytest.approx(a.y + a.height) and a.x <= x0 <= a.x + a.width
                assert y1 == pytest.approx(b.y) and b.x <= x1 <= b.x + b.width
            for x, y in route[1:-1]:
                inside = [c for c in boxes if c.x + 1e-6 < x < c.x + c.width - 1e-6 and c.y < y < c.y + c.height]
                assert not inside


def test_png_is_a_picture_of_the_wanted_density(tmp_path: Path) -> None:
    path = plot_model(siamese(), tmp_path / "new" / "m.png", show_shapes=True, dpi=72)
    head = path.read_bytes()[:24]
    assert head.startswith(b"\x89PNG")
    _, root = drawn(siamese(), tmp_path, show_shapes=True)
    assert int.from_bytes(head[16:20], "big") == pytest.approx(float(root.attrib["width"]), abs=1)


def test_what_cannot_be_drawn_says_so(tmp_path: Path) -> None:
    model = nyuron.Sequential([layers.Dense(3, input_shape=(4,))])
    with pytest.raises(ArgumentError, match="no such form"):
        plot_model(model, tmp_path / "m.bmp")
    with pytest.raises(ArgumentError, match="no such direction"):
        plot_model(model, tmp_path / "m.svg", rankdir="UP")
    with pytest.raises(StateError, match="not built"):
        plot_model(nyuron.Sequential([layers.Dense(3)]), tmp_path / "m.svg")
