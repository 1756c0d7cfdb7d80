"""The report's figures, as SVG text that takes its colours from the page."""

from __future__ import annotations

import io
from typing import Any

import numpy as np

INK, SOFT, FIRST, SECOND = "#5b6472", "#c9d0da", "#2f6fde", "#e07b39"


def _figure(width: float, height: float) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    figure.patch.set_alpha(0)
    axes = figure.subplots()
    axes.set_facecolor("none")
    axes.tick_params(colors=INK, labelsize=9)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(SOFT)
    axes.grid(color=SOFT, linewidth=0.5, alpha=0.5)
    return figure, axes


def svg(figure: Any) -> str:
    """The figure as an SVG element for a page."""
    import matplotlib

    out = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "font.family": "sans-serif", "svg.hashsalt": "nyuron"}):
        figure.savefig(out, format="svg", metadata={"Date": None})
    text = out.getvalue()
    return text[text.index("<svg") :]


def curves(epochs: list[int], train: list[float], validation: list[float] | None, name: str) -> str:
    """A figure's course over the epochs, training and validation."""
    figure, axes = _figure(5.2, 3.0)
    at = [e + 1 for e in epochs]
    marker = "o" if len(at) < 12 else None
    axes.plot(at, train, color=FIRST, label="training", marker=marker, markersize=4)
    if validation:
        axes.plot(at, validation, color=SECOND, label="validation", marker=marker, markersize=4)
        axes.legend(frameon=False, labelcolor=INK, fontsize=9)
    axes.set_xlabel("epoch", color=INK)
    axes.set_ylabel(name, color=INK)
    axes.xaxis.get_major_locator().set_params(integer=True)
    return svg(figure)


def confusion(y: np.ndarray, said: np.ndarray, classes: list[str]) -> str:
    """How often each class (row) was taken for each (column)."""
    from sklearn.metrics import confusion_matrix

    counts = confusion_matrix(y, said, labels=range(len(classes)))
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    size = min(max(3.2, 0.52 * len(classes) + 1.4), 9.0)
    figure, axes = _figure(size + 0.4, size)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.grid(False)
    is_small = len(classes) <= 20
    axes.set_xticks(
        range(len(classes)),
        classes if is_small else [""] * len(classes),
        rotation=45 if max(map(len, classes)) > 3 else 0,
    )
    axes.set_yticks(range(len(classes)), classes if is_small else [""] * len(classes))
    axes.set_xlabel("said", color=INK)
    axes.set_ylabel("true", color=INK)
    if is_small:
        for i, j in np.ndindex(counts.shape):
            if counts[i, j]:
                colour = "white" if shares[i, j] > 0.55 else "#223"
                axes.text(j, i, str(counts[i, j]), ha="center", va="center", fontsize=9, color=colour)
    return svg(figure)


def against(y: np.ndarray, said: np.ndarray, target: str) -> str:
    """Predicted against true values, with the line of perfect prediction."""
    figure, axes = _figure(4.8, 4.4)
    low, high = float(min(y.min(), said.min())), float(max(y.max(), said.max()))
    axes.plot([low, high], [low, high], color=SOFT, linewidth=1.5)
    shown = slice(None) if len(y) <= 4000 else np.random.default_rng(0).choice(len(y), 4000, replace=False)
    axes.scatter(y[shown], said[shown], s=12, color=FIRST, alpha=0.55, linewidths=0)
    axes.set_xlabel(f"true {target}", color=INK)
    axes.set_ylabel(f"predicted {target}", color=INK)
    return svg(figure)


def line(x: np.ndarray, y: np.ndarray, said: np.ndarray, feature: str, target: str) -> str:
    """One input: the data as points, the prediction as a curve."""
    figure, axes = _figure(5.6, 3.6)
    order = np.argsort(x)
    axes.scatter(x, y, s=10, color=FIRST, alpha=0.45, linewidths=0, label="test data")
    axes.plot(x[order], said[order], color=SECOND, linewidth=2, label="prediction")
    axes.legend(frameon=False, labelcolor=INK, fontsize=9)
    axes.set_xlabel(feature, color=INK)
    axes.set_ylabel(target, color=INK)
    return svg(figure)


def picture(x: np.ndarray, value_range: Any) -> str:
    """An example as a small PNG, ready for an <img> tag."""
    import base64

    from matplotlib.image import imsave

    out = io.BytesIO()
    low, high = value_range or (float(x.min()), float(x.max()))
    if x.ndim == 3 and x.shape[-1] == 1:
        x = x[..., 0]
    scaled = np.clip((x.astype(float) - low) / ((high - low) or 1), 0, 1)
    imsave(out, scaled, cmap="gray_r", vmin=0, vmax=1, format="png")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()
