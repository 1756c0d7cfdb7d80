"""Trials that train together, a stretch of epochs at a time, and are compared after each."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, wait
from dataclasses import replace
from typing import Any

from nyuron.populations import best_value, history_of
from nyuron.train import STOPPED, Group
from nyuron.tuners._bench import Bench, Open
from nyuron.tuners._ledger import Asked
from nyuron.tuners._trial import COMPLETE, PRUNED
from nyuron.tuners._trials import ObjectiveError, failed


class Cohort:
    """Trials that are under way together; each stays where it is until `train` takes all of them on."""

    def __init__(self, bench: Bench, asked: Iterable[Asked], epochs: int | None = None) -> None:
        self.bench, self.epochs = bench, epochs
        self.open: dict[int, Open] = {}
        self._groups: list[tuple[Group, list[tuple[int, int]]]] = []
        for one in asked:
            # A cohort may be of thousands, and each takes its time to make.
            if bench.stops() is not None:
                break
            self._begin(one)
        self._form()

    def _begin(self, asked: Asked) -> None:
        trial, made = Open(asked, asked.seeds), self.bench.trials
        try:
            settings = made.settings_for(asked.values)
            settings = settings if self.epochs is None else replace(settings, epochs=self.epochs)
            trial.jobs = made.jobs(asked.values, trial.seeds, settings)
        except ObjectiveError:
            raise
        except Exception as error:
            self.bench.tell(failed(asked.number, asked.values, trial.seeds, error, trial.seconds))
            return
        self.open[asked.number] = trial

    def _form(self) -> None:
        alike: dict[Any, list[tuple[int, int]]] = {}
        for number, trial in self.open.items():
            for i, job in enumerate(trial.jobs):
                alike.setdefault(job.signature, []).append((number, i))
        for entries in alike.values():
            number, i = entries[0]
            width = self.bench.plan(self.open[number].jobs[i]).width
            for start in range(0, len(entries), width):
                part = entries[start : start + width]
                jobs = [self.open[number].jobs[i] for number, i in part]
                group = Group([job.member for job in jobs], jobs[0].settings, 1 << (len(jobs) - 1).bit_length())
                self._groups.append((group, part))

    def train(self, until: int) -> bool:
        """Train all to epoch `until`; False when the search is to stop before that."""
        waiting = {}
        self.bench.search.stopped = self.bench.stops()
        if self.bench.search.stopped is not None:
            return False
        for group, entries in self._groups:
            number, i = entries[0]
            if any(n in self.open for n, _ in entries):
                job = (self.open.get(number) or next(self.open[n] for n, _ in entries if n in self.open)).jobs[i]
                waiting[self.bench.crew.train(group, job.ground, until)] = entries
        self._groups = []
        while waiting:
            self.bench.search.in_flight = len(self.open)
            self.bench.search.stopped = self.bench.stops()
            if self.bench.search.stopped is not None:
                return False
            for future in wait(waiting, timeout=0.1, return_when=FIRST_COMPLETED).done:
                self._collect(future, waiting.pop(future))
        return True

    def _collect(self, future: Any, entries: list[tuple[int, int]]) -> None:
        error = future.exception()
        if error is not None:
            for number in dict.fromkeys(n for n, _ in entries):
                trial = self.open.pop(number, None)
                if trial is not None:
                    self.bench.tell(failed(number, trial.asked.values, trial.seeds, error, trial.seconds))
            return
        start = 0
        for group in future.result():
            count = len(group.members)
            self._groups.append((group, entries[start : start + count]))
            start += count

    def place(self, number: int, execution: int = 0) -> tuple[Group, int]:
        """Where a trial's member is."""
        for group, entries in self._groups:
            if (number, execution) in entries:
                return group, entries.index((number, execution))
        raise KeyError(number)

    def values(self) -> dict[int, float]:
        """Each trial's best objective so far, less being better; infinite where it never was a number."""
        made, found = self.bench.trials, {}
        for number, trial in self.open.items():
            each = []
            for i, job in enumerate(trial.jobs):
                group, place = self.place(number, i)
                history = history_of(job, group.trained(place)).history
                best = best_value(history, made.objective, made.sign or -1)
                each.append(float("inf") if best is None else -best[0] * (made.sign or -1))
            found[number] = sum(each) / len(each)
        return found

    def end(self, number: int, state: str = COMPLETE, **notes: Any) -> None:
        """A trial ends where it is: as complete, or as pruned."""
        trial, ended = self.open.pop(number), []
        for i, job in enumerate(trial.jobs):
            group, place = self.place(number, i)
            ended.append(self.bench.trials.ended(job, group.trained(place)))
            group.stop(place, STOPPED)
        asked = trial.asked
        record = self.bench.trials.record(number, asked.values, trial.seeds, ended, state)
        self.bench.tell(replace(record, notes=notes), [] if state == PRUNED else ended)
