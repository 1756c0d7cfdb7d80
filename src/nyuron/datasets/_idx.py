"""The IDX format, in which MNIST and its relatives come."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

import numpy as np

from nyuron.core import FileFormatError

_DTYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


def read_idx(path: Path) -> np.ndarray:
    """The array in an IDX file, gzip or not: two zero bytes, a type, the number of axes, their sizes, the values.

    Raises: FileFormatError if the file is of another format, or shorter or longer than it says.
    Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits".
    """
    data = path.read_bytes()
    if data.startswith(b"\x1f\x8b"):
        try:
            data = gzip.decompress(data)
        except (EOFError, OSError, zlib.error) as error:
            raise _damaged(path, "a complete gzip file", str(error)) from error
    if len(data) < 4 or data[:2] != b"\0\0" or data[2] not in _DTYPES or not 1 <= data[3] <= 8:
        raise FileFormatError(
            "this is not an IDX file",
            who=str(path),
            expected="two zero bytes, a type code and the number of axes",
            got=f"{data[:4].hex(' ') or 'no bytes'}",
            fix="put the original file here, such as train-images-idx3-ubyte.gz",
        )
    dtype, axes = np.dtype(_DTYPES[data[2]]), data[3]
    start = 4 + 4 * axes
    if len(data) < start:
        raise _damaged(path, f"a header of {start} bytes", f"{len(data)} bytes")
    shape = tuple(int(n) for n in np.frombuffer(data, ">u4", axes, 4))
    size = int(np.prod(shape, dtype=object)) * dtype.itemsize
    if len(data) - start != size:
        raise _damaged(path, f"{size} bytes of values for the shape {shape}", f"{len(data) - start} bytes")
    values = np.frombuffer(data, dtype, offset=start).reshape(shape)
    return values.astype(dtype.newbyteorder("="))  # a copy that may be written to


def _damaged(path: Path, expected: str, got: str) -> FileFormatError:
    return FileFormatError(
        "the IDX file is truncated or damaged",
        who=str(path),
        expected=expected,
        got=got,
        fix="copy or download it again",
    )
