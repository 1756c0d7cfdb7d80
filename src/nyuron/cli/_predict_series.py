"""The windows of a series that a run is asked to continue."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from nyuron.cli._forecast import moments
from nyuron.core import DataError
from nyuron.data import read, steps_of, windowed


class Windows(NamedTuple):
    """Windows, the times that are predicted, and the truth where the file has it (NaN elsewhere)."""

    x: np.ndarray
    times: list[str]
    truth: np.ndarray


def windows_from(source: str, about: dict[str, Any]) -> Windows:
    """Every whole window of a file's series; the last ones end before what is not known yet.

    Raises: DataError for a file that has no whole window.
    """
    asked, table = about["series"], read(source)
    steps = steps_of(table, asked["columns"], asked["time"], drops=True)
    window, horizon = asked["window"], asked["horizon"]
    firsts = steps.windows(window, 0)
    if not len(firsts):
        raise DataError(
            "there is no whole window",
            who=source,
            expected=f"{window} steps without a gap",
            got=f"{len(steps.values)} complete rows of {len(table)}",
            fix=f"give at least the last {window} rows before what is to be predicted",
        )
    ends = firsts + window - 1
    truth = np.full(len(firsts), np.nan)
    known = np.isin(firsts, steps.windows(window, horizon))
    truth[known] = steps.values[ends[known] + horizon, asked["columns"].index(about["target"])]
    times = steps.times[ends] + (horizon * steps.stride if len(steps.times) > 1 else 0)
    times[known] = steps.times[ends[known] + horizon]
    return Windows(windowed(steps.with_seasons(asked["seasons"]), firsts, window), moments(times), truth)
