"""Rectangles, lines of text and arrows, written as SVG by ourselves or drawn by matplotlib."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from nyuron.core import ArgumentError, MissingPackageError

FONT = "DejaVu Sans, Verdana, Helvetica, Arial, sans-serif"
HEAD = 6.0
"""Length of an arrow's head."""
_NARROW, _WIDE = set("iljtfrI.,:;|!()[]'` "), set("mwMW@%")


def text_width(text: str, size: float, is_bold: bool = False) -> float:
    """Points that a line takes, a little generously: whoever reads an SVG may have another font."""
    units = sum(
        0.38 if c in _NARROW else 0.98 if c in _WIDE or ord(c) > 0x1100 else 0.68 if c.isupper() else 0.63 for c in text
    )
    return units * size * (1.1 if is_bold else 1.0)


@dataclass
class Canvas:
    """What is to be drawn, in points from the upper left corner, in order."""

    width: float = 0.0
    height: float = 0.0
    rectangles: list[dict[str, Any]] = field(default_factory=list)
    texts: list[dict[str, Any]] = field(default_factory=list)
    arrows: list[dict[str, Any]] = field(default_factory=list)

    def rectangle(self, x: float, y: float, w: float, h: float, **look: Any) -> None:
        """A rectangle with rounded corners: fill, stroke, line (its width), radius, dashed."""
        self.rectangles.append({"x": x, "y": y, "w": w, "h": h, **look})

    def text(self, x: float, y: float, line: str, **look: Any) -> None:
        """A line of text whose middle is at (x, y): size, color, bold, anchor ("middle", "start")."""
        self.texts.append({"x": x, "y": y, "line": line, **look})

    def arrow(self, route: Sequence[tuple[float, float]], is_sideways: bool, is_backwards: bool = False) -> None:
        """An arrow through points, of which each second stretch is straight and the others are bent.

        It ends downwards; `is_sideways` to the right; `is_backwards` the other way.
        """
        self.arrows.append({"route": list(route), "sideways": is_sideways, "sign": -1 if is_backwards else 1})

    def save(self, path: Path, dpi: int) -> None:
        """Write the picture; the file's ending says how.

        Raises: MissingPackageError where matplotlib is needed and not there; ArgumentError for an unknown ending.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".svg":
            path.write_text(self.svg(), encoding="utf-8")
        elif path.suffix in (".png", ".pdf", ".jpg", ".jpeg"):
            self._draw(path, dpi)
        else:
            raise ArgumentError(
                "pictures have no such form",
                who="plot_model",
                expected=".svg, .png, .pdf or .jpg",
                got=repr(path.name),
                fix=f"to_file={str(path.with_suffix('.svg'))!r}",
            )

    def svg(self) -> str:
        """The picture as an SVG document."""
        w, h = f"{self.width:.0f}", f"{self.height:.0f}"
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {w} {h}" '
            f"font-family={quoteattr(FONT)}>",
            f'<rect width="{w}" height="{h}" fill="white"/>',
        ]
        for r in self.rectangles:
            dash = ' stroke-dasharray="4 3"' if r.get("dashed") else ""
            parts.append(
                f'<rect x="{r["x"]:.1f}" y="{r["y"]:.1f}" width="{r["w"]:.1f}" height="{r["h"]:.1f}" '
                f'rx="{r.get("radius", 0):g}" fill="{r.get("fill", "none")}" stroke="{r.get("stroke", "none")}" '
                f'stroke-width="{r.get("line", 1):g}"{dash}/>'
            )
        for a in self.arrows:
            curve = " ".join(f"{word}{' '.join(f'{x:.1f},{y:.1f}' for x, y in points)}" for word, points in _curve(a))
            head = " ".join(f"{x:.1f},{y:.1f}" for x, y in _head(a))
            parts.append(f'<path d="{curve}" fill="none" stroke="#64748b" stroke-width="1.3"/>')
            parts.append(f'<polygon points="{head}" fill="#64748b"/>')
        for t in self.texts:
            weight = ' font-weight="bold"' if t.get("bold") else ""
            parts.append(
                f'<text x="{t["x"]:.1f}" y="{t["y"] + 0.35 * t["size"]:.1f}" font-size="{t["size"]:g}" '
                f'fill="{t.get("color", "#1e293b")}" text-anchor="{t.get("anchor", "middle")}"{weight}>'
                f"{escape(t['line'])}</text>"
            )
        return "\n".join([*parts, "</svg>", ""])

    def _draw(self, path: Path, dpi: int) -> None:
        try:
            from matplotlib.backends.backend_agg import FigureCanvasAgg
            from matplotlib.figure import Figure
            from matplotlib.patches import FancyBboxPatch, PathPatch, Polygon
            from matplotlib.path import Path as Curve
        except ImportError as error:
            raise MissingPackageError(
                "matplotlib is needed for this form of picture",
                who="plot_model",
                fix="pip install matplotlib, or to_file='model.svg'",
            ) from error
        figure = Figure(figsize=(self.width / 72, self.height / 72), dpi=dpi, facecolor="white")
        FigureCanvasAgg(figure)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, self.width), ylim=(self.height, 0))
        axes.axis("off")
        for r in self.rectangles:
            radius = r.get("radius", 0)
            axes.add_patch(
                FancyBboxPatch(
                    (r["x"], r["y"]), r["w"], r["h"],
                    boxstyle=f"round,pad=0,rounding_size={radius}" if radius else "square,pad=0",
                    facecolor=r.get("fill", "none"), edgecolor=r.get("stroke", "none"), linewidth=r.get("line", 1),
                    linestyle=(0, (4, 3)) if r.get("dashed") else "solid",
                )
            )  # fmt: skip
        codes = {"M": Curve.MOVETO, "L": Curve.LINETO, "C": Curve.CURVE4}
        for a in self.arrows:
            points = [(point, codes[word]) for word, group in _curve(a) for point in group]
            curve = Curve([p for p, _ in points], [c for _, c in points])
            axes.add_patch(PathPatch(curve, facecolor="none", edgecolor="#64748b", linewidth=1.3, capstyle="butt"))
            axes.add_patch(Polygon(_head(a), closed=True, facecolor="#64748b", edgecolor="none"))
        places = {"middle": "center", "start": "left", "end": "right"}
        for t in self.texts:
            axes.text(
                t["x"], t["y"], t["line"].replace("$", r"\$"), fontsize=t["size"], color=t.get("color", "#1e293b"),
                ha=places[t.get("anchor", "middle")], va="center_baseline",
                fontweight="bold" if t.get("bold") else "normal",
            )  # fmt: skip
        figure.savefig(path, dpi=dpi)


def _curve(arrow: dict[str, Any]) -> list[tuple[str, list[tuple[float, float]]]]:
    route, is_sideways = list(arrow["route"]), arrow["sideways"]
    (x, y), size = route[-1], HEAD * arrow["sign"]
    # The line ends where the head begins.
    route[-1] = (x - size, y) if is_sideways else (x, y - size)
    found: list[tuple[str, list[tuple[float, float]]]] = [("M", [route[0]])]
    for i, ((x0, y0), (x1, y1)) in enumerate(itertools.pairwise(route)):
        if i % 2:
            found.append(("L", [(x1, y1)]))
        elif is_sideways:
            middle = (x0 + x1) / 2
            found.append(("C", [(middle, y0), (middle, y1), (x1, y1)]))
        else:
            middle = (y0 + y1) / 2
            found.append(("C", [(x0, middle), (x1, middle), (x1, y1)]))
    return found


def _head(arrow: dict[str, Any]) -> list[tuple[float, float]]:
    (x, y), back = arrow["route"][-1], (HEAD + 1) * arrow["sign"]
    if arrow["sideways"]:
        return [(x, y), (x - back, y - HEAD / 2), (x - back, y + HEAD / 2)]
    return [(x, y), (x - HEAD / 2, y - back), (x + HEAD / 2, y - back)]
