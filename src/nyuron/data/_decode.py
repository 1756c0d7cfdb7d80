"""Bytes of a text file to text: which encoding, and is it text at all."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path
from typing import NamedTuple

from nyuron.core import ArgumentError, FileFormatError

_MAGIC = (
    (b"PK\x03\x04", "a zip archive, as .xlsx and .npz files are", "save the sheet as CSV, or unpack the archive"),
    (b"\xd0\xcf\x11\xe0", "an old Office document, as .xls files are", "save the sheet as CSV"),
    (b"%PDF", "a PDF document", "export the table as CSV"),
    (b"\x89PNG", "a PNG picture", "pass a table, or an .npz with the pictures as arrays"),
    (b"\xff\xd8\xff", "a JPEG picture", "pass a table, or an .npz with the pictures as arrays"),
    (b"\x93NUMPY", "a single NumPy array (.npy)", "save x and y in one file: np.savez(path, x=x, y=y)"),
    (b"\x89HDF", "an HDF5 file", "export the table as Parquet or CSV"),
    (b"SQLite format 3", "an SQLite database", "export the table as CSV"),
    (b"ARROW1", "an Arrow IPC (feather) file", "save the table as Parquet"),
    (b"\x80\x04", "a Python pickle, which can run code and is never opened", "save the table as Parquet or CSV"),
    (b"\x80\x05", "a Python pickle, which can run code and is never opened", "save the table as Parquet or CSV"),
)
_TEXT_CONTROLS = frozenset(b"\t\n\v\f\r\x1a\x1b")


class Decoded(NamedTuple):
    """Text with the name of the encoding that it was in, and what to tell about the guess."""

    text: str
    encoding: str
    note: str | None = None


def unpacked(data: bytes, path: Path) -> bytes:
    """The content, decompressed if it is gzip."""
    if not data.startswith(b"\x1f\x8b"):
        return data
    try:
        return gzip.decompress(data)
    except (EOFError, OSError, zlib.error) as error:
        raise FileFormatError(
            "the compressed file is damaged",
            who=str(path),
            expected="a complete gzip file",
            got=str(error),
            fix="copy or download it again",
        ) from error


def decode(data: bytes, path: Path, encoding: str | None = None) -> Decoded:
    """Text from bytes, in the encoding given or found.

    Tried in this order: a byte-order mark (UTF-8, UTF-16, UTF-32), UTF-16 without one (by its zero bytes), UTF-8,
    CP949 (Korean Windows; EUC-KR is part of it), and at last CP1252 (Western Windows), which is a guess and noted.

    Raises: FileFormatError if the bytes are no text, or not in the encoding that was named.
    """
    if encoding is not None:
        return Decoded(_in(data, path, encoding), encoding)
    for mark, name in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe\x00\x00", "utf-32"),
        (b"\x00\x00\xfe\xff", "utf-32"),
    ):
        if data.startswith(mark):
            return Decoded(_in(data, path, name), name)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Decoded(_in(data, path, "utf-16"), "utf-16")
    _refuse_known_binary(data, path)
    sample = data[:4096]
    if len(sample) >= 4 and b"\0" in sample:
        low, high = sample[0::2].count(0) / (len(sample) / 2), sample[1::2].count(0) / (len(sample) / 2)
        if max(low, high) > 0.3 and min(low, high) < 0.05:
            name = "utf-16-le" if high > low else "utf-16-be"
            return Decoded(_in(data, path, name), name)
    _refuse_garbage(data, path)
    for name in ("utf-8", "cp949"):
        try:
            return Decoded(data.decode(name), name)
        except UnicodeDecodeError:
            continue
    text = data.decode("cp1252", errors="replace")
    return Decoded(text, "cp1252", "The encoding is a guess (cp1252): if names look wrong, name it with encoding=.")


def _in(data: bytes, path: Path, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except LookupError as error:
        raise ArgumentError(
            f"Python knows no encoding {encoding!r}",
            who=str(path),
            expected="utf-8, cp949, utf-16, cp1252 …",
            got=repr(encoding),
            fix="leave encoding= out: it is found by itself",
        ) from error
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FileFormatError(
            f"the file is not in {encoding}",
            who=f"{path}, line {line}",
            expected=f"text in {encoding}",
            got=f"the bytes {data[error.start : error.start + 4].hex(' ')}",
            fix="leave encoding= out (it is found by itself), or name the right one, such as cp949",
        ) from error


def _refuse_known_binary(data: bytes, path: Path) -> None:
    for magic, kind, fix in _MAGIC:
        if data.startswith(magic):
            raise FileFormatError(
                "this is not a text file", who=str(path), expected="CSV text or Parquet", got=kind, fix=fix
            )


def _refuse_garbage(data: bytes, path: Path) -> None:
    sample = data[:65536]
    controls = sum(sample.count(byte) for byte in range(32) if byte not in _TEXT_CONTROLS)
    if controls > 0.02 * len(sample) or b"\0" in sample:
        raise FileFormatError(
            "this is not a text file",
            who=str(path),
            expected="CSV text or Parquet",
            got=f"binary data ({data[:8].hex(' ')} …)",
            fix="check that it is the right file; if it is a table, export it as CSV or Parquet",
        )
