"""CIFAR's binary files: each record is one or two label bytes and 3072 bytes of a picture, planes red, green, blue."""

from __future__ import annotations

import tarfile

import numpy as np

from nyuron.core import FileFormatError
from nyuron.datasets._fetch import fetch

HOME = "https://www.cs.toronto.edu/~kriz/"


def read_records(archive: str, digest: str, members: list[str], labels: int) -> tuple[np.ndarray, np.ndarray]:
    """Images uint8 (n, 32, 32, 3) and labels uint8 (n, labels) of an archive's members.

    Raises: FileFormatError for an archive without them.
    """
    path = fetch(archive, HOME + archive, digest)
    records = []
    with tarfile.open(path) as tar:
        for name in members:
            try:
                file = tar.extractfile(name)
            except KeyError:
                file = None
            if file is None:
                raise FileFormatError("the archive lacks a part", who=str(path), expected=name, fix="get it again")
            records.append(np.frombuffer(file.read(), np.uint8).reshape(-1, labels + 3072))
    joined = np.concatenate(records)
    images = joined[:, labels:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(images), joined[:, :labels]
