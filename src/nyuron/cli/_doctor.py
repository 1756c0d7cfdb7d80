"""Versions, devices, caches: what to send along with a question."""

from __future__ import annotations

import os
import platform
import sys
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from rich.text import Text

from nyuron.cli._console import console, facts
from nyuron.core import cache_folder, usable_cores
from nyuron.kernels import find_compiler, has_native_code

_PACKAGES = (
    *("nyuron", "jax", "jaxlib", "numpy", "scipy", "scikit-learn", "optax"),
    *("safetensors", "matplotlib", "pyarrow", "cyclopts", "rich", "pydantic"),
)


def examine() -> int:
    """Print what is there; returns 1 when something that Nyuron needs does not work."""
    import jax

    table = facts()
    table.add_row("python", f"{platform.python_version()} at {sys.executable}")
    table.add_row("platform", f"{platform.platform()}, {usable_cores()} cores")
    missing = [name for name in _PACKAGES if not _version(name)]
    table.add_row("packages", ", ".join(f"{name} {_version(name)}" for name in _PACKAGES if name not in missing))
    table.add_row("devices", f"{', '.join(str(d) for d in jax.devices())} ({jax.default_backend()})")
    works, said = _compiles()
    table.add_row("compiles", _mark(works, said))
    settings: Any = jax.config
    kept = settings.jax_compilation_cache_dir
    table.add_row("compiled programs", _folder(Path(kept)) if kept else "not kept (NYURON_COMPILATION_CACHE)")
    table.add_row("downloads", _folder(cache_folder() / "datasets"))
    table.add_row("NYURON_DATA", _data_folder())
    table.add_row("C++ compiler", find_compiler() or "none; XLA trains small dense networks too, several times slower")
    table.add_row("machine code", _machine_code())
    if missing:
        table.add_row("missing", Text(f"{', '.join(missing)}; fix: pip install --force-reinstall nyuron", "red"))
    console().print(table)
    return 0 if works and not missing else 1


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _mark(well: bool, text: str) -> Text:
    return Text(f"{'yes' if well else 'NO'}, {text}", "green" if well else "bold red")


def _machine_code() -> str:
    import jax

    if has_native_code():
        return f"small dense networks; {_folder(cache_folder() / 'native')}"
    if jax.default_backend() != "cpu":
        return "for CPUs only"
    return "none" if find_compiler() is None else "none (NYURON_NATIVE, or the compiler failed)"


def _compiles() -> tuple[bool, str]:
    """Whether a small program compiles and gives the right number."""
    import jax
    import jax.numpy as jnp

    began = time.perf_counter()
    try:
        right = float(jax.jit(lambda x: (x @ x).sum())(jnp.ones((4, 4)))) == 64.0
    except Exception as error:  # whatever a broken installation raises is the answer
        return False, str(error).splitlines()[0]
    return right, f"a small program took {time.perf_counter() - began:.2f} s" if right else "a wrong result"


def _folder(folder: Path) -> str:
    files = [p for p in folder.rglob("*") if p.is_file()] if folder.is_dir() else []
    place = folder if folder.is_dir() else folder.parent
    while not place.exists():
        place = place.parent
    state = "" if os.access(place, os.W_OK) else ", not writable"
    return f"{folder} ({len(files):,} files, {sum(p.stat().st_size for p in files) / 2**20:.1f} MB{state})"


def _data_folder() -> str:
    given = os.environ.get("NYURON_DATA")
    if not given:
        return "not set; data sets are looked for there before they are downloaded"
    if not Path(given).is_dir():
        return f"{given}: there is no such folder"
    shown = sorted(p.name for p in Path(given).iterdir() if not p.name.startswith("."))
    return f"{given}: {', '.join(shown[:12])}{' …' if len(shown) > 12 else ''}"
