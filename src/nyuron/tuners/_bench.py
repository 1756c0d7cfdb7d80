"""What every method of search works with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from nyuron.populations import Job, MemberPlan, plan_members
from nyuron.train import Crew
from nyuron.tuners._ledger import Asked, Ledger
from nyuron.tuners._search import Search
from nyuron.tuners._trial import TrialRecord
from nyuron.tuners._trials import Ended, Trials

Told = Callable[[TrialRecord, Search], None]


@dataclass
class Open:
    """A trial that is under way."""

    asked: Asked
    seeds: tuple[int, ...]
    jobs: list[Job] = field(default_factory=list)
    ended: dict[int, Ended] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """What the executions that ended took."""
        return float(sum(one.trained.seconds for one in self.ended.values()))

    def ended_in_order(self) -> list[Ended]:
        """What the executions left."""
        return [self.ended[i] for i in sorted(self.ended)]


@dataclass(frozen=True)
class Bench:
    """Where trials come from, how they are made, where they train, and who is told."""

    ledger: Ledger
    trials: Trials
    search: Search
    crew: Crew
    side_by_side: int | None
    """How many members the user wants a device to train side by side; None for what the plan says."""
    stops: Callable[[], str | None]
    """Why the search is to stop now, or None."""
    on_told: Told | None = None
    plans: dict[Any, MemberPlan] = field(default_factory=dict)
    """Those of the structures so far."""

    def plan(self, job: Job) -> MemberPlan:
        """How trials of this structure train; noted in the search."""
        name = job.signature
        if name not in self.plans:
            self.plans[name] = plan_members(job, self.side_by_side)
        return self.plans[name]

    def tell(self, record: TrialRecord, ended: Sequence[Ended] = ()) -> None:
        """Note what came of a trial."""
        self.ledger.tell(record.number, record)
        self.search._take(record, ended)
        if self.on_told is not None:
            self.on_told(record, self.search)
