"""Series in time: windows of them with what comes after, the seasons as columns, and a split that never looks ahead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nyuron.core import ArgumentError, DataError
from nyuron.data._dataset import REGRESSION, Dataset, Series

WINDOW = 30
"""Steps of a window when nothing is said, at most a tenth of all."""
YEAR, DAY = np.timedelta64(31_556_952, "s"), np.timedelta64(86_400, "s")
_SEASONS = {"year": YEAR, "day": DAY}


@dataclass(frozen=True)
class Steps:
    """A series as it was measured: values (steps, columns) in order of `times`, which are datetime64[s] or numbers."""

    values: np.ndarray
    times: np.ndarray
    columns: tuple[str, ...]
    time: str | None = None
    """The name of the column of times."""

    @property
    def stride(self) -> Any:
        """The usual time from one step to the next."""
        return np.median(np.diff(self.times).astype(np.float64)).astype(self.times.dtype.str.replace("M8", "m8"))

    def breaks(self) -> np.ndarray:
        """Steps before which others are left out."""
        gaps = np.diff(self.times).astype(np.float64)
        return np.flatnonzero(gaps > 1.5 * np.median(gaps)) + 1

    def seasons(self) -> tuple[str, ...]:
        """Rhythms that the times can tell and the series is long enough to learn: of the year, of the day."""
        if self.times.dtype.kind != "M" or len(self.times) < 3:
            return ()
        whole = self.times[-1] - self.times[0]
        return tuple(name for name, period in _SEASONS.items() if whole >= 2 * period and 3 * self.stride <= period)

    def with_seasons(self, names: Sequence[str]) -> np.ndarray:
        """The values, and for each season the time in it as a point of the unit circle, two columns."""
        parts = [self.values.astype(np.float32)]
        for name in names:
            angle = 2 * np.pi * (self.times.astype(np.int64) / _SEASONS[name].astype(np.int64))
            parts.append(np.stack([np.sin(angle), np.cos(angle)], axis=1).astype(np.float32))
        return np.concatenate(parts, axis=1)

    def windows(self, window: int, ahead: int) -> np.ndarray:
        """First steps of all windows of that length after which `ahead` more steps are there, none left out."""
        count = len(self.values) - window - ahead + 1
        part = np.zeros(len(self.values), np.int64)
        part[self.breaks()] = 1
        part = np.cumsum(part)
        firsts = np.arange(max(count, 0))
        return firsts[part[firsts] == part[firsts + window + ahead - 1]]


def windowed(values: np.ndarray, firsts: np.ndarray, window: int) -> np.ndarray:
    """The windows that begin at these steps. Shapes: (steps, columns) -> (windows, window, columns)."""
    return values[firsts[:, None] + np.arange(window)]


def series_dataset(
    name: str,
    steps: Steps,
    target: str,
    *,
    window: int | None = None,
    horizon: int = 1,
    test: float | int = 0.2,
    **known: Any,
) -> Dataset:
    """Windows of a series, each with the value of `target` that comes `horizon` steps after it.

    The last share, or number, of them is the test part. Dates add the time of the year or of the day as two columns
    each, where the series is long enough. `known` goes to the Dataset.

    Shapes: x (windows, window, columns) float32, y (windows,) float32.
    Raises: ArgumentError for sizes that leave no windows.
    Example:
        >>> steps = Steps(np.arange(10.0)[:, None], np.arange(10), ("level",))
        >>> data = series_dataset("steps", steps, "level", window=3)
        >>> data.x_train.shape, data.x_test[-1, :, 0].tolist(), float(data.y_test[-1])
        ((6, 3, 1), [6.0, 7.0, 8.0], 9.0)
    """
    settled = min(WINDOW, max(len(steps.values) // 10, 2)) if window is None else window
    firsts = steps.windows(settled, horizon) if settled > 0 and horizon > 0 else np.zeros(0, int)
    held = round(test * len(firsts)) if isinstance(test, float) else test
    if not 0 < held < len(firsts):
        raise ArgumentError(
            "the series is too short for these windows" if len(firsts) < 2 else "a part would be empty",
            who=name,
            expected=f"window and horizon of 1 or more, together well below the {len(steps.values):,} steps",
            got=f"window={settled}, horizon={horizon}, test={test:g}: {len(firsts):,} windows",
            fix="window=14, horizon=1, test=0.2; fewer gaps",
        )
    seasons, place = steps.seasons(), steps.columns.index(target)
    x = windowed(steps.with_seasons(seasons), firsts, settled)
    ends = firsts + settled + horizon - 1
    y = steps.values[ends, place].astype(np.float32)
    notes = list(known.pop("notes", ()))
    if len(steps.breaks()):
        notes.append(f"Steps are left out in {len(steps.breaks())} places; no window reaches over them.")
    if seasons:
        notes.append(f"The time of the {' and of the '.join(seasons)} is seen too, as two columns each.")
    notes.append(f"The parts follow each other in time: the last {held:,} windows are the test part.")
    series = Series(steps.columns, place, horizon, steps.time, seasons, steps.times[ends[-held:]])
    return Dataset(
        name,
        x[:-held],
        y[:-held],
        x[-held:],
        y[-held:],
        REGRESSION,
        target_name=target,
        notes=tuple(notes),
        series=series,
        **known,
    )


def check_times(times: np.ndarray, who: str, column: str) -> None:
    """Raise DataError for a time that occurs twice, given in order."""
    twice = np.flatnonzero(times[1:] == times[:-1])
    if len(twice):
        raise DataError(
            f"{len(twice)} time{'s occur' if len(twice) > 1 else ' occurs'} twice",
            who=f"{who}, column {column!r}",
            expected="a row for each time",
            got=str(times[twice[0]]),
            fix="leave rows out, or split the file by what tells them apart (place, product …)",
        )
