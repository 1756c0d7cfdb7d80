"""What the figures of a search share: colours by rank, titles under the pointer, a robust scale, small files."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import numpy as np

from nyuron.report._figures import INK, RULE, svg
from nyuron.report._html import Html, tag

_SHADES = 8
_FAR = 60.0
"""Largest over smallest value from which on a scale is logarithmic."""
POINTS = 30_000
"""Points that all curves of a figure have together."""

STYLE = "".join(
    f"\n--s{k}:color-mix(in oklab,var(--first) {round(16 + 84 * k / (_SHADES - 1))}%,var(--card));"
    for k in range(_SHADES)
)
STYLE = (
    f":root{{{STYLE}}}"
    + """
.ramp{display:inline-block;width:72px;height:8px;border-radius:4px;vertical-align:middle;margin:0 6px;
 background:linear-gradient(90deg,var(--s0),var(--s2),var(--s4),var(--s7))}
.key.plain::before,.key.ramped::before{display:none}.key.faint::before{background:var(--soft);opacity:.5}
figure svg .t{cursor:default}figure svg .t:hover path{stroke:var(--second)!important;stroke-width:2.6px!important;stroke-opacity:1!important}
.over svg text{paint-order:stroke;stroke:var(--card);stroke-width:4px;stroke-linejoin:round}
.slices{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,290px),1fr));gap:26px 34px;margin-top:26px}
.slices figcaption{overflow-wrap:anywhere}
.wide-figure{overflow-x:auto}.wide-figure svg{min-width:620px}
.verdict.search{align-items:start}.verdict.search .facts>div{grid-template-columns:minmax(96px,11.5em) 1fr}.tiles.search div{flex-basis:118px}.tiles.search b{white-space:nowrap}
td.best{color:var(--second);font-weight:650}
section>figure+figure,section>h3+*+h3{margin-top:28px}
.reasons{margin:0;padding-left:20px;max-width:80ch}.reasons li{margin-bottom:6px}
"""
)


def shade(rank: float) -> str:
    """The colour of a trial by its rank, 1 for the best; the page turns it into its own."""
    return f"#0b0b{min(int(rank * _SHADES), _SHADES - 1):02d}"


def drawn(figure: Any, label: str, titles: dict[int, str] | None = None) -> Html:
    """The figure as SVG: elements whose gid is `t` and a key of `titles` say it under the pointer."""
    known = titles or {}
    text = str(svg(figure, label))
    text = re.sub(r"#0b0b0(\d)", r"var(--s\1)", text)

    def group(found: re.Match[str]) -> str:
        key = re.fullmatch(r"f[0-9a-f]{8}-t(\d+)", found[1])
        if key is None or int(key[1]) not in known:
            return "<g>"
        return str(Html(f'<g class="t">{tag("title", known[int(key[1])])}'))

    text = re.sub(r'<g id="([^"]*)">', group, text)
    text = re.sub(r'( (?:d|x|y)=")([^"]*)"', _rounded, text)
    text = re.sub(r">\s+<", "><", text).replace("; stroke-linecap: round", "")
    return Html(text)


def _rounded(found: re.Match[str]) -> str:
    numbers = re.sub(r"-?\d+\.\d+", _short, found[2])
    return f'{found[1]}{" ".join(numbers.split())}"'


def _short(found: re.Match[str]) -> str:
    value = float(found[0])
    # The shapes of markers are small, and need more digits.
    text = f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
    return text.rstrip("0").rstrip(".")


class Scale(NamedTuple):
    """A scale for values of which some may be far out: those are set on its edge."""

    low: float
    high: float
    is_log: bool

    def clip(self, values: Any) -> np.ndarray:
        return np.clip(np.asarray(values, np.float64), self.low, self.high)

    def beyond(self, values: Any) -> int:
        """How many values are set on the edge."""
        v = np.asarray(values, np.float64)
        return int((v > self.high).sum() + (v < self.low).sum())

    def put(self, axes: Any, which: str = "y") -> None:
        """Give an axis this scale, with a little air."""
        low, high = self.low, self.high
        if self.is_log:
            getattr(axes, f"set_{which}scale")("log")
            air = (high / low) ** 0.05
            getattr(axes, f"set_{which}lim")(low / air, high * air)
            _name_log_ticks(axes, which)
        else:
            air = 0.05 * (high - low) or abs(high) * 0.05 or 0.5
            getattr(axes, f"set_{which}lim")(low - air, high + air)


def scale_of(values: Any, is_minimized: bool = True, far: float = _FAR) -> Scale:
    """The scale for these values, logarithmic when the largest is `far` times the smallest. What is bad and far out does
    not squeeze the rest.
    """
    v = np.asarray(values, np.float64)
    v = v[np.isfinite(v)]
    if not len(v):
        return Scale(0.0, 1.0, False)
    low, high = float(v.min()), float(v.max())
    quarter, half, three = (float(q) for q in np.quantile(v, [0.25, 0.5, 0.75]))
    if low > 0 and high > far * low:
        return Scale(low, min(high, 1e4 * half), True)
    reach = 4 * (three - quarter)
    if reach > 0:
        low, high = (low, min(high, three + reach)) if is_minimized else (max(low, quarter - reach), high)
    return Scale(low, high, False)


def _name_log_ticks(axes: Any, which: str) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator

    from nyuron.report._search_record import short_number

    axis = getattr(axes, f"{which}axis")
    low, high = sorted(getattr(axes, f"get_{which}lim")())
    decades = np.log10(high / low)
    steps = (1.0,) if decades > 3 else (1.0, 3.0) if decades > 1.6 else (1.0, 2.0, 5.0)
    axis.set_major_locator(LogLocator(subs=steps, numticks=12))
    axis.set_major_formatter(FuncFormatter(lambda v, _: short_number(v)))
    axis.set_minor_locator(NullLocator())
    axis.set_minor_formatter(NullFormatter())


def thinned(n: int, most: int) -> np.ndarray:
    """Indices of at most `most` of n points, evenly, with both ends."""
    return np.unique(np.linspace(0, n - 1, min(n, max(most, 2))).round().astype(int)) if n else np.zeros(0, int)


def labelled(axes: Any, x: str, y: str = "") -> None:
    """Names of the axes in the page's soft ink."""
    axes.set_xlabel(x, color=INK, fontsize=9.5)
    if y:
        axes.set_ylabel(y, color=INK, fontsize=9.5)
    axes.spines["bottom"].set_color(RULE)
