"""Many runs at once: each device takes runs from one queue, and trains one after another or several side by side."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import Any, NamedTuple

import jax
import numpy as np

from nyuron.core import ArgumentError, Params, State
from nyuron.train._group import Group, Shared
from nyuron.train._run import Settings
from nyuron.train._stopping import StoppingRule
from nyuron.train._task import Batch, Task, numbers_as_arrays

SIDE_BY_SIDE = 64
"""Members that an accelerator trains together, unless told otherwise. A core trains one at a time: a batch of small
matrix products is no faster there than one after another, and several members' weights fall out of its cache."""


class Members(NamedTuple):
    """What a population of runs leaves; every array has the members first."""

    params: Params
    layers: State
    status: np.ndarray
    epochs: np.ndarray
    """How many epochs each member trained."""
    logs: tuple[Any, ...]
    """One array a figure, (members, epochs), training before validation; NaN after a member's last epoch."""


def stack(trees: Sequence[Any]) -> Any:
    """Trees of equal structure as one tree of arrays with the members first."""
    return jax.tree.map(lambda *leaves: np.stack([np.asarray(leaf) for leaf in leaves]), *trees)


def train_members(
    tasks: Sequence[Task],
    weights: Sequence[tuple[Params, Params, State]],
    data: Batch,
    settings: Settings,
    *,
    rules: Sequence[StoppingRule] | None = None,
    validation: Batch | None = None,
    rows: np.ndarray | None = None,
    validation_rows: np.ndarray | None = None,
    numbers: Sequence[int] | None = None,
    seeds: Sequence[int] | None = None,
    side_by_side: int | None = None,
    devices: Sequence[Any] | None = None,
) -> Members:
    """Train one member per task; each ends as `Run` alone with the same seed would.

    With `side_by_side=1`, what a CPU does unless told otherwise, to the same bits, on any number of devices; else up to
    the rounding of a batched matrix product.

    `tasks` and `rules` must have one structure (their numbers may differ). `weights` are (params, frozen, layers) of
    each member. `rows` and `validation_rows` (members, n) give each member its own subset of the shared data (folds,
    bootstraps). Member `i` takes part in the random numbers as `numbers[i]` (default 0, as a run alone), under
    `seeds[i]` (default `settings.seed`).

    Raises: ArgumentError if the tasks differ in structure.
    """
    _check_alike(tasks)
    devices = list(devices or jax.devices())
    count = len(tasks)
    width = side_by_side or (1 if devices[0].platform == "cpu" else SIDE_BY_SIDE)
    numbers = list(numbers) if numbers is not None else [0] * count
    seeds = list(seeds) if seeds is not None else [settings.seed] * count
    tasks = _once(numbers_as_arrays, tasks)
    rules = None if rules is None else _once(numbers_as_arrays, rules)
    groups = []
    for start in range(0, count, width):
        # A last group that is not full is filled up, so that it is no program of its own.
        chosen = [min(i, count - 1) for i in range(start, start + width)]
        groups.append(
            Group(
                tasks=[tasks[i] for i in chosen],
                weights=[weights[i] for i in chosen],
                rules=None if rules is None else [rules[i] for i in chosen],
                numbers=[numbers[i] for i in chosen],
                seeds=[seeds[i] for i in chosen],
                rows=None if rows is None else rows[np.asarray(chosen)],
                validation_rows=None if validation_rows is None else validation_rows[np.asarray(chosen)],
            )
        )
    shared = {device: Shared.on(device, data, validation) for device in devices[: len(groups)]}
    parts = _shared_out(groups, shared, settings)
    return jax.tree.map(lambda *a: np.concatenate(a)[:count], *[Members(*part) for part in parts])


def _shared_out(groups: list[Group], shared: dict[Any, Shared], settings: Settings) -> list[Any]:
    """The groups' results in their order; each device's thread takes the next group that is left."""
    results: list[Any] = [None] * len(groups)
    queue, lock, is_cancelled = iter(range(len(groups))), threading.Lock(), threading.Event()

    def work(device: Any) -> None:
        with jax.default_device(device):
            while not is_cancelled.is_set():
                with lock:
                    place = next(queue, None)
                if place is None:
                    return
                results[place] = groups[place].train(shared[device], settings, is_cancelled)

    with ThreadPoolExecutor(len(shared), thread_name_prefix="nyuron-member") as pool:
        futures = [pool.submit(work, device) for device in shared]
        try:
            wait(futures, return_when=FIRST_EXCEPTION)
        finally:
            # Reached by an exception or Ctrl-C too: then no member begins another stretch.
            is_cancelled.set()
        for future in futures:
            future.result()
    return results


def _once(function: Any, values: Sequence[Any]) -> list[Any]:
    """The function's results, computed once for values that are the same object."""
    found: dict[int, Any] = {}
    return [found[id(v)] if id(v) in found else found.setdefault(id(v), function(v)) for v in values]


def _check_alike(tasks: Sequence[Task]) -> None:
    first = jax.tree.structure(tasks[0])
    for i, task in enumerate(tasks):
        if task is not tasks[0] and jax.tree.structure(task) != first:
            raise ArgumentError(
                "members that train together must have one structure",
                who="train_members",
                expected="tasks that differ in numbers only",
                got=f"task {i} has other layers, losses, metrics or options than task 0",
                fix="group the tasks by structure, and train each group",
            )
