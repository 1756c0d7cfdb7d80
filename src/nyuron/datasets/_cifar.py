"""The binary version of CIFAR: records of label bytes and 3072 bytes of red, green and blue planes."""

from __future__ import annotations

import tarfile
from pathlib import Path

import numpy as np

from nyuron.core import FileFormatError
from nyuron.datasets._store import Remote, data_folder, download_folder, fetch

_PIXELS = 3 * 32 * 32


def load_records(
    dataset: str, remote: Remote, folder: str, files: tuple[str, ...], labels: int
) -> tuple[np.ndarray, np.ndarray]:
    """Images (n, 32, 32, 3) uint8 and their label bytes (n, labels), from the unpacked folder or from the archive."""
    contents = _unpacked(dataset, folder, files) or _packed(fetch(dataset, remote), folder, files)
    records = []
    for name, content in contents:
        size = labels + _PIXELS
        if not content or len(content) % size:
            raise FileFormatError(
                "the CIFAR file is truncated or damaged",
                who=name,
                expected=f"records of {size} bytes",
                got=f"{len(content)} bytes",
                fix=f"put the original {remote.name} in its place, from {remote.url}",
            )
        records.append(np.frombuffer(content, np.uint8).reshape(-1, size))
    whole = np.concatenate(records)
    images = whole[:, labels:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(images), whole[:, :labels].copy()


def _unpacked(dataset: str, folder: str, files: tuple[str, ...]) -> list[tuple[str, bytes]] | None:
    root = data_folder()
    places = [root / dataset / folder, root / folder, root / dataset] if root else []
    for place in [*places, download_folder() / dataset / folder]:
        if all((place / file).is_file() for file in files):
            return [(str(place / file), (place / file).read_bytes()) for file in files]
    return None


def _packed(archive: Path, folder: str, files: tuple[str, ...]) -> list[tuple[str, bytes]]:
    """Members are read from the archive in place: nothing is unpacked to disk."""
    contents: dict[str, bytes] = {}
    try:
        with tarfile.open(archive) as tar:
            for member in tar:
                name = member.name.removeprefix("./")
                if name in {f"{folder}/{file}" for file in files} and member.isfile():
                    opened = tar.extractfile(member)
                    contents[name.removeprefix(f"{folder}/")] = opened.read() if opened else b""
    except (tarfile.TarError, EOFError, OSError) as error:
        raise FileFormatError(
            "the archive is damaged",
            who=str(archive),
            got=str(error)[:120],
            fix="remove it, so that it is downloaded again",
        ) from error
    lacking = [file for file in files if file not in contents]
    if lacking:
        raise FileFormatError(
            "the archive is not the binary version of CIFAR",
            who=str(archive),
            expected=f"{folder}/{lacking[0]}",
            got="no such member",
            fix="take the 'binary version', not the one for Python: that one is pickled, and pickles can run code",
        )
    return [(f"{archive}: {file}", contents[file]) for file in files]
