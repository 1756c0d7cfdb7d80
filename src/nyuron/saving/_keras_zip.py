"""Keras's `.keras` file: a zip of JSON, weights and word lists."""

from __future__ import annotations

import datetime
import json
import os
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from nyuron.core import FileFormatError
from nyuron.saving._archive import atomic

CONFIG, METADATA, WEIGHTS, ASSETS = "config.json", "metadata.json", "model.weights.h5", "assets/"
MOST_JSON, MOST_ASSET, MOST_WEIGHTS = 64 << 20, 256 << 20, 64 << 30
MOST_MEMBERS, SMALL, MOST_EXPANSION = 20_000, 16 << 20, 200
WRITTEN_AS = "3.15.0"
"""The version of Keras whose format is written."""


class KerasFile(NamedTuple):
    """The parts of a `.keras` file."""

    config: dict[str, Any]
    weights: bytes
    assets: dict[str, bytes]
    is_ours: bool = False
    """Whether Nyuron wrote it."""


def read_keras_zip(path: str | os.PathLike[str], weights_only: bool = False) -> KerasFile:
    """The parts of a file, each of checked size.

    Raises: FileFormatError for a file that is missing, damaged, of another program, or larger inside than it could be.
    """
    path = Path(path)
    if not path.is_file():
        raise FileFormatError(
            "there is no such file",
            who=str(path),
            expected="a .keras file",
            got="a folder" if path.is_dir() else "nothing at that path",
            fix="check the path",
        )
    try:
        with zipfile.ZipFile(path) as archive:
            members = _members(archive, path)
            _need(members, WEIGHTS, path)
            if not weights_only:
                _need(members, CONFIG, path)
                _need(members, METADATA, path)
            notes = {} if weights_only else json.loads(_member(archive, members, METADATA, MOST_JSON, path))
            config = {} if weights_only else json.loads(_member(archive, members, CONFIG, MOST_JSON, path))
            assets = {n: _member(archive, members, n, MOST_ASSET, path) for n in members if n.startswith(ASSETS)}
            weights = _member(archive, members, WEIGHTS, MOST_WEIGHTS, path)
    except (
        zipfile.BadZipFile,
        ValueError,
        OSError,
        EOFError,
        RuntimeError,
        MemoryError,
        struct.error,
        zlib.error,
    ) as e:
        if isinstance(e, FileFormatError):
            raise
        raise FileFormatError(
            "the file cannot be read",
            who=str(path),
            expected="a .keras file: a zip with config.json and model.weights.h5",
            got=f"{path.stat().st_size} bytes{_kind(path)}: {str(e)[:200]}",
            fix="the file is damaged or of another program; use a copy of it, or save it again",
        ) from e
    if not isinstance(config, dict):
        raise FileFormatError(
            "config.json is not one of Keras's",
            who=str(path),
            expected="an object",
            got=type(config),
            fix="save the model again in Keras: model.save('name.keras')",
        )
    return KerasFile(config, weights, assets, isinstance(notes, dict) and notes.get("written_by") == "nyuron")


def _kind(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(8)
    return " of HDF5 (an older Keras file: load its weights with load_weights)" if start == b"\x89HDF\r\n\x1a\n" else ""


def _members(archive: zipfile.ZipFile, path: Path) -> dict[str, zipfile.ZipInfo]:
    infos = archive.infolist()
    members = {info.filename: info for info in infos if not info.is_dir()}
    if len(infos) > MOST_MEMBERS or len(members) < sum(not info.is_dir() for info in infos):
        raise FileFormatError(
            "the zip names a part twice, or has too many",
            who=str(path),
            expected=f"≤ {MOST_MEMBERS}",
            got=len(infos),
            fix="save the model again in Keras: model.save('name.keras'), without other files in the zip",
        )
    whole, held = sum(info.file_size for info in infos), path.stat().st_size
    if whole > MOST_WEIGHTS + MOST_ASSET or (whole > MOST_ASSET and whole > MOST_EXPANSION * held):
        raise FileFormatError(
            "the parts are too large together",
            who=str(path),
            expected=f"at most {MOST_WEIGHTS} bytes, and not {MOST_EXPANSION} times what the file has",
            got=f"{whole} bytes out of {held}",
            fix="load only files from where you trust",
        )
    return members


def _need(members: Mapping[str, Any], name: str, path: Path) -> None:
    if name not in members:
        raise FileFormatError(
            f"the file has no part {name!r}",
            who=str(path),
            expected=f"{CONFIG}, {METADATA} and {WEIGHTS}",
            got=list(members)[:5],
            fix="load the file with the program that wrote it, and save it as .keras",
        )


def _member(
    archive: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo], name: str, most: int, path: Path
) -> bytes:
    _need(members, name, path)
    info = members[name]
    is_bomb = info.file_size > SMALL and info.file_size > MOST_EXPANSION * info.compress_size
    if info.file_size > most or is_bomb:
        raise FileFormatError(
            f"the part {name!r} is too large",
            who=str(path),
            expected=f"at most {most} bytes, and not {MOST_EXPANSION} times what the file holds of it",
            got=f"{info.file_size} bytes out of {info.compress_size}",
            fix="load only files from where you trust",
        )
    with archive.open(info) as member:
        return member.read(info.file_size + 1)


def write_keras_zip(
    path: str | os.PathLike[str], config: Mapping[str, Any], weights: bytes, assets: Mapping[str, bytes]
) -> None:
    """Write the parts as Keras does, in one step that leaves no half file."""
    metadata = {
        "keras_version": WRITTEN_AS,
        "date_saved": datetime.datetime.now().strftime("%Y-%m-%d@%H:%M:%S"),
        "written_by": "nyuron",
    }
    with atomic(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        archive.writestr(METADATA, json.dumps(metadata))
        archive.writestr(CONFIG, json.dumps(config))
        archive.writestr(WEIGHTS, weights)
        for name, content in assets.items():
            archive.writestr(name, content)


def is_hdf5(path: str | os.PathLike[str]) -> bool:
    """Whether a file is, or says that it is, HDF5."""
    return _start(path) == b"\x89HDF" or (not Path(path).is_file() and str(path).endswith(".h5"))


def is_keras_file(path: str | os.PathLike[str]) -> bool:
    """Whether a file is, or says that it is, Keras's zip."""
    if str(path).endswith(".keras"):
        return True
    if _start(path) != b"PK\x03\x04":
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return WEIGHTS in archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return False


def _start(path: str | os.PathLike[str]) -> bytes:
    if not Path(path).is_file():
        return b""
    with open(path, "rb") as file:
        return file.read(4)
