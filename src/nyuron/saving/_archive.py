"""One file of JSON and arrays: a zip with a manifest, checksummed, written atomically. It carries no code.

Source: safetensors (the arrays' format).
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from nyuron.core import FileFormatError

VERSION = 1
MOST_BYTES = 64 << 30
"""Larger members are refused: a small file must not unpack to something enormous."""

_READERS = {
    "nyuron-model": "nyuron.models.load_model(path) reads this file",
    "nyuron-weights": "model.load_weights(path) reads this file",
    "nyuron-population": "nyuron.Population.load(path) reads this file",
    "nyuron-run-state": "nyuron.callbacks.BackupAndRestore(folder) reads this file",
}


@contextmanager
def atomic(path: str | os.PathLike[str]) -> Iterator[Path]:
    """A temporary path that takes the place of `path` when the block ends well, and vanishes when it does not."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(handle)
    try:
        yield Path(name)
        with open(name, "rb") as file:
            os.fsync(file.fileno())
        os.replace(name, path)
    finally:
        Path(name).unlink(missing_ok=True)


def write_archive(
    path: str | os.PathLike[str], kind: str, documents: Mapping[str, Any], arrays: Mapping[str, np.ndarray]
) -> None:
    """Write documents (as JSON) and arrays (as safetensors) to one file of the given kind."""
    from safetensors.numpy import save

    members = {f"{name}.json": json.dumps(value, indent=1).encode() for name, value in documents.items()}
    members["arrays.safetensors"] = save({name: np.asarray(a, order="C") for name, a in arrays.items()})
    manifest = {
        "format": kind,
        "version": VERSION,
        "sha256": {name: hashlib.sha256(content).hexdigest() for name, content in members.items()},
    }
    with atomic(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        archive.writestr("manifest.json", json.dumps(manifest, indent=1))
        for name, content in members.items():
            archive.writestr(name, content)


def read_archive(path: str | os.PathLike[str], kind: str) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Documents and arrays of a file that `write_archive` wrote.

    Raises: FileFormatError if the file is missing, foreign, damaged, of another kind, or of a later version.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    path = Path(path)
    if not path.is_file():
        raise FileFormatError(
            "there is no such file", who=str(path), expected=f"a {kind} file", got=_what(path), fix="check the path"
        )
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = json.loads(_member(archive, "manifest.json", path))
            _check_manifest(manifest, kind, path)
            contents = {name: _member(archive, name, path) for name in manifest["sha256"]}
    except (zipfile.BadZipFile, UnicodeDecodeError, json.JSONDecodeError, OSError, EOFError) as error:
        raise FileFormatError(
            "the file cannot be read",
            who=str(path),
            expected=f"a {kind} file",
            got=f"{path.stat().st_size} bytes: {error}",
            fix="the file is damaged or of another program; use a copy of it, or save it again",
        ) from error
    for name, digest in manifest["sha256"].items():
        if hashlib.sha256(contents[name]).hexdigest() != digest:
            raise FileFormatError(
                f"the part {name!r} is damaged: its checksum differs",
                who=str(path),
                expected=digest[:16] + "…",
                got=hashlib.sha256(contents[name]).hexdigest()[:16] + "…",
                fix="use a copy of the file, or save it again",
            )
    try:
        arrays = load(contents.pop("arrays.safetensors"))
    except (SafetensorError, KeyError) as error:
        raise FileFormatError(
            "the arrays cannot be read", who=str(path), got=error, fix="save the file again"
        ) from error
    return {name.removesuffix(".json"): json.loads(content) for name, content in contents.items()}, arrays


def _what(path: Path) -> str:
    return "a folder" if path.is_dir() else "nothing at that path"


def _member(archive: zipfile.ZipFile, name: str, path: Path) -> bytes:
    try:
        info = archive.getinfo(name)
    except KeyError:
        raise FileFormatError(
            f"the file has no part {name!r}",
            who=str(path),
            expected="a file that Nyuron wrote",
            got=archive.namelist()[:5],
            fix="load the file with the program that wrote it",
        ) from None
    if info.file_size > MOST_BYTES:
        raise FileFormatError(
            f"the part {name!r} is too large",
            who=str(path),
            expected=f"at most {MOST_BYTES}",
            got=info.file_size,
            fix="get the file anew from where you trust: Nyuron writes no part as large as this",
        )
    return archive.read(info)


def _check_manifest(manifest: Any, kind: str, path: Path) -> None:
    if not isinstance(manifest, dict) or not isinstance(manifest.get("sha256"), dict):
        raise FileFormatError(
            "the manifest is not one of Nyuron's",
            who=str(path),
            expected=kind,
            got=str(manifest)[:60],
            fix="load the file with the program that wrote it, or save it again with model.save(path)",
        )
    if manifest.get("format") != kind:
        raise FileFormatError(
            "the file is of another kind",
            who=str(path),
            expected=kind,
            got=manifest.get("format"),
            fix=_READERS.get(str(manifest.get("format")), f"name a file of the kind {kind}"),
        )
    if not isinstance(manifest.get("version"), int) or manifest["version"] > VERSION:
        raise FileFormatError(
            "the file comes from a later version",
            who=str(path),
            expected=f"format version {VERSION} or lower",
            got=manifest.get("version"),
            fix="pip install --upgrade nyuron",
        )
