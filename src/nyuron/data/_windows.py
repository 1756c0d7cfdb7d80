"""Windows of a series."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from nyuron.core import ArgumentError, DataError, next_seed
from nyuron.data._arrays import as_arrays
from nyuron.data._batched import Batched

_WHO = "timeseries_dataset_from_array()"


def timeseries_dataset_from_array(
    data: Any,
    targets: Any,
    sequence_length: int,
    sequence_stride: int = 1,
    sampling_rate: int = 1,
    batch_size: int = 128,
    shuffle: bool = False,
    seed: int | None = None,
    start_index: int | None = None,
    end_index: int | None = None,
    format: str = "tf",
) -> Batched:
    """Windows of `sequence_length` steps of a series as batches, each with a target.

    `targets[i]` belongs to the window that begins at step i: to predict what comes after a window, pass ``targets =
    series[sequence_length * sampling_rate :]``; targets=None gives x alone. Windows begin `sequence_stride` steps
    apart; the steps in a window are `sampling_rate` apart. Only the steps from `start_index` to `end_index` (not
    included) are used. With `shuffle` each pass has an order of its own.

    Differs from Keras: gives an object of ours, and `format` changes nothing; a series too short for one window is an
    error.

    Shapes: data (steps, …) -> x (batch, sequence_length, …), y (batch, …).
    Raises: ArgumentError for lengths and places that cannot be used; DataError if there is no whole window.
    Source: keras.utils.timeseries_dataset_from_array.
    Example:
        >>> x, y = next(iter(timeseries_dataset_from_array(np.arange(6), np.arange(6)[3:], sequence_length=3)))
        >>> x.tolist(), y.tolist()
        ([[0, 1, 2], [1, 2, 3], [2, 3, 4]], [3, 4, 5])
    """
    del format
    series = np.asarray(as_arrays(data, "data"))
    wanted: Any = None if targets is None else np.asarray(as_arrays(targets, "targets"))
    steps = len(series)
    counts = {
        "sequence_length": sequence_length,
        "sequence_stride": sequence_stride,
        "sampling_rate": sampling_rate,
        "batch_size": batch_size,
    }
    for name, value in counts.items():
        if not isinstance(value, int | np.integer) or value < 1:
            raise ArgumentError(
                f"{name} cannot be used",
                who=_WHO,
                expected="1 or more",
                got=repr(value),
                fix=f"{name}={32 if name == 'batch_size' else 1}",
            )
    start, end = start_index or 0, steps if end_index is None else end_index
    if not 0 <= start < end <= steps:
        raise ArgumentError(
            "the places cannot be used",
            who=_WHO,
            expected=f"0 ≤ start_index < end_index ≤ {steps}",
            got=f"{start_index}, {end_index}",
            fix=f"start_index=0, end_index={steps}, or leave both out: the whole series"
            if steps
            else "pass a series with steps",
        )
    count = end - start - (sequence_length - 1) * sampling_rate
    if wanted is not None:
        wanted = wanted[start:end]
        count = min(count, len(wanted))
    if count < 1:
        raise DataError(
            "the series is too short for a window",
            who=_WHO,
            expected=f"at least {(sequence_length - 1) * sampling_rate + 1} steps, and a target",
            got=f"{end - start} steps" + ("" if wanted is None else f", {len(wanted)} targets"),
            fix="a smaller sequence_length",
        )
    firsts = np.arange(0, count, sequence_stride)
    inside = np.arange(sequence_length) * sampling_rate + start
    seed = int(next_seed()) % 2**31 if shuffle and seed is None else seed
    passes = [0]

    def begin() -> Iterator[Any]:
        order = firsts
        if shuffle:
            order = np.random.default_rng((int(seed or 0), passes[0])).permutation(firsts)
            passes[0] += 1
        return _batches(order)

    def _batches(order: np.ndarray) -> Iterator[Any]:
        for at in range(0, len(order), batch_size):
            chosen = order[at : at + batch_size]
            x = series[chosen[:, None] + inside]
            yield x if wanted is None else (x, wanted[chosen])

    return Batched(begin, -(-len(firsts) // batch_size), batch_size)
