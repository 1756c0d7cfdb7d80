"""Jobs of one network with different optimizers train in one program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import jax

from nyuron.core import replace as with_fields
from nyuron.populations._member import Job
from nyuron.train import can_be_one_of, packing_of, with_one_of

MOST = 4
"""Kinds of optimizers in one program: each adds its state to every member's, and its update to what is compiled."""


class Optimizers:
    """The kinds of optimizers that have been met, and jobs that take theirs from all of them.

    Two are of one kind where they differ in numbers only. What a job leaves is the same to the bit.
    """

    def __init__(self) -> None:
        self._met: dict[Any, dict[Any, Any]] = {}

    def note(self, job: Job, among: Any = None) -> None:
        """Let jobs `among` the same ones choose this one's optimizer too."""
        task = job.member.task
        if can_be_one_of(task):
            self._met.setdefault((among, _is_packed(job)), {}).setdefault(
                jax.tree.structure(task.optimizer), task.optimizer
            )

    def joined(self, job: Job, among: Any = None) -> Job:
        """The job in the program that it shares with those that were noted; as it is where there is nothing to share."""
        met, task = self._met.get((among, _is_packed(job)), {}), job.member.task
        if (
            not 1 < len(met) <= MOST
            or job.member.optimizer is not None
            or jax.tree.structure(task.optimizer) not in met
        ):
            return job
        return replace(job, member=job.member._replace(task=with_one_of(task, tuple(met.values()))))


def all_joined(jobs: Sequence[Job]) -> Sequence[Job]:
    """The jobs, those of one form in one program."""
    if len({jax.tree.structure(job.member.task.optimizer) for job in jobs}) < 2:
        return jobs
    optimizers, forms = Optimizers(), [form_of(job) for job in jobs]
    for job, form in zip(jobs, forms, strict=True):
        optimizers.note(job, form)
    return [optimizers.joined(job, form) for job, form in zip(jobs, forms, strict=True)]


def _is_packed(job: Job) -> bool:
    """Whether our machine code trains the job alone: together with those that XLA trains it would be rounded otherwise."""
    return packing_of(job.member.task, job.ground.data, job.settings.batch_size) is not None


def form_of(job: Job) -> Any:
    """What the program of a job depends on, its optimizer apart."""
    member = job.member
    plain = replace(job, member=member._replace(task=with_fields(member.task, optimizer=None)))
    return plain.signature
