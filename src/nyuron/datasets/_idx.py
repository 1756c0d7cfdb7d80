"""The IDX format of MNIST: a magic number, the sizes of the axes, then bytes."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

import numpy as np

from nyuron.core import FileFormatError


def read_idx(path: Path) -> np.ndarray:
    """A uint8 array from an IDX file, gzipped or not.

    Raises: FileFormatError for a file that is foreign or cut short.
    """
    content = path.read_bytes()
    if content[:2] == b"\x1f\x8b":
        try:
            content = gzip.decompress(content)
        except (EOFError, OSError, zlib.error) as error:
            raise FileFormatError(
                "the file is damaged", who=str(path), expected="gzip", got=error, fix="get it again"
            ) from error
    if len(content) < 4 or content[:3] != b"\x00\x00\x08":
        raise FileFormatError(
            "this is no IDX file of bytes",
            who=str(path),
            expected="the bytes 00 00 08",
            got=content[:3].hex(" "),
            fix="get it again",
        )
    axes = content[3]
    shape = tuple(int(n) for n in np.frombuffer(content, ">u4", axes, 4)) if len(content) >= 4 + 4 * axes else ()
    size = int(np.prod(shape))
    if not shape or len(content) != 4 + 4 * axes + size:
        raise FileFormatError(
            "the file is cut short",
            who=str(path),
            expected=f"{4 + 4 * axes + size} bytes",
            got=len(content),
            fix="get it again",
        )
    return np.frombuffer(content, np.uint8, offset=4 + 4 * axes).reshape(shape)
