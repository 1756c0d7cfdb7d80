"""The data that SOURCE names: a data set or a file."""

from __future__ import annotations

import os
from pathlib import Path

from nyuron.cli._options import TrainOptions
from nyuron.core import DataError, nearest
from nyuron.data import Dataset, load_file, load_series, load_texts
from nyuron.datasets import load, names, weather

SUFFIXES = (".csv", ".tsv", ".txt", ".parquet", ".npz", ".gz")


def is_file_name(source: str) -> bool:
    """Whether SOURCE means a file or a folder: one exists, or the name looks like one."""
    return (
        Path(source).is_file()
        or (Path(source).is_dir() and source not in names())
        or os.sep in source
        or Path(source).suffix.lower() in (*SUFFIXES, ".zip")
    )


def find_data(source: str, options: TrainOptions) -> Dataset:
    """The data set or file that SOURCE names, with a training and a test part.

    Raises: DataError with the nearest data set or file.
    """
    if is_file_name(source) and (Path(source).exists() or not nearest_source(source)):
        if Path(source).is_dir() or Path(source).suffix.lower() == ".zip":
            _refuse(
                source, options, ("target", "task", "drop", "time", "window", "horizon"), "the folders are the classes"
            )
            return load_texts(source, test=options.test, seed=options.seed)
        if options.time is not None or options.window is not None or options.horizon is not None:
            return load_series(
                source,
                target=options.target,
                time=options.time,
                window=options.window,
                horizon=options.horizon or 1,
                test=options.test,
                drop=options.drop,
                missing=options.missing,
            )
        return load_file(
            source,
            target=options.target,
            task=options.task,
            test=options.test,
            seed=options.seed,
            drop=options.drop,
            missing=options.missing,
        )
    if source in (*names(), "boston"):
        sizes = () if source == "weather" else ("window", "horizon")
        why = f"the data set {source!r} says itself what is predicted from what"
        _refuse(source, options, ("target", "task", "drop", "time", *sizes), why)
        if source == "weather":
            return weather.load_series(options.window, options.horizon or 1)
        return load(source, test=options.test, seed=options.seed)
    if source == "korean_numbers":
        raise DataError(
            "these texts become other texts, which `nyuron train` alone knows how to learn",
            who=source,
            expected="rows with a class or a quantity",
            got="texts with texts",
            fix="nyuron train korean_numbers",
        )
    guess = nearest_source(source)
    raise DataError(
        "there is no such data set or file",
        who=source,
        expected=f"a CSV, Parquet or .npz file, a folder of texts by class, or one of {', '.join(names())}, korean_numbers",
        got=repr(source),
        fix=f"did you mean {guess!r}?" if guess else "check the path",
    )


def _refuse(source: str, options: TrainOptions, names: tuple[str, ...], why: str) -> None:
    """Raise DataError for an option of tables that is given with other data."""
    given = [name for name in names if getattr(options, name)]
    if given:
        raise DataError(f"--{given[0]} is for files; {why}", who=source, fix=f"leave --{given[0]} out")


def nearest_source(source: str) -> str | None:
    """The data set, or the file beside where SOURCE would be, with the most similar name."""
    folder = Path(source).parent
    files = [str(p) for p in sorted(folder.iterdir()) if p.suffix.lower() in SUFFIXES] if folder.is_dir() else []
    return nearest(source, [*names(), "korean_numbers", *files])
