"""HDF5 files of plain arrays, read as data from strangers: every link, type and size is checked before it is followed."""

from __future__ import annotations

import io
import math
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from nyuron.core import FileFormatError, MissingPackageError

MOST_BYTES = 64 << 30
"""All arrays of a file together, unpacked."""
MOST_OBJECTS, DEEPEST = 200_000, 40
SMALL, MOST_EXPANSION = 16 << 20, 200
"""An array beyond SMALL may be this many times as large as what the file stores of it; zeros pack better than weights."""
MOST_NAMES = 100_000
FILTERS = {1: "gzip", 2: "shuffle", 3: "fletcher32", 32000: "lzf"}


@dataclass
class Hdf5Tree:
    """What an HDF5 file holds: arrays by path, the paths of all groups, and lists of names that groups carry."""

    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    groups: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Each group's text attributes: a text, or a list of texts."""

    def below(self, path: str) -> dict[str, np.ndarray]:
        """The arrays directly in a group, in the order of their numbers."""
        start = f"{path}/" if path else ""
        found = {p[len(start) :]: a for p, a in self.arrays.items() if p.startswith(start)}
        names = sorted((n for n in found if "/" not in n), key=lambda n: (len(n), n))
        return {name: found[name] for name in names}


def import_h5py(who: str) -> Any:
    """The package h5py.

    Raises: MissingPackageError where it is not installed.
    """
    try:
        import h5py
    except ImportError as error:
        raise MissingPackageError(
            "Keras's weights are HDF5 files, which need the package h5py",
            who=who,
            expected="h5py",
            got="not installed",
            fix="pip install 'nyuron[keras]'",
        ) from error
    return h5py


def read_hdf5(source: str | os.PathLike[str] | bytes, who: str) -> Hdf5Tree:
    """All arrays of a file, or of its bytes.

    Raises: FileFormatError for what is no HDF5 file, is damaged, or has links out of it, storage outside it, arrays of
    objects, or arrays far larger than what is stored of them.
    """
    h5py = import_h5py(who)
    stored = len(source) if isinstance(source, bytes) else Path(source).stat().st_size
    try:
        with h5py.File(io.BytesIO(source) if isinstance(source, bytes) else source, "r") as file:
            tree = Hdf5Tree()
            datasets = dict(_walk(h5py, file, tree, stored, who))
            total = sum(math.prod(d.shape) * d.dtype.itemsize for d in datasets.values())
            if total > MOST_BYTES:
                raise _refused("the arrays are too large together", who, f"at most {MOST_BYTES} bytes", total)
            tree.arrays = {path: _values(d) for path, d in datasets.items()}
            return tree
    # h5py reports damage in many ways, even as errors of keys and of texts.
    except (OSError, RuntimeError, KeyError, ValueError, TypeError, EOFError, MemoryError, OverflowError) as error:
        if isinstance(error, FileFormatError):
            raise
        raise FileFormatError(
            "the HDF5 data cannot be read",
            who=who,
            expected="an HDF5 file of weights",
            got=f"{stored} bytes: {str(error)[:200]}",
            fix="the file is damaged or of another program; use a copy of it, or save it again",
        ) from error


def _values(dataset: Any) -> np.ndarray:
    values = dataset[()]
    array = np.asarray(values)
    if dataset.attrs.get("dtype") == "bfloat16" or array.dtype == np.dtype("V2"):
        import ml_dtypes

        return array.view(ml_dtypes.bfloat16).astype(np.float32)
    return array


