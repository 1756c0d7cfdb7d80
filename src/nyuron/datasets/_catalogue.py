"""All data sets by name."""

from __future__ import annotations

import importlib
import inspect
from dataclasses import dataclass
from typing import Any

import numpy as np

from nyuron.core import KindError, unknown_name
from nyuron.data import CLASSIFICATION, REGRESSION, Dataset

EMBEDDED, GENERATED, DOWNLOADED, PLACED = "embedded", "generated", "download", "placed"
_NONE = "no licence is stated"
_OURS = "generated, free of rights"
_UCI = "UCI Machine Learning Repository; CC BY 4.0"
_ALIASES = {"boston": "boston_housing"}


@dataclass(frozen=True)
class Entry:
    """What is known of a data set without loading it."""

    name: str
    origin: str
    """'embedded', 'generated', 'download', or 'placed': in a folder of yours, as NYURON_DATA names it."""
    task: str
    """'classification' or 'regression'."""
    description: str
    licence: str
    target: str = "class"
    value_range: tuple[float, float] | None = None
    sampling_rate: int | None = None
    """Of sounds, in hertz."""


_BYTES = (0.0, 255.0)
_ENTRIES = {
    entry.name: entry
    for entry in (
        Entry("digits", EMBEDDED, CLASSIFICATION, "1 797 handwritten digits, 8×8 pixels", _UCI, "digit", (0.0, 16.0)),
        Entry("iris", EMBEDDED, CLASSIFICATION, "150 irises of three species", _UCI, "species"),
        Entry("breast_cancer", EMBEDDED, CLASSIFICATION, "569 tumours, malignant or benign", _UCI, "diagnosis"),
        Entry("wine", EMBEDDED, CLASSIFICATION, "178 wines of three growers", _UCI, "grower"),
        Entry("diabetes", EMBEDDED, REGRESSION, "442 patients and a disease after a year", _NONE, "progression"),
        Entry("boolean", GENERATED, CLASSIFICATION, "a Boolean operation of two inputs (AND)", _OURS, "result"),
        Entry("xor", GENERATED, CLASSIFICATION, "points around the corners of a square, opposite corners alike", _OURS),
        Entry("moons", GENERATED, CLASSIFICATION, "two half circles that reach into each other", _OURS),
        Entry("circles", GENERATED, CLASSIFICATION, "a ring inside a ring", _OURS),
        Entry("spirals", GENERATED, CLASSIFICATION, "two arms wound around each other", _OURS),
        Entry("blobs", GENERATED, CLASSIFICATION, "four round clouds of points", _OURS),
        Entry("nonlinear", GENERATED, REGRESSION, "a noisy curve over one input between 0 and 1", _OURS, "y"),
        Entry("sine", GENERATED, REGRESSION, "the next value of a noisy wave from the last twelve", _OURS, "next"),
        Entry("ar", GENERATED, REGRESSION, "the next value of an autoregressive series", _OURS, "next"),
        Entry(
            "mnist",
            DOWNLOADED,
            CLASSIFICATION,
            "70 000 handwritten digits, 28×28 pixels",
            "LeCun, Cortes, Burges; CC BY-SA 3.0",
            "digit",
            _BYTES,
        ),
        Entry(
            "fashion_mnist",
            DOWNLOADED,
            CLASSIFICATION,
            "70 000 pictures of clothing, 28×28 pixels",
            "Zalando; MIT",
            value_range=_BYTES,
        ),
        Entry(
            "cifar10",
            DOWNLOADED,
            CLASSIFICATION,
            "60 000 colour pictures in 10 classes, 32×32 pixels",
            f"Krizhevsky 2009; {_NONE}",
            value_range=_BYTES,
        ),
        Entry(
            "cifar100",
            DOWNLOADED,
            CLASSIFICATION,
            "60 000 colour pictures in 100 classes, 32×32 pixels",
            f"Krizhevsky 2009; {_NONE}",
            value_range=_BYTES,
        ),
        Entry(
            "imdb",
            DOWNLOADED,
            CLASSIFICATION,
            "50 000 film reviews, liked or not",
            f"Maas et al. 2011; {_NONE}",
            "sentiment",
        ),
        Entry(
            "reuters",
            DOWNLOADED,
            CLASSIFICATION,
            "11 228 newswires in 46 topics",
            "Reuters; for research only",
            "topic",
        ),
        Entry(
            "california_housing",
            DOWNLOADED,
            REGRESSION,
            "20 640 districts and their house prices",
            f"Pace, Barry 1997; {_NONE}",
            "price",
        ),
        Entry(
            "boston_housing",
            DOWNLOADED,
            REGRESSION,
            "506 towns near Boston and their house prices; one of its figures presumes segregation by race",
            f"Harrison, Rubinfeld 1978; {_NONE}",
            "price",
        ),
        Entry(
            "ames_housing",
            PLACED,
            REGRESSION,
            "2 930 houses of Ames, Iowa, in about 300 standardised columns, and their prices in dollars",
            f"De Cock 2011; {_NONE}",
            "price",
        ),
        Entry(
            "fsdd",
            PLACED,
            CLASSIFICATION,
            "3 000 recordings of spoken digits; two of six speakers are held out",
            "Jakobovski and others; CC BY-SA 4.0",
            "digit",
            (-1.0, 1.0),
            8000,
        ),
        Entry("nsmc", PLACED, CLASSIFICATION, "film reviews in Korean, liked or not", "Park; CC0", "sentiment"),
        Entry(
            "weather",
            PLACED,
            REGRESSION,
            "the next day's temperature from a month of temperature and wind",
            f"Korea Meteorological Administration; {_NONE}",
            "temperature",
        ),
    )
}


