"""What the programs share: their options, and where a figure goes."""

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt


def options(text: str | None, epochs: int) -> argparse.Namespace:
    """`--out FOLDER` and `--epochs N`."""
    parser = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("figures"), help="folder of the figure")
    parser.add_argument("--epochs", type=int, default=epochs)
    return parser.parse_args()


def save(path: Path) -> None:
    """Save the current figure, and say where."""
    path.parent.mkdir(parents=True, exist_ok=True)
    plt.tight_layout()
    plt.savefig(path, dpi=110)
    plt.close("all")
    print(path)
