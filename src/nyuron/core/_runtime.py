"""How JAX is set up: one CPU device per core, and compiled programs kept between processes."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any

import jax

_OFF = {"0", "off", "false", "no"}


def cache_folder() -> Path:
    """Where Nyuron keeps what can be made again: `NYURON_CACHE`, or the user's cache folder."""
    chosen = os.environ.get("NYURON_CACHE")
    if chosen:
        return Path(chosen).expanduser()
    if os.name == "nt":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif os.uname().sysname == "Darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "nyuron"


def use_compilation_cache(folder: str | os.PathLike[str] | None) -> None:
    """Keep compiled programs in `folder`, or stop keeping them (None). On by default; NYURON_COMPILATION_CACHE=off too."""
    if folder is None:
        jax.config.update("jax_compilation_cache_dir", None)
        return
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)


def usable_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def configure() -> None:
    """Set JAX up once, on import; what the user configured before stays."""
    config: Any = jax.config
    if (
        config.jax_compilation_cache_dir is None
        and os.environ.get("NYURON_COMPILATION_CACHE", "on").lower() not in _OFF
    ):
        use_compilation_cache(cache_folder() / "compiled")
    if config.jax_num_cpu_devices < 1 and "xla_force_host_platform_device_count" not in os.environ.get("XLA_FLAGS", ""):
        try:
            jax.config.update("jax_num_cpu_devices", usable_cores())
        except RuntimeError:
            warnings.warn(
                "JAX was started before Nyuron was imported: many networks at once will share one CPU device.\n"
                "  fix: import nyuron before the first JAX computation",
                stacklevel=2,
            )


configure()