def names(origin: str | None = None) -> tuple[str, ...]:
    """Every name that `load` knows: those that need no download first. `origin`: only those of that origin.

    Example:
        >>> names("embedded")
        ('digits', 'iris', 'breast_cancer', 'wine', 'diabetes')
    """
    return tuple(entry.name for entry in _ENTRIES.values() if origin in (None, entry.origin))


def info(name: str) -> Entry:
    """What is known of a data set without loading it.

    Raises: UnknownNameError with the nearest name.
    Example:
        >>> info("iris").task
        'classification'
    """
    name = _ALIASES.get(name, name)
    if name not in _ENTRIES:
        raise unknown_name("data set", name, _ENTRIES)
    return _ENTRIES[name]


def load(name: str, *, test: float = 0.2, seed: int = 0, **options: Any) -> Dataset:
    """The data set of that name; `options` go to its `load_data`.

    Those with a test part of their own keep it; of the others, the share `test` is held back by the seed.

    Raises: UnknownNameError with the nearest name; KindError for an option that the data set does not have; DataError
        when it must be downloaded or placed, and is not there.
    Example:
        >>> load("iris").rows
        (120, 30)
        >>> load("boolean", operation="xor").y_test.tolist()
        [0, 1, 1, 0]
    """
    entry = info(name)
    room: Any = importlib.import_module(f"nyuron.datasets.{entry.name}")
    accepted = inspect.signature(room.load_data).parameters
    for option in options:
        if option not in accepted:
            raise KindError(
                f"there is no option {option!r}",
                who=f"datasets.load({entry.name!r})",
                expected=", ".join(accepted) or "no options",
                got=f"{option}={options[option]!r}",
                fix="leave it out",
            )
    settled = {"test_split": test} | ({"seed": seed} if entry.origin in (EMBEDDED, GENERATED) else {})
    settled |= getattr(room, "DATASET_OPTIONS", {}) | options
    settled = {k: v for k, v in settled.items() if k in accepted}
    (x, y), (x_test, y_test) = room.load_data(**settled)
    return _described(entry, room, (x, y, x_test, y_test), settled)


def _described(entry: Entry, room: Any, parts: tuple[np.ndarray, ...], options: dict[str, Any]) -> Dataset:
    x, y, x_test, y_test = parts
    kind = np.int32 if entry.task == CLASSIFICATION else np.float32
    if x.dtype == np.float64:
        x, x_test = x.astype(np.float32), x_test.astype(np.float32)
    y, y_test = y.reshape(-1).astype(kind), y_test.reshape(-1).astype(kind)
    classes: tuple[str, ...] = ()
    if entry.task == CLASSIFICATION:
        is_coarse = options.get("label_mode") == "coarse"
        classes = room.COARSE_NAMES if is_coarse else getattr(room, "CLASS_NAMES", ())
        classes = classes or tuple(map(str, range(int(max(y.max(), y_test.max())) + 1)))
    features: tuple[str, ...] = getattr(room, "FEATURE_NAMES", ())
    if not features and hasattr(room, "feature_names"):
        asked = inspect.signature(room.feature_names).parameters
        features = room.feature_names(**{k: v for k, v in options.items() if k in asked})
    if not features and x.dtype != object and x.ndim == 2 and entry.sampling_rate is None:
        back = x.shape[1] if entry.target == "next" else 0
        features = tuple(f"t-{back - i}" if back else f"x{i + 1}" for i in range(x.shape[1]))
    if x.dtype == object and len(x) and isinstance(x[0], str):
        features = ("text",)
    return Dataset(
        entry.name,
        x,
        y,
        x_test,
        y_test,
        entry.task,
        features,
        classes,
        entry.target,
        entry.description,
        entry.licence,
        entry.value_range,
        sampling_rate=entry.sampling_rate,
    )
