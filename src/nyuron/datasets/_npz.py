"""Arrays from .npz files that came from elsewhere: nothing in them is ever run."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

import numpy as np

from nyuron.core import FileFormatError
from nyuron.datasets._object_array import as_object_array, read_object_array


def load_arrays(path: Path, *names: str) -> list[np.ndarray]:
    """The arrays of these names; those of lists too, but read by a reader that knows nothing but lists and numbers.

    Raises: FileFormatError if the file is damaged, lacks a name, or holds anything else.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return [_array(archive.read(f"{name}.npy")) for name in names]
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, LookupError, ValueError, OSError) as error:
        raise FileFormatError(
            "the file is damaged, foreign or not safe to read",
            who=str(path),
            expected=f"an .npz file with {', '.join(names)}: arrays of numbers, or of lists of numbers",
            got=f"{type(error).__name__}: {error!s:.200}",
            fix="remove it, so that it is downloaded again, or put the original file in its place",
        ) from error


def _array(data: bytes) -> np.ndarray:
    file = io.BytesIO(data)
    version = np.lib.format.read_magic(file)
    read_header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, dtype = read_header(file)
    if not dtype.hasobject:
        return np.lib.format.read_array(io.BytesIO(data), allow_pickle=False)
    if dtype.kind != "O" or len(shape) != 1:
        raise ValueError(f"an array of {dtype} with {len(shape)} axes")
    elements = read_object_array(data[file.tell() :])
    if len(elements) != shape[0] or not all(isinstance(element, list) for element in elements):
        raise ValueError(f"{shape[0]} lists were announced, and {len(elements)} elements came")
    return as_object_array(elements)
