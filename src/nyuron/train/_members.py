"""Many runs at once: each device takes runs from one queue, and trains one after another or several side by side."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, wait
from typing import Any, NamedTuple

import jax
import numpy as np

from nyuron.core import ArgumentError, Params, State
from nyuron.train._crew import Crew
from nyuron.train._group import Ground, Group, Member, Trained
from nyuron.train._run import Settings
from nyuron.train._stopping import StoppingRule
from nyuron.train._task import Batch, Task

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
    members = [
        Member(
            task,
            *weights[i],
            rule=None if rules is None else rules[i],
            seed=settings.seed if seeds is None else seeds[i],
            number=0 if numbers is None else numbers[i],
            rows=None if rows is None else rows[i],
            validation_rows=None if validation_rows is None else validation_rows[i],
        )
        for i, task in enumerate(tasks)
    ]
    trained = train_all(members, Ground(data, validation), settings, side_by_side=side_by_side, devices=devices)
    length = settings.epochs - settings.initial_epoch
    return Members(
        stack([t.params for t in trained]),
        stack([t.layers for t in trained]),
        np.array([t.status for t in trained]),
        np.array([t.epochs for t in trained]),
        tuple(
            np.stack([_padded(a, length) for a in figure]) for figure in zip(*(t.logs for t in trained), strict=True)
        ),
    )


def train_all(
    members: Sequence[Member],
    ground: Ground,
    settings: Settings,
    *,
    side_by_side: int | None = None,
    devices: Sequence[Any] | None = None,
) -> list[Trained]:
    """What each member of one structure leaves, in their order."""
    width = side_by_side or lanes_for(devices)
    groups = [Group(members[i : i + width], settings, width) for i in range(0, len(members), width)]
    with Crew(devices) as crew:
        futures = [crew.train(group, ground) for group in groups]
        wait(futures, return_when=FIRST_EXCEPTION)
        done = [group for future in futures for group in future.result()]
    return [group.trained(place) for group in done for place in range(len(group.members))]


def lanes_for(devices: Sequence[Any] | None = None) -> int:
    """How many members a device trains together, unless told otherwise."""
    return 1 if (devices or jax.devices())[0].platform == "cpu" else SIDE_BY_SIDE


def _padded(figure: np.ndarray, epochs: int) -> np.ndarray:
    missing = epochs - len(figure)
    return np.pad(figure, [(0, missing), *[(0, 0)] * (figure.ndim - 1)], constant_values=np.nan) if missing else figure


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
