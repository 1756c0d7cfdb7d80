"""Trials in flight: asked of the ledger, trained by the crew, told to the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import Any

import jax

from nyuron.populations import Job, Optimizers
from nyuron.train import Group
from nyuron.tuners._bench import Bench, Open
from nyuron.tuners._ledger import WAIT, Asked
from nyuron.tuners._trial import TrialRecord
from nyuron.tuners._trials import Ended, ObjectiveError, failed

LOOK_AHEAD = 8
"""Trials for each place on a device that are under way or ready: among them a device finds one whose program it has."""
READY_BYTES = 1 << 30
"""Fewer are made ready where their weights would take more than this."""


class Runner:
    """Keeps all devices at work until the ledger has no more to ask, or `stops` says why to stop.

    Each device trains as many trials of one structure side by side as is planned; as one ends another takes its place.
    A trial that raises an error is recorded as failed, and the search goes on.
    """

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self._width, self._bound = 1, 1 << 30
        self._most = LOOK_AHEAD * len(bench.crew.devices)
        self._pending: list[tuple[Open, int]] = []
        self._waiting: dict[Future[Any], list[tuple[Open, int]]] = {}
        self._open: set[int] = set()
        self._programs: set[Any] = set()
        self._optimizers = Optimizers()
        self._may_ask = True

    def run(self) -> None:
        """Run the search to its end, or until it is to stop; trials in flight are then dropped, and asked again later."""
        while True:
            self.bench.search.stopped = self.bench.stops()
            if self.bench.search.stopped is not None:
                return
            self._fill()
            self._launch()
            self.bench.search.in_flight = len(self._open)
            if not self._waiting and not self._pending:
                return
            for future in wait(self._waiting, timeout=0.1, return_when=FIRST_COMPLETED).done:
                self._collect(future)

    def _fill(self) -> None:
        self._is_held = False
        while self._may_ask and len(self._pending) + sum(map(len, self._waiting.values())) < self._most:
            asked = self.bench.ledger.ask()
            if asked is None:
                self._may_ask = False
            elif asked is WAIT:
                self._is_held = True
                return
            else:
                self._open_trial(asked)

    def _open_trial(self, asked: Asked) -> None:
        trial = Open(asked, asked.seeds)
        self._open.add(asked.number)
        try:
            trial.jobs = self.bench.trials.jobs(asked.values, trial.seeds)
        except ObjectiveError:
            raise
        except Exception as error:
            self._tell(trial, failed(asked.number, asked.values, trial.seeds, error, trial.seconds))
            return
        self._pending += [(trial, i) for i in range(len(trial.jobs))]
        for job in trial.jobs:
            self._optimizers.note(job)
            self._width = max(self._width, self.bench.plan(job).width)
        size = sum(a.nbytes for a in jax.tree.leaves([job.member.params for job in trial.jobs]))
        places = len(self.bench.crew.devices) * self._width
        self._bound = min(self._bound, READY_BYTES * len(trial.jobs) // max(size, 1))
        self._most = max(2 * places, min(LOOK_AHEAD * places, self._bound))

    def _note_plan(self, job: Job) -> None:
        """Say how the trials are run, and count the programs they need."""
        self._programs.add(job.signature)
        first, count = next(iter(self.bench.plans.values())), len(self._programs)
        self.bench.search.plan = [
            *first.reasons,
            f"{count} program{'s' * (count > 1)} for {len(self.bench.search.trials) + len(self._open)} trials: trials that "
            "differ in numbers or in the optimizer only share one, and each is compiled on one device unless much waits "
            "for it",
        ]

    def _launch(self) -> None:
        """Hand groups of one structure to the crew: full ones, and others when no more will come."""
        groups: dict[Any, list[tuple[Open, int]]] = {}
        for entry in self._pending:
            groups.setdefault(self._joined(entry).signature, []).append(entry)
        is_last = not self._may_ask or self._is_held or len(self._pending) >= self._most // 2
        for alike in groups.values():
            width = self.bench.plan(alike[0][0].jobs[alike[0][1]]).width
            while len(alike) >= width or (alike and is_last and len(self._waiting) < len(self.bench.crew.devices)):
                self._train(alike[:width])
                del alike[:width]
        self._pending = [entry for alike in groups.values() for entry in alike]

    def _joined(self, entry: tuple[Open, int]) -> Job:
        """An execution in the program that it shares with trials of other optimizers."""
        return self._optimizers.joined(entry[0].jobs[entry[1]])

    def _train(self, entries: list[tuple[Open, int]]) -> None:
        jobs = [self._joined(entry) for entry in entries]
        self._note_plan(jobs[0])
        lanes = 1 << (len(jobs) - 1).bit_length()
        group = Group([job.member for job in jobs], jobs[0].settings, lanes)
        self._waiting[self.bench.crew.train(group, jobs[0].ground)] = entries

    def _collect(self, future: Future[Any]) -> None:
        entries = self._waiting.pop(future)
        error = future.exception()
        if error is not None and len(entries) > 1:
            # One of them is the culprit: each by itself.
            for entry in entries:
                self._train([entry])
            return
        if error is not None:
            trial = entries[0][0]
            if trial.asked.number in self._open:
                self._tell(trial, failed(trial.asked.number, trial.asked.values, trial.seeds, error, trial.seconds))
            return
        members = [(group, place) for group in future.result() for place in range(len(group.members))]
        for (trial, i), (group, place) in zip(entries, members, strict=True):
            trial.ended[i] = self.bench.trials.ended(trial.jobs[i], group.trained(place))
            if len(trial.ended) == len(trial.jobs) and trial.asked.number in self._open:
                ended, asked = trial.ended_in_order(), trial.asked
                self._tell(
                    trial,
                    self.bench.trials.record(asked.number, asked.values, trial.seeds, ended),
                    ended,
                )

    def _tell(self, trial: Open, record: TrialRecord, ended: Sequence[Ended] = ()) -> None:
        self._open.discard(trial.asked.number)
        self.bench.search.in_flight = len(self._open)
        self.bench.tell(record, ended)
