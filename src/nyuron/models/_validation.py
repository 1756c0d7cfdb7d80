"""The data that a fit checks itself on."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import numpy as np

from nyuron.core import ArgumentError, DataError
from nyuron.data import is_batched_source
from nyuron.models import _arrays as arrays
from nyuron.models._prepare import prepare, prepared_batches
from nyuron.train import Batch, Settings, array_chunks, gathered

Chunks = Callable[[], Iterator[Any]]
"""Begins a pass through the validation data."""


def validation_of(model: Any, data: Any, steps: int | None, settings: Settings, who: str) -> Batch | Chunks:
    """Arrays, or what begins a pass; `steps` batches of them if not None.

    Raises: ArgumentError for anything else than (x, y), (x, y, sample_weight) or a source of batches.
    """
    if is_batched_source(data):
        if hasattr(data, "__next__"):
            return Once(prepared_batches(model, data, None, who), steps, who)
        return lambda: gathered(_limited(prepared_batches(model, data, None, who), steps, who))
    if not isinstance(data, list | tuple) or len(data) not in (2, 3):
        raise ArgumentError(
            "validation_data must be a pair",
            who=who,
            expected="(x, y), (x, y, sample_weight) or a source of batches",
            got=type(data).__name__,
            fix="validation_data=(x_val, y_val)",
        )
    found = prepare(model, data[0], data[1], data[2] if len(data) == 3 else None, None, f"{who}(validation_data)")
    return found if steps is None else arrays.split_rows(found, steps * settings.validation_batch_size)[0]


class Once:
    """Passes through a generator, which cannot begin again.

    Without `steps` its batches are kept for all passes. With them each pass draws the next ones; when they run out, the
    last whole pass is repeated.
    """

    def __init__(self, batches: Iterator[Batch], steps: int | None, who: str) -> None:
        self._batches, self._steps, self._who = batches, steps, who
        self._kept: list[Batch] = []
        self._is_over = False

    def __call__(self) -> Iterator[Any]:
        if not self._is_over:
            drawn = list(islice(self._batches, self._steps))
            self._is_over = self._steps is None or len(drawn) < self._steps
            if self._is_over and self._steps is not None:
                warn_short(f"{self._who}(validation_data)", "`validation_steps` batches for each validation")
            if len(drawn) >= len(self._kept):
                self._kept = drawn
        if not self._kept:
            raise DataError(
                "the source gave no batch",
                who=f"{self._who}(validation_data)",
                expected="at least one",
                got="nothing",
                fix="a new generator, as one that has run out gives nothing; or arrays, or a DataLoader",
            )
        return gathered(self._kept)


def _limited(batches: Iterator[Batch], steps: int | None, who: str) -> Iterator[Batch]:
    count = 0
    for batch in islice(batches, steps):
        count += 1
        yield batch
    if steps is not None and count < steps:
        warn_short(f"{who}(validation_data)", "`validation_steps` batches")


def warn_short(who: str, wanted: str) -> None:
    """Warn of a source that gave less than it should."""
    warnings.warn(
        f"{who}: your input ran out of data\n"
        f"  expected: {wanted}\n"
        "  fix:      a source that can begin again (a function that returns a generator, a PyDataset, "
        "dataset.repeat()), or fewer steps",
        stacklevel=6,
    )


def chunks_of_arrays(batch: Batch, settings: Settings) -> Chunks:
    """Passes through arrays, a part of them at a time on the device."""
    chunks = array_chunks(batch, settings.validation_batch_size, 65536, 0, False)
    return lambda: chunks(0)


def split_off(batch: Batch, fraction: float, rows: int, who: str) -> tuple[Batch, Batch]:
    """The last `fraction` of the rows, as they lie, apart from those before."""
    at = int(np.floor(rows * (1.0 - fraction)))
    if not 0 < fraction < 1 or at == 0 or at == rows:
        raise ArgumentError(
            "validation_split leaves one part empty",
            who=who,
            expected="a share between 0 and 1 that leaves rows in both parts",
            got=f"{fraction} of {rows} rows",
            fix="validation_split=0.2",
        )
    y = np.asarray(batch[1][0])
    if y.ndim == 1 or y.shape[-1] == 1:
        flat = y.reshape(-1)
        steps = np.diff(flat)
        if rows > 20 and flat[0] != flat[-1] and ((steps >= 0).all() or (steps <= 0).all()):
            warnings.warn(
                f"{who}: the targets are sorted, so the last {fraction:.0%}, which validation_split takes, is no sample of them\n"
                "  fix: shuffle the rows first, or pass validation_data",
                stacklevel=5,
            )
    return arrays.split_rows(batch, at)
