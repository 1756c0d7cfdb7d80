"""The arrays that every peer is given, made with NumPy alone."""

from __future__ import annotations

import csv
import gzip
import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np


class Data(NamedTuple):
    """Training part and the part that the score is taken on; float32, integer labels int32."""

    x: np.ndarray
    y: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


def data_folder() -> Path:
    """Where nonlinear.csv and mnist/ lie: NYURON_DATA."""
    return Path(os.environ.get("NYURON_DATA", "data")).expanduser()


def nonlinear() -> Data:
    """The 1 000 points of nonlinear.csv; the score is taken on them too."""
    import numpy as np

    table = np.loadtxt(data_folder() / "nonlinear.csv", delimiter=",", skiprows=1, dtype=np.float32)
    x, y = table[:, :1], table[:, 1:]
    return Data(x, y, x, y)


def mnist() -> Data:
    """60 000 + 10 000 images, divided by 255."""
    import numpy as np

    def read(name: str, offset: int) -> np.ndarray:
        with gzip.open(data_folder() / "mnist" / name) as file:
            return np.frombuffer(file.read(), np.uint8, offset=offset)

    def part(prefix: str) -> tuple[np.ndarray, np.ndarray]:
        images = read(f"{prefix}-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28)
        return images.astype(np.float32) / np.float32(255), read(f"{prefix}-labels-idx1-ubyte.gz", 8).astype(np.int32)

    return Data(*part("train"), *part("t10k"))


def ames_sized() -> Data:
    """A seeded table with the size of the encoded Ames house prices: 1 856 rows (58 batches of 32), 300 columns."""
    import numpy as np

    rng = np.random.default_rng(25)
    x = rng.standard_normal((1856, 300), dtype=np.float32)
    w = rng.standard_normal((300, 8), dtype=np.float32) / np.float32(300**0.5)
    y = np.tanh(x @ w).sum(axis=1, keepdims=True) + np.float32(0.1) * rng.standard_normal((1856, 1), dtype=np.float32)
    y = ((y - y.mean()) / y.std()).astype(np.float32)
    return Data(x, y, x, y)


def ames() -> Data:
    """The Ames house prices: numbers standardised, kinds one-hot, y = (ln price − 12) / 0.4; a fifth of the rows to test."""
    import numpy as np

    with open(data_folder() / "ames_housing.csv", newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    cells = np.array(rows, object)[np.random.default_rng(113).permutation(len(rows))]
    cut = int(0.8 * len(cells))
    columns = []
    for name, column in zip(header, cells.T, strict=True):
        if name in ("Id", "PID", "SalePrice"):
            continue
        present = [value for value in column if value not in ("", "NA")]
        if name != "MS SubClass" and all(_is_number(value) for value in present):
            numbers = np.array([np.nan if value in ("", "NA") else float(value) for value in column])
            numbers = np.where(np.isnan(numbers), np.nanmedian(numbers[:cut]), numbers)
            columns.append((numbers - numbers[:cut].mean()) / (numbers[:cut].std() or 1.0))
        else:
            columns += [(column == kind).astype(float) for kind in sorted(set(column[:cut]))]
    x = np.stack(columns, axis=1).astype(np.float32)
    price = cells[:, header.index("SalePrice")].astype(float)
    y = ((np.log(price) - 12.0) / 0.4).astype(np.float32)[:, None]
    return Data(x[:cut], y[:cut], x[cut:], y[cut:])


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
