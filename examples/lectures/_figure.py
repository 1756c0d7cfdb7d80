"""What the lecture programs share: where a figure goes."""

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt


def save(name: str) -> Path:
    """Save the current figure as NAME.png in the folder that `--out` names; returns its path."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, default=Path("figures"))
    folder = parser.parse_known_args()[0].out
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.png"
    plt.tight_layout()
    plt.savefig(path, dpi=110)
    plt.close("all")
    print(path)
    return path
