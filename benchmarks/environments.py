"""Each peer's own environment: a venv in a folder, with pinned versions."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NYURON = "nyuron"
"""The environment that the benchmarks run in themselves."""

PINS = {
    "keras-tensorflow": ("keras==3.15.0", "tensorflow-cpu==2.21.0"),
    "keras-jax": ("keras==3.15.0", "jax==0.10.2", "numpy==2.4.6"),
    "pytorch": ("torch==2.13.0", "numpy==2.4.6"),
    "scikit-learn": ("scikit-learn==1.9.1", "numpy==2.4.6"),
}


def default_folder() -> Path:
    """Where environments are made: NYURON_BENCHMARKS, or the user's cache folder."""
    chosen = os.environ.get("NYURON_BENCHMARKS")
    return Path(chosen).expanduser() if chosen else Path.home() / ".cache" / "nyuron-benchmarks"


def interpreter(name: str, folder: Path) -> Path | None:
    """The environment's Python; None where it has not been made."""
    if name == NYURON:
        return Path(sys.executable)
    home = folder / name
    found = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    return found if found.exists() and _stamp(home).exists() else None


def make(name: str, folder: Path) -> bool:
    """Make an environment, or leave it as it is when it has these versions already; whether it is there now."""
    home, pins = folder / name, "\n".join(PINS[name])
    if interpreter(name, folder) is not None and _stamp(home).read_text() == pins:
        return True
    shutil.rmtree(home, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    done = subprocess.run([str(python), "-m", "pip", "install", "--quiet", *PINS[name]], check=False)
    if done.returncode == 0:
        _stamp(home).write_text(pins)
    return done.returncode == 0


def _stamp(home: Path) -> Path:
    return home / "benchmark-pins.txt"
