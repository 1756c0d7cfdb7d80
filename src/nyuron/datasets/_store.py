"""Where the files of the named data sets are: the user's folder, the cache, or the network."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nyuron.core import DataError, FileFormatError, cache_folder

KERAS_FILES = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"


@dataclass(frozen=True)
class Remote:
    """A file that can be downloaded: its name here, its address, and its checksum ('sha256:…' or 'md5:…')."""

    name: str
    url: str
    checksum: str


def data_folder() -> Path | None:
    """The folder that the environment variable NYURON_DATA names."""
    folder = os.environ.get("NYURON_DATA")
    return Path(folder).expanduser() if folder else None


def download_folder() -> Path:
    """Where downloads are kept: `datasets` in the user's cache folder, which NYURON_CACHE moves."""
    return cache_folder() / "datasets"


def find_local(dataset: str, *names: str) -> Path | None:
    """The first of these files in NYURON_DATA/<dataset>, NYURON_DATA, or the cache of the data set."""
    folder = data_folder()
    places = [folder / dataset, folder] if folder else []
    for place in [*places, download_folder() / dataset]:
        for name in names:
            if (place / name).is_file():
                return place / name
    return None


def fetch(dataset: str, remote: Remote) -> Path:
    """The file: from NYURON_DATA or the cache if it is there, else downloaded and checked.

    Raises: DataError, with how to place the file by hand, if it cannot be downloaded; FileFormatError if what came is
        not the file that was expected.
    """
    found = find_local(dataset, remote.name)
    if found is not None:
        return found
    import pooch

    folder = download_folder() / dataset
    try:
        downloader: Any = pooch.HTTPDownloader(timeout=30)
        path = pooch.retrieve(remote.url, remote.checksum, fname=remote.name, path=folder, downloader=downloader)
    except ValueError as error:  # pooch's word for a checksum that differs
        raise FileFormatError(
            "the download is not the file that was expected",
            who=f"datasets.{dataset}",
            expected=remote.checksum,
            got=str(error).splitlines()[0][:200],
            fix=f"try again; or get {remote.name} elsewhere and put it into {_by_hand(dataset)}",
        ) from error
    except OSError as error:
        raise _offline(dataset, remote, error) from error
    return Path(path)


def need_local(dataset: str, *names: str, source: str) -> Path:
    """The first of these files or folders in NYURON_DATA/<dataset>, NYURON_DATA, or the cache of the data set.

    Raises: DataError, with where to get them, if none is there.
    """
    folder = data_folder()
    places = [*([folder / dataset, folder] if folder else []), download_folder() / dataset]
    for place in places:
        for name in names:
            if (place / name).exists():
                return place / name
    raise DataError(
        f"{names[0]} is not on this machine, and is not downloaded by itself",
        who=f"datasets.{dataset}",
        expected=f"{' or '.join(names)} in one of: {', '.join(map(str, places))}"
        + ("" if folder else " (NYURON_DATA is not set)"),
        got="none of them",
        fix=f"get it from {source} and put it into {_by_hand(dataset)}",
    )


def _by_hand(dataset: str) -> str:
    folder = data_folder()
    return str((folder or download_folder()) / dataset)


def _offline(dataset: str, remote: Remote, error: OSError) -> DataError:
    folder = data_folder()
    looked = [str(folder / dataset), str(folder)] if folder else []
    looked.append(str(download_folder() / dataset))
    return DataError(
        f"{remote.name} is not on this machine, and it could not be downloaded",
        who=f"datasets.{dataset}",
        expected=f"{remote.name} in one of: {', '.join(looked)}" + ("" if folder else " (NYURON_DATA is not set)"),
        got=f"{type(error).__name__} from {remote.url}: {error!s:.60} …",
        fix=f"download {remote.url} on a machine with a network and put it into {_by_hand(dataset)}",
    )
