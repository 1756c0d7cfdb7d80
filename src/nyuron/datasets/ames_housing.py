"""House prices of Ames, Iowa, 2006–2010: the lectures' table."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from nyuron.core import ArgumentError, FileFormatError
from nyuron.data import Table, read
from nyuron.datasets._housing import check_test_split
from nyuron.datasets._parts import Parts
from nyuron.datasets._store import need_local

TARGET = "SalePrice"
LEFT_OUT = ("Id", "Order", "PID")
"""Columns that only number the houses."""
CODES = ("MS SubClass",)
"""Columns of numbers that are names of kinds."""
DATASET_OPTIONS = {"target": "price"}
_SOURCE = "https://jse.amstat.org/v19n3/decock/AmesHousing.txt"
_MIDDLE, _SPREAD = 12.0, 0.4


class Houses(NamedTuple):
    """The encoded table in two parts, prices in dollars."""

    x: np.ndarray
    price: np.ndarray
    x_test: np.ndarray
    price_test: np.ndarray
    names: tuple[str, ...]
    """One a column of x: that of a number, or ``column=kind``."""


def load_data(path: str = "ames_housing.csv", test_split: float = 0.2, seed: int = 113, target: str = "log") -> Parts:
    """2 930 sales: about 300 columns of what is known of a house, and its price.

    Numbers are imputed by the median and standardised; of each kind in a column of text there is a column of zeros and
    ones, "none" for what the house does not have; all by what the training part holds, so that a kind that it does not
    know is zeros. The number and the parcel of a house are left out.

    With `target` "log" y is ``(ln price − 12) / 0.4``, whose mean is about 0 and whose standard deviation about 1: an
    error counts by the share of the price, and a few palaces do not rule the loss. `to_dollars` leads back. With
    "price" it is in dollars.

    The file, as it is published or with commas, is looked for in NYURON_DATA and the cache.

    Shapes: x (n, about 300) float32, y (n,) float32.
    Raises: DataError if the file is not there; FileFormatError if it has other columns; ArgumentError for another target.
    Source: De Cock 2011, doi 10.1080/10691898.2011.11889627.
    """
    if target not in ("log", "price"):
        raise ArgumentError(
            f"unknown target {target!r}",
            who="ames_housing.load_data()",
            expected="'log' or 'price'",
            got=repr(target),
            fix="target='log'",
        )
    houses = load_houses(path, test_split, seed)
    y, y_test = houses.price, houses.price_test
    if target == "log":
        y, y_test = from_dollars(y), from_dollars(y_test)
    return (houses.x.copy(), y.copy()), (houses.x_test.copy(), y_test.copy())


def from_dollars(price: Any) -> np.ndarray:
    """``(ln price − 12) / 0.4``."""
    return ((np.log(np.asarray(price, np.float64)) - _MIDDLE) / _SPREAD).astype(np.float32)


def to_dollars(y: Any) -> np.ndarray:
    """Prices from what `load_data` gives as y, or from what a model says of it: ``exp(12 + 0.4 y)``.

    Example:
        >>> to_dollars([0.0]).round().tolist()
        [162755.0]
    """
    return np.exp(_MIDDLE + _SPREAD * np.asarray(y, np.float64))


def feature_names(path: str = "ames_housing.csv", test_split: float = 0.2, seed: int = 113) -> tuple[str, ...]:
    """One name for each column of x: that of a number, or ``column=kind``."""
    return load_houses(path, test_split, seed).names


def load_houses(path: str | os.PathLike[str] = "ames_housing.csv", test_split: float = 0.2, seed: int = 113) -> Houses:
    """The encoded table with the names of its columns, prices in dollars."""
    check_test_split(test_split)
    file = path
    if not os.path.isfile(path):
        file = need_local("ames_housing", os.fspath(path), "AmesHousing.txt", "AmesHousing.csv", source=_SOURCE)
    return _encoded(Path(file).resolve(), os.stat(file).st_mtime_ns, test_split, seed)


@lru_cache(maxsize=2)
def _encoded(file: Path, changed: int, test_split: float, seed: int) -> Houses:
    table = read(file)
    if not {TARGET, "PID"} <= set(table.names) or len(table.names) < 10:
        raise FileFormatError(
            "this is another table",
            who=str(file),
            expected=f"PID, columns of what is known of a house, and {TARGET}",
            got=", ".join(table.names[:12]),
            fix=f"get {_SOURCE}",
        )
    table = table.take(np.random.RandomState(seed).permutation(table.complete_rows([TARGET])))
    numbers, kinds = columns_of(table)
    raw = np.empty((len(table), len(numbers) + len(kinds)), object)
    for i, name in enumerate(numbers):
        raw[:, i] = table[name]
    for i, name in enumerate(kinds):
        raw[:, len(numbers) + i] = ["none" if v is None or v != v else _kind(v) for v in table[name]]
    cut = int(len(raw) * (1 - test_split))
    encoder = _encoder(len(numbers), len(kinds)).fit(raw[:cut])
    x = np.ascontiguousarray(encoder.transform(raw), np.float32)
    of_kinds = encoder.named_transformers_["kinds"].categories_ if kinds else []
    names = (*numbers, *(f"{name}={kind}" for name, each in zip(kinds, of_kinds, strict=True) for kind in each))
    price = table[TARGET].astype(np.float32)
    return Houses(x[:cut], price[:cut], x[cut:], price[cut:], names)


def columns_of(table: Table) -> tuple[list[str], list[str]]:
    """Names of the columns that hold numbers, and of those that hold kinds; those without any value are left out."""
    told = [c for c in table.columns if c.name not in (*LEFT_OUT, TARGET) and c.kind != "empty"]
    numbers = [c.name for c in told if c.kind == "numeric" and c.name not in CODES]
    return numbers, [c.name for c in told if c.name not in numbers]


def _kind(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value).strip()


def _encoder(numbers: int, kinds: int) -> Any:
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    scaled = make_pipeline(SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler())
    one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    return ColumnTransformer(
        [("numbers", scaled, list(range(numbers))), ("kinds", one_hot, list(range(numbers, numbers + kinds)))]
    )
