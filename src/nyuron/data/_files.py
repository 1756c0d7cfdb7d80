"""Folders and zip archives as lists of files, read one by one and never unpacked to the disk."""

from __future__ import annotations

import os
import stat
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from unicodedata import normalize

from nyuron.core import DataError, FileFormatError

MOST_BYTES = 1 << 28
"""What one file of an archive may be unpacked to: far beyond a picture or a minute of sound."""
MOST_FILES = 2_000_000

Reader = Callable[[str], bytes]


class Files:
    """The files of a folder or of a zip archive, by their paths inside it, in alphabetical order.

    Hidden ones, and those that macOS adds to archives, are left out. An archive whose files are all in one folder is
    that folder.

    Raises: DataError if there is no such folder or archive; FileFormatError for an archive that is damaged, or names
        files outside itself.
    """

    def __init__(self, path: str | os.PathLike[str], follow_links: bool = False) -> None:
        self.path = Path(path).expanduser()
        self._members: dict[str, zipfile.ZipInfo] = {}
        if self.path.is_dir():
            self.names = sorted(_in_folder(self.path, follow_links), key=_order)
        elif self.path.is_file():
            self._members = _in_archive(self.path)
            self.names = sorted(self._members, key=_order)
        else:
            raise DataError(
                "there is no such folder or archive",
                who=str(path),
                expected="a folder, or a .zip",
                got=f"nothing there, seen from {Path.cwd()}",
                fix="check the path",
            )

    def full(self, name: str) -> str:
        """A path to show, and for a folder to open."""
        return str(self.path / name)

    @contextmanager
    def reader(self) -> Iterator[Reader]:
        """A function from a name to the file's bytes; it may be called by several threads."""
        if not self._members:
            yield lambda name: (self.path / name).read_bytes()
            return
        with zipfile.ZipFile(self.path) as archive:
            yield lambda name: _unpacked(archive, self._members[name])


def _order(name: str) -> tuple[tuple[str, ...], str]:
    """As a walk meets them: a folder's own files before those of the folders in it."""
    path = PurePosixPath(name)
    return path.parts[:-1], path.name


def _in_folder(root: Path, follow_links: bool) -> Iterator[str]:
    for folder, inner, files in os.walk(root, followlinks=follow_links):
        inner[:] = [name for name in inner if not name.startswith(".")]
        for name in files:
            if not name.startswith("."):
                yield (Path(folder) / name).relative_to(root).as_posix()


def _in_archive(path: Path) -> dict[str, zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, NotImplementedError) as error:
        raise FileFormatError(
            "this is no zip archive, or a damaged one",
            who=str(path),
            expected="a folder, or a .zip",
            got=f"{error}"[:100],
            fix="copy or download it again; unpack other archives to a folder",
        ) from error
    if len(entries) > MOST_FILES:
        raise FileFormatError(
            "the archive holds too many files",
            who=str(path),
            expected=f"at most {MOST_FILES:,}",
            got=f"{len(entries):,}",
            fix="unpack it and pass the folder, or split it into several archives",
        )
    found: dict[str, zipfile.ZipInfo] = {}
    for entry in entries:
        name = _readable(entry)
        parts = PurePosixPath(name).parts
        if name.startswith("/") or ".." in parts or ":" in (parts or ("",))[0]:
            raise FileFormatError(
                "the archive names a file outside itself",
                who=str(path),
                expected="paths below the archive's own root",
                got=name[:100],
                fix="do not trust this archive; make a new one of the files that you want",
            )
        is_plain = not entry.is_dir() and not stat.S_ISLNK(entry.external_attr >> 16)
        if is_plain and not any(part.startswith(".") or part == "__MACOSX" for part in parts):
            found[name] = entry
    return _without_wrapping(found)


def _readable(entry: zipfile.ZipInfo) -> str:
    """The name as it was meant: Windows in Korean writes CP949 where the format knows CP437 or UTF-8."""
    name = entry.filename
    if not entry.flag_bits & 0x800:
        raw = name.encode("cp437", "replace") if not name.isascii() else b""
        for encoding in ("utf-8", "cp949") if raw and b"?" not in raw else ():
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return normalize("NFC", name.replace("\\", "/"))


def _without_wrapping(found: dict[str, zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    """The archive's content, where folders around folders are no content."""
    while found:
        tops = {name.split("/", 1)[0] for name in found if "/" in name}
        is_wrapped = len(tops) == 1 and all(name.count("/") >= 2 for name in found)
        if not is_wrapped:
            break
        found = {name.split("/", 1)[1]: entry for name, entry in found.items()}
    return found


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    with archive.open(entry) as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise ValueError(f"unpacks to more than {MOST_BYTES >> 20} MiB")
    return data


def with_endings(names: Sequence[str], endings: tuple[str, ...]) -> list[str]:
    """The names that end in one of these, in either case."""
    return [name for name in names if name.lower().endswith(endings)]
