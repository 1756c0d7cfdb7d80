"""Safetensors files: named arrays, and nothing else."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from nyuron.core import FileFormatError
from nyuron.saving._archive import atomic

KINDS = {
    "F64": "float64",
    "F32": "float32",
    "F16": "float16",
    "BF16": "bfloat16",
    "I64": "int64",
    "I32": "int32",
    "I16": "int16",
    "I8": "int8",
    "U64": "uint64",
    "U32": "uint32",
    "U16": "uint16",
    "U8": "uint8",
    "BOOL": "bool",
}


def read_safetensors(path: str | os.PathLike[str]) -> dict[str, np.ndarray]:
    """The arrays of a file by name; bfloat16 as float32.

    Raises: FileFormatError for a file that is missing, damaged, of another format, or holds kinds of numbers that are
        not known.
    """
    from safetensors import SafetensorError, deserialize

    path = Path(path)
    if not path.is_file():
        raise FileFormatError(
            "there is no such file",
            who=str(path),
            expected="a .safetensors file",
            got="a folder" if path.is_dir() else "nothing at that path",
            fix="check the path",
        )
    try:
        entries = deserialize(path.read_bytes())
    except (SafetensorError, ValueError, OSError) as error:
        raise FileFormatError(
            "the file cannot be read",
            who=str(path),
            expected="a safetensors file",
            got=f"{path.stat().st_size} bytes: {str(error)[:200]}",
            fix="the file is damaged or of another format; use a copy of it, or save it again",
        ) from error
    return {name: _array(name, entry, path) for name, entry in entries}


def _array(name: str, entry: Mapping[str, object], path: Path) -> np.ndarray:
    kind = KINDS.get(str(entry["dtype"]))
    if kind is None:
        raise FileFormatError(
            f"the array {name!r} holds numbers of an unknown kind",
            who=str(path),
            expected=", ".join(KINDS),
            got=entry["dtype"],
            fix="save it as float32",
        )
    content, shape = bytes(entry["data"]), tuple(entry["shape"])  # type: ignore[call-overload]
    if kind == "bfloat16":
        # A bfloat16 is the upper half of a float32.
        halves = np.frombuffer(content, "<u2").astype(np.uint32) << 16
        return halves.view(np.float32).reshape(shape)
    return np.frombuffer(content, np.dtype(kind).newbyteorder("<")).reshape(shape)


def write_safetensors(path: str | os.PathLike[str], arrays: Mapping[str, np.ndarray]) -> None:
    """Write named arrays in one step that leaves no half file."""
    from safetensors.numpy import save

    with atomic(path) as temporary:
        temporary.write_bytes(save({name: np.array(a, order="C") for name, a in arrays.items()}))
