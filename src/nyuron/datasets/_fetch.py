"""Where a named file of data comes from: `NYURON_DATA`, the user's cache, or a checksummed download."""

from __future__ import annotations

import os
from pathlib import Path

from nyuron.core import DataError, cache_folder

KERAS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"


def data_folder() -> Path | None:
    """The folder that `NYURON_DATA` names, if it is set."""
    chosen = os.environ.get("NYURON_DATA")
    return Path(chosen).expanduser() if chosen else None


def given(*names: str) -> Path | None:
    """The first of these files that lies in `NYURON_DATA`."""
    folder = data_folder()
    if folder is None:
        return None
    return next((folder / name for name in names if (folder / name).is_file()), None)


def fetch(name: str, url: str, digest: str, *, also: tuple[str, ...] = ()) -> Path:
    """The path of a file: from `NYURON_DATA`, else the cache, else downloaded and checked against `digest`.

    `digest` is 'sha256:…' or 'md5:…'; `also` lists other names under which it may lie in `NYURON_DATA`.

    Raises: DataError that says what could not be had and how to place it by hand.
    """
    found = given(name, *also)
    if found is not None:
        return found
    folder = cache_folder() / "datasets"
    import pooch

    try:
        return Path(pooch.retrieve(url, known_hash=digest, fname=name, path=folder, progressbar=False))
    except ValueError as error:
        raise DataError(
            f"the download of {name} is damaged: its checksum differs",
            who=name,
            expected=digest,
            got=str(error).split("\n")[0],
            fix=f"delete {folder / name} and try again",
        ) from error
    except Exception as error:
        raise DataError(
            f"{name} is not here, and cannot be downloaded",
            who=name,
            expected=f"the file in NYURON_DATA ({data_folder() or 'not set'}), in {folder}, or at {url}",
            got=f"{type(error).__name__}: {str(error)[:120]}",
            fix=f"download {url} elsewhere and put it into {folder}, or set NYURON_DATA to its folder",
        ) from error
