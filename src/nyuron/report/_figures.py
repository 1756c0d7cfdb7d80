"""The report's figures as SVG that takes its colours and its font from the page, so that it follows light and dark."""

from __future__ import annotations

import hashlib
import io
import re
import warnings
from html import escape
from typing import Any

import numpy as np

from nyuron.report._html import Html

# matplotlib writes these into the SVG; there they become the page's own colours.
INK, RULE, FIRST, SECOND, CARD = "#010101", "#020202", "#030303", "#040404", "#050505"
_COLOURS = {
    INK: "var(--soft)",
    RULE: "var(--rule)",
    FIRST: "var(--first)",
    SECOND: "var(--second)",
    CARD: "var(--card)",
}
MANY_POINTS = 1500


def canvas(width: float, height: float) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    figure.patch.set_alpha(0)
    axes = figure.subplots()
    axes.set_facecolor("none")
    axes.tick_params(colors=INK, labelsize=9.5, length=0, pad=5)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(RULE)
    axes.grid(axis="y", color=RULE, linewidth=0.8)
    axes.set_axisbelow(True)
    return figure, axes


def svg(figure: Any, label: str) -> Html:
    """The figure as an SVG element of the page."""
    import matplotlib

    out = io.StringIO()
    settings: Any = {"svg.fonttype": "none", "svg.hashsalt": "nyuron", "axes.unicode_minus": True}
    with matplotlib.rc_context(settings), warnings.catch_warnings():
        # The page's own font draws the text, whatever matplotlib's lacks.
        warnings.filterwarnings("ignore", "Glyph .* missing")
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    text = out.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->|xmlns:xlink=\"[^\"]*\"", "", text, flags=re.S).replace(
        "xlink:href", "href"
    )
    for colour, variable in _COLOURS.items():
        text = text.replace(colour, variable)
    text = re.sub(r"font: ([\d.]+)px [^;\"]*", r"font-size: \1px", text)
    # Several figures share a page, so each gets identifiers of its own: made of what it shows.
    own = "f" + hashlib.sha256((label + text).encode()).hexdigest()[:8] + "-"
    text = re.sub(r'\bid="', f'id="{own}', text)
    text = re.sub(r'(href="|url\()#', rf"\1#{own}", text)
    view = re.search(r'viewBox="[^"]*"', text)
    opened = f'<svg {view.group(0) if view else ""} role="img" aria-label="{escape(label)}" xmlns="http://www.w3.org/2000/svg">'
    return Html(re.sub(r"<svg[^>]*>", opened, text, count=1).strip())


