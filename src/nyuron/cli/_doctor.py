"""Versions, devices, caches: what to send along with a question."""

from __future__ import annotations

import os
import platform
import shutil
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rich.table import Table

from nyuron.cli._show import console
from nyuron.core import cache_folder, usable_cores

_PACKAGES = (
    "nyuron",
    "jax",
    "jaxlib",
    "numpy",
    "scipy",
    "scikit-learn",
    "optax",
    "safetensors",
    "matplotlib",
    "pyarrow",
)


def _size(folder: Path) -> str:
    files = [p for p in folder.rglob("*") if p.is_file()] if folder.is_dir() else []
    return f"{folder} ({len(files)} files, {sum(p.stat().st_size for p in files) / 2**20:.1f} MB)"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def examine() -> int:
    """Print the table."""
    import jax

    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_row("python", f"{platform.python_version()} on {platform.platform()}")
    for name in _PACKAGES:
        table.add_row(name, _version(name))
    table.add_row("devices", ", ".join(str(d) for d in jax.devices()))
    table.add_row("cores", str(usable_cores()))
    table.add_row("compiled programs", _size(cache_folder() / "compiled"))
    table.add_row("downloads", _size(cache_folder() / "datasets"))
    given = os.environ.get("NYURON_DATA")
    table.add_row(
        "NYURON_DATA", f"{given} ({'found' if Path(given).is_dir() else 'no such folder'})" if given else "not set"
    )
    table.add_row("C++ compiler", shutil.which("c++") or shutil.which("g++") or "none (nothing needs one)")
    console.print(table)
    return 0
