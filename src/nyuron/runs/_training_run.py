"""training_run: a script runs, and everything about it is kept."""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nyuron.callbacks import watching
from nyuron.core import ArgumentError
from nyuron.runs._active import ActiveRun, enter, leave
from nyuron.runs._flags import plain
from nyuron.runs._info import RunInfo, read_run
from nyuron.runs._output import output_kept
from nyuron.runs._recorder import Recorder
from nyuron.runs._script import described, find_script, keep_source, run_script
from nyuron.saving import RunFolder, environment, new_run_folder

# Standard output, the arguments and the main module belong to the whole process.
_one_at_a_time = threading.RLock()


def training_run(
    file: str | os.PathLike[str],
    flags: Mapping[str, Any] | None = None,
    *,
    run_dir: str | os.PathLike[str] | None = None,
    base: str | os.PathLike[str] = "runs",
    echo: bool = True,
) -> RunInfo:
    """Run a Python script with `flags`, and keep a record of it in a folder of its own under `base`.

    The script runs in this process as ``python file`` would: as the main program, in the current folder, its own folder
    first on the path. Nothing in it has to change: every `fit` and every `evaluate` is recorded, also what is printed,
    the source, the times, and how it ended. Its settings may come from `nyuron.runs.flags`, its files go to
    `nyuron.runs.run_dir()`, and `nyuron.runs.record` keeps values of its own. What printed text C libraries write past
    Python is not kept. One script runs at a time; a call from another thread waits.

    `run_dir` names the folder instead of `base`; it must be new, or empty. Without `echo` the script's output is kept
    only. A script that fails leaves a run of status "failed"; Ctrl-C one that is "interrupted".

    Raises: DataError if there is no such script; and what the script raises, after it was recorded.
    Source: tfruns::training_run.
    Example:
        >>> import pathlib, tempfile
        >>> folder = pathlib.Path(tempfile.mkdtemp())
        >>> _ = (folder / "train.py").write_text("import nyuron\\nprint(nyuron.runs.flags(units=8).units)")
        >>> run = training_run(folder / "train.py", {"units": 16}, base=folder / "runs", echo=False)
        >>> run.status, run.flags, run.output
        ('completed', {'units': 16}, '16\\n')
    """
    script = find_script(file, "training_run")
    given = {name: plain(value, f"training_run, flag {name!r}") for name, value in (flags or {}).items()}
    with _one_at_a_time:
        folder = _own_folder(Path(run_dir)) if run_dir is not None else new_run_folder(Path(base), script.stem)
        _run(folder.resolve(), script, given, echo)
    return read_run(folder)


def _run(folder: Path, script: Path, given: dict[str, Any], echo: bool) -> None:
    imported: dict[str, Path] = {}
    sources: dict[str, str] = {}
    for path in (script, script.parent / "flags.yml"):
        known = keep_source(path, path.name, folder / "source") if path.is_file() else None
        if known is not None:
            sources[path.name] = known
    run = ActiveRun(folder, script, given, sources)
    RunFolder(folder).write("environment", environment())
    status, error = "completed", None
    enter(run)
    try:
        with watching(lambda: Recorder(run)), output_kept(folder / "output.txt", echo):
            run_script(script, imported)
            if given and run.flags is None:
                warnings.warn(
                    f"{script.name} was given flags, and never asked for them\n"
                    f"  expected: flags({', '.join(f'{name}=…' for name in given)}) in the script\n"
                    "  fix:      from nyuron.runs import flags",
                    stacklevel=2,
                )
    except KeyboardInterrupt as stop:
        status, error = "interrupted", described(stop, script)
        stop.add_note(f"recorded in {folder}")
        raise
    except SystemExit as end:
        if end.code not in (None, 0):
            status, error = "failed", described(end, script)
            raise ArgumentError(
                f"the script ended with {end.code!r}", who=script.name, fix=f"see {folder / 'output.txt'}"
            ) from end
    except BaseException as failure:
        status, error = "failed", described(failure, script)
        failure.add_note(f"recorded in {folder}")
        raise
    finally:
        leave(run)
        for path in set(imported.values()):
            relative = path.relative_to(script.parent).as_posix()
            known = keep_source(path, relative, folder / "source")
            if known is not None:
                sources[relative] = known
        if status == "completed" and run.was_interrupted:
            status = "interrupted"
        if error is not None:
            with open(folder / "output.txt", "a", encoding="utf-8") as log:
                log.write(error["traceback"])
        run.finish(status, error)


def _own_folder(path: Path) -> Path:
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise ArgumentError(
            "the folder is in use", who="training_run(run_dir=…)", expected="a new folder", got=path, fix="name another"
        )
    path.mkdir(parents=True, exist_ok=True)
    return path