def curves(
    epochs: list[int],
    train: list[float],
    validation: list[float] | None,
    label: str,
    *,
    kept: int | None,
    is_share: bool,
) -> Html:
    """A figure's course over the epochs: training, validation, and the epoch whose weights were kept."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    figure, axes = canvas(5.6, 3.1)
    at = [epoch + 1 for epoch in epochs]
    dots = {"marker": "o", "markersize": 4.5} if len(at) < 16 else {}
    axes.plot(at, train, color=FIRST, linewidth=1.8, solid_capstyle="round", **dots)
    if validation:
        axes.plot(at, validation, color=SECOND, linewidth=1.8, solid_capstyle="round", **dots)
        if kept in at:
            value = validation[at.index(kept)]
            axes.axvline(kept, color=INK, linewidth=0.8, linestyle=(0, (2, 3)))
            axes.plot([kept], [value], "o", color=SECOND, markersize=7, markeredgecolor=CARD, markeredgewidth=1.6)
    known = np.asarray([v for v in [*train, *(validation or [])] if np.isfinite(v)])
    if len(known) and not is_share and known.min() > 0 and known.max() > 60 * known.min():
        axes.set_yscale("log")
        axes.minorticks_off()
    if is_share:
        axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{100 * v:.4g} %"))
    axes.set_xlabel("epoch", color=INK, fontsize=9.5)
    axes.set_xlim(at[0] - 0.4 * (len(at) == 1), at[-1] + (0.02 * len(at) if len(at) > 1 else 0.4))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=8, min_n_ticks=1))
    axes.margins(y=0.08)
    return svg(figure, f"{label} over {len(at)} epochs")


def against(y: np.ndarray, said: np.ndarray, target: str) -> Html:
    """Predicted against true values, with the line on which both are equal."""
    figure, axes = canvas(4.7, 4.3)
    low, high = float(min(y.min(), said.min())), float(max(y.max(), said.max()))
    axes.plot([low, high], [low, high], color=INK, linewidth=1, linestyle=(0, (3, 3)))
    shown = _thinned(len(y))
    axes.scatter(y[shown], said[shown], s=15, color=FIRST, alpha=0.5, linewidths=0)
    axes.grid(axis="x", color=RULE, linewidth=0.8)
    axes.set_xlabel(f"true {target}", color=INK, fontsize=9.5)
    axes.set_ylabel(f"predicted {target}", color=INK, fontsize=9.5)
    return svg(figure, f"predicted against true {target}")


def errors(values: np.ndarray, target: str) -> Html:
    """How often the prediction is off by how much."""
    figure, axes = canvas(4.7, 4.3)
    bins = int(np.clip(np.sqrt(len(values)), 8, 40))
    axes.hist(values, bins=bins, color=FIRST, edgecolor=CARD, linewidth=0.8, alpha=0.85)
    axes.axvline(0, color=INK, linewidth=1, linestyle=(0, (3, 3)))
    axes.yaxis.get_major_locator().set_params(integer=True)
    axes.set_xlabel(f"predicted − true {target}", color=INK, fontsize=9.5)
    axes.set_ylabel("test rows", color=INK, fontsize=9.5)
    return svg(figure, f"distribution of the errors of {target}")


def line(x: np.ndarray, y: np.ndarray, said: np.ndarray, feature: str, target: str) -> Html:
    """One input: the test rows as points, the prediction as a curve."""
    figure, axes = canvas(7.6, 3.8)
    order, shown = np.argsort(x, kind="stable"), _thinned(len(x))
    axes.scatter(x[shown], y[shown], s=13, color=FIRST, alpha=0.4, linewidths=0)
    axes.plot(x[order], said[order], color=SECOND, linewidth=2.2, solid_capstyle="round")
    axes.set_xlabel(feature, color=INK, fontsize=9.5)
    axes.set_ylabel(target, color=INK, fontsize=9.5)
    return svg(figure, f"{target} over {feature}: test rows and prediction")


def _thinned(n: int) -> np.ndarray:
    if n <= MANY_POINTS:
        return np.arange(n)
    return np.sort(np.random.default_rng(0).choice(n, MANY_POINTS, replace=False))


def is_ink(pictures: np.ndarray, value_range: Any) -> bool:
    """Whether pictures are ink on an empty ground, as handwriting is: one channel, and corners that are nearly 0."""
    if not len(pictures) or (pictures.ndim == 4 and pictures.shape[-1] != 1):
        return False
    corners = _unit(pictures, value_range).reshape(*pictures.shape[:3])[:, [0, 0, -1, -1], [0, -1, 0, -1]]
    return float(corners.mean()) < 0.1


def png(x: np.ndarray, value_range: Any, *, ink: bool) -> str:
    """An example as a small PNG for an <img>. Ink becomes black with its strength as opacity: any ground will do."""
    import base64

    from matplotlib.image import imsave

    scaled = _unit(x, value_range)
    if scaled.ndim == 3 and scaled.shape[-1] == 1:
        scaled = scaled[..., 0]
    if ink:
        picture = np.zeros((*scaled.shape, 4))
        picture[..., 3] = scaled
    else:
        picture = np.repeat(scaled[..., None], 3, axis=2) if scaled.ndim == 2 else scaled[..., :3]
    out = io.BytesIO()
    imsave(out, picture, format="png")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def _unit(x: np.ndarray, value_range: Any) -> np.ndarray:
    low, high = value_range or (float(x.min()), float(x.max()))
    return np.clip((np.asarray(x, np.float64) - low) / ((high - low) or 1.0), 0.0, 1.0)
