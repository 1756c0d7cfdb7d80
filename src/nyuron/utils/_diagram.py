"""Boxes and arrows in rows: where each box of a graph goes, so that arrows are short and seldom cross."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

GAP = 22.0
"""Between boxes of a row."""
STEP = 34.0
"""Between rows: the arrows' room."""
BEND = 6.0
"""Width that an arrow takes where it passes by a row of boxes."""


@dataclass
class Box:
    """A box of known size; `x`, `y` are its upper left corner once it has its place."""

    width: float
    height: float
    content: object = None
    x: float = 0.0
    y: float = 0.0


@dataclass
class Diagram:
    """Boxes and the arrows between them (from, to), with boxes in an order in which arrows point forwards."""

    boxes: list[Box] = field(default_factory=list)
    arrows: list[tuple[int, int]] = field(default_factory=list)
    routes: list[list[tuple[float, float]]] = field(default_factory=list)
    """Of each arrow: where it starts, pairs of points at which it passes a row, and where it ends."""
    width: float = 0.0
    height: float = 0.0


def place(diagram: Diagram, is_sideways: bool = False) -> None:
    """Give boxes and arrows their places: rows from top to bottom, or columns from left to right."""
    if is_sideways:
        _flip(diagram)
    count = len(diagram.boxes)
    ranks = [0] * count
    for start, end in sorted(diagram.arrows, key=lambda arrow: arrow[1]):
        ranks[end] = max(ranks[end], ranks[start] + 1)
    # A box without arrows into it, such as a second input, stands just above its first reader.
    for i in range(count):
        if not any(end == i for _, end in diagram.arrows):
            ranks[i] = max(min((ranks[e] for s, e in diagram.arrows if s == i), default=1) - 1, 0)
    chains, links, sizes = _chains(diagram, ranks)
    rows = _ordered(ranks + [r for chain in chains for r in chain[1]], links)
    centers = _centers(rows, links, sizes, count)
    left = min(c - w / 2 for c, w in zip(centers, sizes, strict=True))
    tops, y = [], 0.0
    heights = [max((diagram.boxes[i].height for i in row if i < count), default=0.0) for row in rows]
    for height in heights:
        tops.append(y)
        y += height + STEP
    for i, box in enumerate(diagram.boxes):
        box.x = centers[i] - left - box.width / 2
        box.y = tops[ranks[i]] + (heights[ranks[i]] - box.height) / 2
    _route(diagram, chains, [c - left for c in centers], tops, heights)
    diagram.width = max(c + w / 2 for c, w in zip(centers, sizes, strict=True)) - left
    diagram.height = y - STEP
    if is_sideways:
        _flip(diagram)


def _flip(diagram: Diagram) -> None:
    for box in diagram.boxes:
        box.width, box.height, box.x, box.y = box.height, box.width, box.y, box.x
    diagram.routes = [[(y, x) for x, y in route] for route in diagram.routes]
    diagram.width, diagram.height = diagram.height, diagram.width


def _chains(
    diagram: Diagram, ranks: list[int]
) -> tuple[list[tuple[list[int], list[int]]], list[tuple[int, int]], list[float]]:
    """For each arrow the places it passes (numbers beyond the boxes) and their rows; links from row to row; widths."""
    sizes = [box.width for box in diagram.boxes]
    chains, links = [], []
    for start, end in diagram.arrows:
        passed = list(range(ranks[start] + 1, ranks[end]))
        points = list(range(len(sizes), len(sizes) + len(passed)))
        sizes += [BEND] * len(passed)
        chains.append((points, passed))
        way = [start, *points, end]
        links += list(itertools.pairwise(way))
    return chains, links, sizes


