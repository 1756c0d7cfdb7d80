"""Whether the process that began a run is still there."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def this_process() -> str | None:
    """When this process began, as the system counts, where it says so."""
    return _begun(os.getpid())


def is_alive(process: Mapping[str, Any]) -> bool:
    """Whether a process of a run's document runs; one of another machine, about which nothing is known, is thought to."""
    if process.get("host") != socket.gethostname() or os.name == "nt":
        return True
    pid = process.get("pid")
    if not isinstance(pid, int) or pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    begun = _begun(pid)
    # Numbers of processes are used again.
    return begun is None or process.get("begun") in (None, begun)


def _begun(pid: int) -> str | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return None
    # The name of the program, in brackets, may hold blanks; the fields after it are numbered from 3.
    state, *fields = text[text.rindex(")") + 2 :].split()
    return None if state in "ZX" else f"{boot}:{fields[22 - 4]}"