def _walk(h5py: Any, file: Any, tree: Hdf5Tree, stored: int, who: str) -> Iterator[tuple[str, Any]]:
    """Every dataset with its path, checked; notes the groups on the way."""
    seen: set[int] = set()
    waiting: list[tuple[str, Any]] = [("", file)]
    while waiting:
        path, group = waiting.pop()
        tree.groups[path] = _texts(h5py, group, who)
        for name in group:
            here = f"{path}/{name}" if path else name
            link = group.get(name, getlink=True)
            if not isinstance(link, h5py.HardLink):
                raise _refused(
                    f"{here!r} is a link to elsewhere", who, "arrays within the file", f"a {type(link).__name__}"
                )
            item = group[name]
            address = h5py.h5o.get_info(item.id).addr
            if address in seen or here.count("/") > DEEPEST or len(seen) > MOST_OBJECTS:
                raise _refused(f"{here!r} repeats or nests without end", who, "each array once", "a second name for it")
            seen.add(address)
            if isinstance(item, h5py.Group):
                waiting.append((here, item))
            elif isinstance(item, h5py.Dataset):
                _check_dataset(h5py, here, item, stored, who)
                yield here, item
            else:
                raise _refused(f"{here!r} is neither a group nor an array", who, "arrays of numbers", type(item))


def _check_dataset(h5py: Any, path: str, dataset: Any, stored: int, who: str) -> None:
    kind = dataset.id.get_type().get_class()
    is_bfloat16 = kind == h5py.h5t.OPAQUE and dataset.id.get_type().get_size() == 2
    plain = (h5py.h5t.INTEGER, h5py.h5t.FLOAT, h5py.h5t.ENUM, h5py.h5t.BITFIELD)
    if kind not in plain and not is_bfloat16:
        raise _refused(f"the array {path!r} does not hold numbers", who, "floating point or integers", _kind(dataset))
    if dataset.shape is None:
        raise _refused(f"the array {path!r} is empty", who, "an array with a shape", "a null dataspace")
    plist = dataset.id.get_create_plist()
    if plist.get_external_count() or dataset.is_virtual:
        raise _refused(f"the values of {path!r} lie in other files", who, "values within the file", "external storage")
    filters = [plist.get_filter(i)[0] for i in range(plist.get_nfilters())]
    if any(number not in FILTERS for number in filters):
        raise _refused(f"the array {path!r} is packed in an unknown way", who, list(FILTERS.values()), filters)
    size = math.prod(dataset.shape) * dataset.dtype.itemsize
    held = dataset.id.get_storage_size()
    if size > MOST_BYTES or held > stored or (size > SMALL and size > MOST_EXPANSION * held):
        raise _refused(
            f"the array {path!r} claims to be far larger than it is",
            who,
            f"about {held} bytes, which the file stores of it",
            f"shape {dataset.shape}, {size} bytes",
        )


def _kind(dataset: Any) -> str:
    try:
        return str(dataset.dtype)
    except (TypeError, ValueError):
        return "an unknown type"


def _texts(h5py: Any, group: Any, who: str) -> dict[str, Any]:
    """A group's attributes that are texts or lists of texts; the others are left alone."""
    found: dict[str, Any] = {}
    for name in group.attrs:
        attribute = h5py.h5a.open(group.id, name.encode())
        if attribute.get_type().get_class() != h5py.h5t.STRING:
            continue
        count = math.prod(attribute.shape or ())
        if count > MOST_NAMES or (attribute.shape and attribute.get_type().is_variable_str() and count > 4096):
            raise _refused(f"the list {name!r} is too long", who, f"at most {MOST_NAMES} names", count)
        value = group.attrs[name]
        listed = [_text(v) for v in value.ravel()] if isinstance(value, np.ndarray) else _text(value)
        found[name] = listed
    return found


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _refused(what: str, who: str, expected: Any, got: Any) -> FileFormatError:
    return FileFormatError(
        what, who=who, expected=expected, got=got, fix="load only files from where you trust; save the model again"
    )


def write_hdf5(
    target: str | os.PathLike[str] | None, arrays: Mapping[str, np.ndarray], names: Mapping[str, str], who: str
) -> bytes:
    """Write arrays by path, and groups with a `name`, to a file, or return the file's bytes."""
    h5py = import_h5py(who)
    buffer = io.BytesIO()
    make: Callable[[], Any] = lambda: h5py.File(buffer if target is None else target, "w")  # noqa: E731
    with make() as file:
        for path, name in names.items():
            file.require_group(path).attrs["name"] = name
        for path, array in arrays.items():
            file.create_dataset(path, data=array)
    return buffer.getvalue()
