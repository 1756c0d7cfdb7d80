"""Weather of a Korean station: tomorrow's temperature from the last days."""

from __future__ import annotations

import os

import numpy as np

from nyuron.core import ArgumentError, DataError, FileFormatError
from nyuron.data import Dataset, Steps, read, series_dataset
from nyuron.datasets._parts import Parts
from nyuron.datasets._store import need_local

COLUMNS = ("mean temperature", "highest wind", "mean wind")
_HEADER = ["평균기온", "최대풍속", "평균풍속"]


def load_data(path: str = "weather_cp949.csv", window: int = 30, test_days: int = 365) -> Parts:
    """The next day's mean temperature, from the temperature and wind of `window` days before it.

    The last `test_days` of the ten years from August 2010 are the test part. A missing value is the last one before it.
    The file, in CP949 with a Korean header, is looked for in NYURON_DATA and the cache.

    Shapes: x (n, window, 3) float32, y (n,) float32.
    Units: temperature in °C, wind in m/s.
    Raises: DataError if the file is not there; FileFormatError if it has other columns or days are left out;
        ArgumentError for a window that leaves no days.
    Source: Korea Meteorological Administration, by github dknife/ML.
    """
    days, values = load_csv(path)
    if window < 1 or test_days < 1 or len(days) <= window + test_days:
        raise ArgumentError(
            "there are not that many days",
            who="weather.load_data()",
            expected=f"window and test_days of 1 or more, together below {len(days)}",
            got=f"window={window}, test_days={test_days}",
            fix="window=30, test_days=365",
        )
    x = np.lib.stride_tricks.sliding_window_view(values[:-1], window, axis=0).swapaxes(1, 2).copy()
    y = values[window:, 0].copy()
    return (x[:-test_days], y[:-test_days]), (x[-test_days:], y[-test_days:])


def load_series(window: int | None = None, horizon: int = 1, test_days: int = 365) -> Dataset:
    """The mean temperature `horizon` days after `window` (default: 30) days, seen with the time of the year.

    Shapes: x (n, window, 5) float32: temperature, winds, and the time of the year as a point of the unit circle; y (n,).
    Raises: as `load_data`.
    """
    days, values = load_csv()
    steps = Steps(values, days.astype("datetime64[s]"), COLUMNS, "day")
    return series_dataset(
        "weather",
        steps,
        COLUMNS[0],
        window=30 if window is None else window,
        horizon=horizon,
        test=test_days,
        description="ten years of weather at a Korean station",
        licence="Korea Meteorological Administration; no licence is stated",
    )


def load_csv(path: str | os.PathLike[str] = "weather_cp949.csv") -> tuple[np.ndarray, np.ndarray]:
    """The days, and the three columns of each.

    Shapes: days (n,) datetime64[D], values (n, 3) float32.
    """
    is_file = os.path.isfile(path)
    file = path if is_file else need_local("weather", os.fspath(path), source="https://github.com/dknife/ML")
    table = read(file)
    if table.names[1:] != tuple(_HEADER) or table.columns[0].kind != "date":
        raise FileFormatError(
            "this is another table",
            who=str(file),
            expected=f"a date, {', '.join(_HEADER)}",
            got=", ".join(table.names),
            fix="pass the path of weather_cp949.csv",
        )
    days = np.array(table.arrow.column(0).to_pylist(), "datetime64[D]")
    gaps = np.flatnonzero(np.diff(days) != np.timedelta64(1, "D"))
    if len(gaps):
        raise FileFormatError(
            "days are left out",
            who=str(file),
            expected="every day once",
            got=f"a gap after {days[gaps[0]]}",
            fix=f"add a row for {days[gaps[0]] + 1}: empty cells are filled with the day before",
        )
    values = np.array([table.arrow.column(name).to_pylist() for name in _HEADER], np.float64).T
    if np.isnan(values[0]).any():
        raise DataError("the first day has a gap, and there is no day before it", who=str(file), fix="leave it out")
    for day in range(1, len(values)):
        values[day] = np.where(np.isnan(values[day]), values[day - 1], values[day])
    return days, values.astype(np.float32)
