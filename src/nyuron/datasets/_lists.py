"""Arrays of lists of integers in old .npz files, read without running what the file says.

NumPy stores such arrays as a program for a small stack machine that may call any function. This reads the program and
follows only the instructions that make lists and integers; everything else stands for nothing.
"""

from __future__ import annotations

import io
import pickletools
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from nyuron.core import FileFormatError

_NUMBERS = {
    "BININT",
    "BININT1",
    "BININT2",
    "INT",
    "LONG",
    "LONG1",
    "BINUNICODE",
    "SHORT_BINUNICODE",
    "BINBYTES",
    "SHORT_BINBYTES",
}
_NUMBERS |= {"UNICODE", "SHORT_BINSTRING", "BINSTRING", "STRING", "BINFLOAT"}
_TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
_MARK = object()


def read_lists(path: Path, name: str) -> list[Any]:
    """The lists in array `name` of an .npz file.

    Raises: FileFormatError for anything but an array of lists.
    """
    with zipfile.ZipFile(path) as archive:
        file = io.BytesIO(archive.read(f"{name}.npy"))
    version = np.lib.format.read_magic(file)
    header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, dtype = header(file)
    if dtype.kind != "O":
        file.seek(0)
        return list(np.lib.format.read_array(file, allow_pickle=False))
    stack = _follow(file, path)
    found = max((v for v in _lists_in(stack)), key=len, default=[])
    if len(found) != shape[0]:
        raise FileFormatError(
            "the array does not hold plain lists", who=f"{path}: {name}", expected=shape, got=len(found)
        )
    return found


def _lists_in(value: Any) -> list[list[Any]]:
    if isinstance(value, list):
        return [value, *(inner for item in value if isinstance(item, tuple) for inner in _lists_in(item))]
    return [inner for item in value for inner in _lists_in(item)] if isinstance(value, tuple) else []


def _follow(file: io.BytesIO, path: Path) -> tuple[Any, ...]:
    stack: list[Any] = []
    memo: dict[int, Any] = {}

    def to_mark() -> list[Any]:
        at = len(stack) - 1 - stack[::-1].index(_MARK)
        items = stack[at + 1 :]
        del stack[at:]
        return items

    for code, argument, _ in pickletools.genops(file):
        name = code.name
        if name in _NUMBERS:
            stack.append(argument)
        elif name == "MARK":
            stack.append(_MARK)
        elif name == "EMPTY_LIST":
            stack.append([])
        elif name in ("APPENDS", "APPEND"):
            items = to_mark() if name == "APPENDS" else [stack.pop()]
            stack[-1].extend(items)
        elif name in _TUPLES:
            items = stack[-_TUPLES[name] :]
            stack[-_TUPLES[name] :] = [tuple(items)]
        elif name in ("TUPLE", "LIST", "DICT"):
            items = to_mark()
            stack.append(items if name == "LIST" else tuple(items))
        elif name in ("EMPTY_TUPLE", "EMPTY_DICT", "GLOBAL", "NONE", "NEWTRUE", "NEWFALSE"):
            stack.append(())
        elif name in ("STACK_GLOBAL", "REDUCE", "BUILD", "NEWOBJ"):
            top, below = stack.pop(), stack.pop()
            stack.append((below, top))
        elif name == "MEMOIZE":
            memo[len(memo)] = stack[-1]
        elif name in ("BINPUT", "LONG_BINPUT", "PUT"):
            memo[int(argument or 0)] = stack[-1]
        elif name in ("BINGET", "LONG_BINGET", "GET"):
            stack.append(memo[int(argument or 0)])
        elif name not in ("PROTO", "FRAME", "STOP"):
            raise FileFormatError(
                "the file holds more than lists of numbers", who=str(path), expected="lists", got=name
            )
    return tuple(stack)
