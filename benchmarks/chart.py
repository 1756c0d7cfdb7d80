"""The figures as bars, for a README."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.contenders import METHODS_TABLE, OURS
from benchmarks.workloads import WORKLOADS

OUR_COLOUR, PEER_COLOUR = "#d1495b", "#9aa5b1"


def draw(summary: dict[str, Any], path: Path) -> None:
    """One panel a workload: seconds of `fit`, or of an epoch of one member; the shorter, the better."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    panels = {name: _bars(rows) for name, rows in summary["workloads"].items() if name != METHODS_TABLE}
    panels = {name: bars for name, bars in panels.items() if bars}
    heights = [len(bars) + 1.2 for bars in panels.values()]
    figure, axes = plt.subplots(
        len(panels), 1, figsize=(8, 0.34 * sum(heights)), squeeze=False, height_ratios=heights, layout="constrained"
    )
    for ax, (workload, bars) in zip(axes[:, 0], panels.items(), strict=True):
        names, values = list(bars), list(bars.values())
        drawn = ax.barh(names, values, color=[OUR_COLOUR if name == OURS else PEER_COLOUR for name in names])
        ax.bar_label(drawn, [f"{v:.2f} s" if v >= 0.1 else f"{v * 1000:.1f} ms" for v in values], padding=3, fontsize=8)
        ax.invert_yaxis()
        ax.margins(x=0.12)
        ax.spines[["top", "right", "bottom"]].set_visible(False)
        ax.tick_params(axis="x", bottom=False, labelbottom=False)
        ax.tick_params(axis="y", left=False, labelsize=8)
        what = (
            "seconds of one epoch of one network" if WORKLOADS[workload].members > 1 else "seconds of fit, warm cache"
        )
        ax.set_title(f"{WORKLOADS[workload].title}\n{what}", loc="left", fontsize=9)
    figure.savefig(path, dpi=160)
    plt.close(figure)


def _bars(rows: dict[str, Any]) -> dict[str, float]:
    """Name and seconds, the shortest first."""
    found = {name: row.get("member_epoch", row.get("fit")) for name, row in rows.items()}
    return dict(sorted(((n, v) for n, v in found.items() if v is not None), key=lambda pair: pair[1]))
