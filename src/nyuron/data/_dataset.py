"""A data set that is ready to be trained on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from nyuron.data._rows import rows_of

CLASSIFICATION, REGRESSION = "classification", "regression"


@dataclass(frozen=True)
class Series:
    """What is known of data that are windows of a series, each with a value that comes after it."""

    columns: tuple[str, ...]
    """What is measured at each step; the seasons' two columns each follow after these."""
    place: int
    """Which of them is predicted."""
    horizon: int
    """Steps from the end of a window to what is predicted."""
    time: str | None
    """The name of the column of times."""
    seasons: tuple[str, ...]
    """'year' or 'day'."""
    times: np.ndarray
    """When each row of the test part is, which is the time of what is predicted."""


@dataclass(frozen=True)
class Dataset:
    """Training and test parts with what a reader must know of them.

    Shapes: x (rows, …), y (rows,): integers 0 … classes − 1 for classification, float32 for regression. Sequences of
        various lengths are an object array of lists of integers, texts one of str, and sounds (rows, samples).
    """

    name: str
    x_train: Any
    y_train: np.ndarray
    x_test: Any
    y_test: np.ndarray
    task: str
    """'classification' or 'regression'."""
    feature_names: tuple[str, ...] = ()
    """One per column of a table, and the name of a column of texts; none for images, series and sequences."""
    class_names: tuple[str, ...] = ()
    """Class k of the target is `class_names[k]`; none for regression."""
    target_name: str = "target"
    description: str = ""
    licence: str = ""
    value_range: tuple[float, float] | None = None
    """Known bounds of x, such as (0, 255) for images."""
    notes: tuple[str, ...] = ()
    """What was understood and is worth telling, a sentence each."""
    sampling_rate: int | None = None
    """Of sounds, in hertz; None for all else."""
    series: Series | None = None
    """Of windows of a series that is to be continued."""

    @property
    def input_shape(self) -> tuple[int | None, ...]:
        """The shape of one row of x; (None,) for texts and for sequences of various lengths."""
        return (None,) if self.x_train.dtype == object else tuple(self.x_train.shape[1:])

    @property
    def classes(self) -> int:
        """The number of classes, 0 for regression."""
        if self.task != CLASSIFICATION:
            return 0
        return len(self.class_names) or int(max(self.y_train.max(), self.y_test.max())) + 1

    @property
    def kind(self) -> str:
        """'table', 'image', 'series', 'sound', 'texts' or 'sequences'."""
        if self.x_train.dtype == object:
            return "texts" if len(self.x_train) and isinstance(self.x_train[0], str) else "sequences"
        if self.sampling_rate is not None:
            return "sound"
        if self.value_range is not None and self.x_train.ndim in (3, 4):
            return "image"
        return "table" if self.x_train.ndim <= 2 else "series"

    @property
    def rows(self) -> tuple[int, int]:
        """Rows of the training and of the test part."""
        return rows_of(self.x_train), rows_of(self.x_test)
