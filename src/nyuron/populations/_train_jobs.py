"""Train jobs of any structure: those of one structure in one program, all devices at work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, wait
from typing import Any

from nyuron.populations._member import Job
from nyuron.populations._optimizers import all_joined
from nyuron.populations._plan import plan_members
from nyuron.train import Crew, Group, Trained


def train_jobs(
    jobs: Sequence[Job],
    *,
    side_by_side: int | None = None,
    on_end: Callable[[Trained], None] | None = None,
) -> list[Trained]:
    """What each job leaves, in their order."""
    return train_until(jobs, None, side_by_side=side_by_side, on_end=on_end)  # type: ignore[return-value]


def train_until(
    jobs: Sequence[Job],
    stops: Callable[[], bool] | None,
    *,
    side_by_side: int | None = None,
    on_end: Callable[[Trained], None] | None = None,
) -> list[Trained | None]:
    """What each job leaves, in their order; when `stops()` says so those under way leave what they have learned until then,
    and those that were not begun None.
    """
    jobs = all_joined(jobs)
    places: dict[object, list[int]] = {}
    for i, job in enumerate(jobs):
        places.setdefault(job.signature, []).append(i)
    widths = {
        name: min(plan_members(jobs[alike[0]], side_by_side).width, 1 << (len(alike) - 1).bit_length())
        for name, alike in places.items()
    }
    parts = [alike[i : i + widths[name]] for name, alike in places.items() for i in range(0, len(alike), widths[name])]
    # In the order of the members, whatever their structures.
    parts.sort(key=lambda part: part[0])
    results: list[Trained | None] = [None] * len(jobs)

    def collect(future: Any, part: list[int]) -> None:
        members = [(group, k) for group in future.result() for k in range(len(group.members))]
        for i, (group, k) in zip(part, members, strict=True):
            results[i] = trained = group.trained(k)
            if on_end is not None:
                on_end(trained)

    with Crew() as crew:
        waiting = {}
        for part in parts:
            first = jobs[part[0]]
            group = Group([jobs[i].member for i in part], first.settings, widths[first.signature])
            waiting[crew.train(group, first.ground)] = part
        while waiting:
            for future in wait(waiting, timeout=0.1 if stops else None, return_when=FIRST_COMPLETED).done:
                collect(future, waiting.pop(future))
            if stops is not None and stops():
                crew.cancel()
                break
    for future, part in waiting.items():
        if not future.cancelled():
            collect(future, part)
    return results