def _ordered(ranks: Sequence[int], links: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Rows, each ordered so that few links cross: every place near the mean of its neighbours, swept to and fro."""
    above: dict[int, list[int]] = {i: [] for i in range(len(ranks))}
    below: dict[int, list[int]] = {i: [] for i in range(len(ranks))}
    for start, end in links:
        above[end].append(start)
        below[start].append(end)
    forwards: list[list[int]] = [[] for _ in range(max(ranks) + 1)]
    for i, rank in enumerate(ranks):
        forwards[rank].append(i)
    best, fewest = forwards, _crossings(forwards, links)
    for start_rows in (forwards, [row[::-1] for row in forwards]):
        rows = [list(row) for row in start_rows]
        for sweep in range(8):
            order = range(1, len(rows)) if sweep % 2 == 0 else range(len(rows) - 2, -1, -1)
            near = above if sweep % 2 == 0 else below
            for r in order:
                at = {i: k for row in rows for k, i in enumerate(row)}
                rows[r].sort(key=lambda i: sum(at[j] for j in near[i]) / len(near[i]) if near[i] else at[i])
            count = _crossings(rows, links)
            if count < fewest:
                best, fewest = [list(row) for row in rows], count
    return best


def _crossings(rows: Sequence[Sequence[int]], links: Sequence[tuple[int, int]]) -> int:
    rank = {i: r for r, row in enumerate(rows) for i in row}
    at = {i: k for row in rows for k, i in enumerate(row)}
    count = 0
    for n, (a, b) in enumerate(links):
        for c, d in links[:n]:
            count += rank[a] == rank[c] and (at[a] - at[c]) * (at[b] - at[d]) < 0
    return count


def _centers(
    rows: Sequence[Sequence[int]], links: Sequence[tuple[int, int]], sizes: Sequence[float], count: int
) -> list[float]:
    """Centres that keep boxes of a row apart and links straight, by turns from above and from below.

    What passes by rows (places from `count` on) pulls hardest, so that long arrows are straight.
    """
    near: list[list[tuple[int, float]]] = [[] for _ in sizes]
    for start, end in links:
        pull = {0: 1.0, 1: 2.0, 2: 16.0}[(start >= count) + (end >= count)]
        near[start].append((end, pull))
        near[end].append((start, pull))
    centers = [0.0] * len(sizes)
    for row in rows:
        x = 0.0
        for i in row:
            centers[i] = x + sizes[i] / 2
            x += sizes[i] + GAP
    for turn in range(200):
        for row in rows if turn % 2 == 0 else reversed(rows):
            wanted = [
                sum(centers[j] * p for j, p in near[i]) / sum(p for _, p in near[i]) if near[i] else centers[i]
                for i in row
            ]
            for i, center in zip(row, _apart(wanted, [sizes[i] for i in row]), strict=True):
                centers[i] = center
    return centers


def _apart(wanted: Sequence[float], widths: Sequence[float]) -> list[float]:
    """The centres nearest to those wanted (least squares) that keep the order and the gaps: pooling of neighbours."""
    shifts = [0.0]
    for a, b in itertools.pairwise(widths):
        shifts.append(shifts[-1] + (a + b) / 2 + GAP)
    pools: list[tuple[float, int]] = []
    for want, shift in zip(wanted, shifts, strict=True):
        pools.append((want - shift, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (a, n), (b, m) = pools[-2:]
            pools[-2:] = [((a * n + b * m) / (n + m), n + m)]
    flat = [mean for mean, count in pools for _ in range(count)]
    return [mean + shift for mean, shift in zip(flat, shifts, strict=True)]


def _route(diagram: Diagram, chains: list, centers: list[float], tops: list[float], heights: list[float]) -> None:
    """Arrows leave and reach a box side by side, ordered as their other ends are."""
    ways = [(start, *points, end) for (start, end), (points, _) in zip(diagram.arrows, chains, strict=True)]
    diagram.routes = []
    for number, (way, (_, rows)) in enumerate(zip(ways, chains, strict=True)):
        start, end = diagram.boxes[way[0]], diagram.boxes[way[-1]]
        outs = sorted((n for n, w in enumerate(ways) if w[0] == way[0]), key=lambda n: centers[ways[n][1]])
        ins = sorted((n for n, w in enumerate(ways) if w[-1] == way[-1]), key=lambda n: centers[ways[n][-2]])
        route = [(_port(start, outs.index(number), len(outs)), start.y + start.height)]
        for point, row in zip(way[1:-1], rows, strict=True):
            route += [(centers[point], tops[row]), (centers[point], tops[row] + heights[row])]
        route.append((_port(end, ins.index(number), len(ins)), end.y))
        diagram.routes.append(route)


def _port(box: Box, number: int, count: int) -> float:
    spread = min(18.0, box.width * 0.6 / max(count - 1, 1))
    return box.x + box.width / 2 + (number - (count - 1) / 2) * spread
