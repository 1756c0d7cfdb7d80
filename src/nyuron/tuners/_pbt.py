"""Population-based training: the worst go on from the weights of the best, with other hyperparameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax
import numpy as np

from nyuron.core import ArgumentError
from nyuron.models._prepare import task_for
from nyuron.tuners._bench import Bench
from nyuron.tuners._cohort import Cohort
from nyuron.tuners._hyperparameter import HyperParameter
from nyuron.tuners._ledger import WAIT


class PopulationBasedTraining:
    """The schedule of population-based training.

    All trials train side by side; every `interval` epochs (default a tenth of all) the worst `quantile` of them take over
    weights and optimizer state of one of the best (of the same structure), and its hyperparameters, each number of which
    is then multiplied by 0.8 or 1.2, or with probability `resample` drawn anew. What shapes the network stays.

    A trial's record has the hyperparameters with which it began; its notes say what was changed when.

    Source: Jaderberg et al. 2017.
    """

    def __init__(
        self, bench: Bench, *, interval: int | None = None, quantile: float = 0.25, resample: float = 0.25
    ) -> None:
        self.bench = bench
        self.epochs = bench.trials.settings.epochs
        self.interval = interval or max(1, self.epochs // 10)
        self.quantile, self.resample = quantile, resample
        if not 0 < quantile <= 0.5 or not 0 <= resample <= 1 or self.interval < 1:
            raise ArgumentError(
                "population-based training cannot work so",
                who="tune(method='pbt')",
                expected="interval ≥ 1, 0 < quantile ≤ 0.5, 0 ≤ resample ≤ 1",
                got=f"interval={self.interval}, quantile={quantile}, resample={resample}",
                fix="quantile=0.25, resample=0.25",
            )
        self._random = np.random.default_rng(np.random.SeedSequence([bench.search.settings["seed"], 0x9B7]))
        self._structural: set[str] = set()

    def run(self) -> None:
        """Train the whole population to its end."""
        asked = []
        while (one := self.bench.ledger.ask()) is not None and one is not WAIT:
            asked.append(one)
        cohort = Cohort(self.bench, asked)
        now = {number: dict(trial.asked.values) for number, trial in cohort.open.items()}
        changes: dict[int, list[Any]] = {number: [] for number in now}
        for epoch in range(self.interval, self.epochs + self.interval, self.interval):
            if not cohort.train(min(epoch, self.epochs)):
                return
            if epoch < self.epochs:
                self._evolve(cohort, now, changes, epoch)
        for number in sorted(cohort.open):
            cohort.end(number, changes=changes[number])

    def _evolve(
        self, cohort: Cohort, now: dict[int, dict[str, Any]], changes: dict[int, list[Any]], epoch: int
    ) -> None:
        values = self._latest(cohort)
        order = sorted(values, key=lambda number: (values[number], number))
        count = int(len(order) * self.quantile)
        for number in order[len(order) - count :]:
            group, place = cohort.place(number)
            alike = [n for n in order[:count] if self._is_alike(cohort, n, number)]
            if not alike:
                continue
            source = alike[int(self._random.integers(len(alike)))]
            changed = self._explored(now[source])
            task = self._task(cohort, number, changed)
            group.copy_weights(place, *cohort.place(source))
            group.change(place, task)
            now[number] = changed
            changes[number].append([epoch, source, changed])

    def _latest(self, cohort: Cohort) -> dict[int, float]:
        """The objective at the last epoch, less being better."""
        made, found = self.bench.trials, {}
        for number, trial in cohort.open.items():
            job = trial.jobs[0]
            names = [*job.names, *(f"val_{name}" for name in job.names)]
            group, place = cohort.place(number)
            logs = group.logs(place)
            value = (
                float(logs[names.index(made.objective)][-1]) * -(made.sign or -1) if logs and len(logs[0]) else np.inf
            )
            found[number] = value if np.isfinite(value) else np.inf
        return found

    def _is_alike(self, cohort: Cohort, one: int, other: int) -> bool:
        a, b = (cohort.open[n].jobs[0] for n in (one, other))
        return one != other and a.signature == b.signature

    def _task(self, cohort: Cohort, number: int, values: dict[str, Any]) -> Any:
        """The description with these values; what would change the structure is put back."""
        trial = cohort.open[number]
        job, made = trial.jobs[0], self.bench.trials
        # What shapes the network is the trial's own.
        own = trial.asked.values
        for name in self._structural | {n for n in values if not self._is_number(n)}:
            values[name] = own[name]
        task = self._made(made, job, values)
        if jax.tree.structure(task) == jax.tree.structure(job.member.task):
            return task
        for name in [n for n in values if values[n] != own[n]]:
            trying = {**own, name: values[name]}
            if jax.tree.structure(self._made(made, job, trying)) != jax.tree.structure(job.member.task):
                self._structural.add(name)
        for name in self._structural:
            values[name] = own[name]
        return self._made(made, job, values)

    def _made(self, made: Any, job: Any, values: Mapping[str, Any]) -> Any:
        seat = made.seat(values, job.seat.seed)
        if seat.model.network is None:
            seat.build_for(*(entry.shape for entry in job.seat.model.graph.inputs))
        return task_for(seat.model, job.ground.data[1])[0]

    def _is_number(self, name: str) -> bool:
        return name != "batch_size" and self._found(name).kind in ("int", "float")

    def _found(self, name: str) -> HyperParameter:
        return next(one for one in self.bench.search.space if one.name == name)

    def _explored(self, values: Mapping[str, Any]) -> dict[str, Any]:
        changed = dict(values)
        anew = self.bench.search.space.sample(self._random)
        for name in values:
            if name in self._structural or not self._is_number(name):
                continue
            found = self._found(name)
            if self._random.random() < self.resample and name in anew:
                changed[name] = anew[name]
                continue
            value = values[name] * (0.8 if self._random.random() < 0.5 else 1.2)
            value = min(max(value, found.low), found.high)
            changed[name] = round(value) if found.kind == "int" else value
        return changed
