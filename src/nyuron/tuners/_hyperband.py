"""Hyperband: many trials for few epochs, the best of them for more."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nyuron.core import ArgumentError
from nyuron.tuners._bench import Bench
from nyuron.tuners._cohort import Cohort
from nyuron.tuners._ledger import WAIT
from nyuron.tuners._trial import PRUNED
from nyuron.tuners._trials import Trials


@dataclass(frozen=True)
class Rung:
    """So many trials train to this epoch."""

    trials: int
    epochs: int


def brackets(max_epochs: int, factor: int) -> list[list[Rung]]:
    """The rungs of each bracket, the one with the most trials first.

    With s_max = ⌊log_η R⌋, bracket s begins with ⌈(s_max+1) ηˢ/(s+1)⌉ trials for ⌈R/ηˢ⌉ epochs; after each rung the best
    1/η go on for η times as long.

    Source: Li et al. 2018, algorithm 1; keras_tuner.Hyperband.
    Example:
        >>> [[(r.trials, r.epochs) for r in bracket] for bracket in brackets(9, 3)]
        [[(9, 1), (3, 3), (1, 9)], [(5, 3), (2, 9)], [(3, 9)]]
    """
    most = 0
    while factor ** (most + 1) <= max_epochs:
        most += 1

    def size(bracket: int, rung: int) -> int:
        return math.ceil((most + 1) * factor ** (bracket - rung) / (bracket + 1))

    return [
        [Rung(size(s, i), math.ceil(max_epochs / factor ** (s - i))) for i in range(s + 1)] for s in range(most, -1, -1)
    ]


@dataclass(frozen=True)
class Schedule:
    """`max_epochs` is what the best trials get (default: the fit's epochs), `factor` how many are left after each rung
    of so many, `hyperband_iterations` how often all brackets are run.
    """

    max_epochs: int
    factor: int = 3
    hyperband_iterations: int = 1

    @classmethod
    def of(cls, trials: Trials, given: Mapping[str, Any]) -> Schedule:
        """What the user said.

        Raises: ArgumentError for what is no schedule.
        """
        unknown = [name for name in given if name not in ("max_epochs", "factor", "hyperband_iterations")]
        schedule = None if unknown else cls(**{"max_epochs": trials.settings.epochs, **given})
        if schedule is None or min(schedule.max_epochs, schedule.factor - 1, schedule.hyperband_iterations) < 1:
            raise ArgumentError(
                "hyperband needs numbers of epochs, rungs and rounds",
                who="tune(method='hyperband')",
                expected="max_epochs ≥ 1, factor ≥ 2, hyperband_iterations ≥ 1",
                got=", ".join(f"{name}={value!r}" for name, value in given.items()),
                fix="max_epochs=81, factor=3",
            )
        return schedule

    @property
    def brackets(self) -> list[list[Rung]]:
        return brackets(self.max_epochs, self.factor) * self.hyperband_iterations

    @property
    def count(self) -> int:
        """Trials in all brackets."""
        return sum(rungs[0].trials for rungs in self.brackets)


class Hyperband:
    """A search by hyperband: a trial goes on from where it was, nothing is trained twice."""

    def __init__(self, bench: Bench, schedule: Schedule) -> None:
        self.bench, self.schedule = bench, schedule

    def run(self) -> None:
        """Run every bracket that is not over."""
        for number, rungs in enumerate(self.schedule.brackets):
            over = [t for t in self.bench.search.trials if t.notes.get("bracket") == number]
            if len(over) < rungs[0].trials and not self._run(number, rungs, len(over)):
                return

    def _run(self, bracket: int, rungs: list[Rung], over: int) -> bool:
        asked = []
        for _ in range(rungs[0].trials - over):
            one = self.bench.ledger.ask()
            if one is None or one is WAIT:
                break
            asked.append(one)
        cohort = Cohort(self.bench, asked, self.schedule.max_epochs)
        for i, rung in enumerate(rungs):
            if not cohort.train(rung.epochs):
                return False
            if not cohort.open:
                break
            keep = rungs[i + 1].trials if i + 1 < len(rungs) else 0
            values = cohort.values()
            order = sorted(values, key=lambda number: (values[number], number))
            for number in sorted(order[keep:]):
                cohort.end(number, **({"state": PRUNED} if keep else {}), bracket=bracket, rung=i)
        return bool(asked) or over > 0
