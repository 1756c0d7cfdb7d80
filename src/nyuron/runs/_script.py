"""Running somebody's script as `python script.py` would, within this process."""

from __future__ import annotations

import hashlib
import os
import runpy
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nyuron.core import DataError, counting_anew, nearest

MOST_SOURCE = 10 << 20
"""Bytes of a source file that is copied."""


def find_script(file: str | os.PathLike[str], who: str) -> Path:
    """The script's path, absolute.

    Raises: DataError if there is none.
    """
    path = Path(file).expanduser().resolve()
    if path.is_file():
        return path
    near = nearest(path.name, [p.name for p in path.parent.glob("*.py")]) if path.parent.is_dir() else None
    raise DataError(
        "there is no such script",
        who=who,
        expected="a Python file",
        got=str(file),
        fix=f"did you mean {near!r}?" if near else "check the path",
    )


def run_script(path: Path, imported: dict[str, Path]) -> None:
    """Run it as the main program, its folder first on the path; afterwards the process is as it was before.

    The current folder is that of the caller, as with ``python script.py``. Modules that the script imported from its own
    folder are put into `imported` and forgotten, so that the next run reads them again.
    """
    with _restored(path, imported), counting_anew():
        runpy.run_path(str(path), run_name="__main__")


@contextmanager
def _restored(path: Path, imported: dict[str, Path]) -> Iterator[None]:
    argv, folders, cwd, modules = list(sys.argv), list(sys.path), Path.cwd(), set(sys.modules)
    sys.argv[:] = [str(path)]
    sys.path.insert(0, str(path.parent))
    try:
        yield
    finally:
        sys.argv[:], sys.path[:] = argv, folders
        os.chdir(cwd)
        imported.update(_own_modules(path.parent, modules))
        for name in imported:
            sys.modules.pop(name, None)


def _own_modules(folder: Path, before: set[str]) -> dict[str, Path]:
    """Modules imported since `before` that were found in the folder, each with its file."""
    found = {}
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if name in before or name.split(".")[0] in ("__main__", "nyuron") or not file:
            continue
        place = folder.joinpath(*name.split("."))
        if Path(file) in (place.with_name(place.name + ".py"), place / "__init__.py"):
            found[name] = Path(file)
    return found


def digest(path: Path) -> str:
    """A checksum of the file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def keep_source(path: Path, relative: str, folder: Path) -> str | None:
    """Copy a source file into the run; returns its checksum, or None where it is no longer there, or too large."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    if len(content) > MOST_SOURCE:
        return None
    target = folder / relative
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def described(error: BaseException, script: Path) -> dict[str, str]:
    """What a document says of an error: its kind, its words, and where in the script it arose."""
    frames = error.__traceback__
    start = frames
    while start is not None and start.tb_frame.f_code.co_filename != str(script):
        start = start.tb_next
    lines = traceback.format_exception(type(error), error, start or frames)
    return {"type": type(error).__name__, "message": str(error), "traceback": "".join(lines)}
