"""Arrays from .npz files, without ever unpickling."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from nyuron.core import DataError, FileFormatError


def read_npz(path: Path) -> dict[str, np.ndarray]:
    """The arrays of an .npz file by name.

    Raises: FileFormatError for a damaged file or for arrays of Python objects, which only pickle could read.
    """
    try:
        with path.open("rb") as opened:
            is_array = opened.read(6) == b"\x93NUMPY"
            if not is_array and not zipfile.is_zipfile(opened):
                raise EOFError("no zip archive, or one whose end is missing")
            opened.seek(0)
            file = np.load(opened, allow_pickle=False)
            if isinstance(file, np.ndarray):
                raise EOFError("a single array (.npy)")
            return {name: file[name] for name in file.files}
    except (zipfile.BadZipFile, EOFError, OSError, KeyError) as error:
        raise FileFormatError(
            "this is no .npz file, or a damaged one",
            who=str(path),
            expected="a complete .npz file",
            got=str(error)[:200],
            fix="save it again: np.savez(path, x=x, y=y)",
        ) from error
    except ValueError as error:
        raise FileFormatError(
            "the .npz file holds Python objects or damaged arrays",
            who=str(path),
            expected="arrays of numbers or text",
            got=str(error)[:200],
            fix="objects need pickle, which can run code: save plain arrays, such as np.asarray(x, dtype='float32')",
        ) from error


def parts_of(
    arrays: dict[str, np.ndarray], path: Path
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None, np.ndarray | None]:
    """x, y of the training part and of the test part, None where the file has no test part.

    Raises: DataError if the names are not x, y or x_train, y_train, x_test, y_test (X will do for x).
    """
    by_name = {name.lower(): array for name, array in arrays.items()}
    if "x_train" in by_name and "y_train" in by_name:
        has_test = "x_test" in by_name and "y_test" in by_name
        x_test, y_test = (by_name["x_test"], by_name["y_test"]) if has_test else (None, None)
        return by_name["x_train"], by_name["y_train"], x_test, y_test
    if "x" in by_name and "y" in by_name:
        return by_name["x"], by_name["y"], None, None
    raise DataError(
        "the .npz file does not name its arrays as needed",
        who=str(path),
        expected="x and y, or x_train, y_train, x_test and y_test",
        got=", ".join(f"{name} {array.shape}" for name, array in arrays.items()) or "no arrays",
        fix="np.savez(path, x=x, y=y)",
    )
