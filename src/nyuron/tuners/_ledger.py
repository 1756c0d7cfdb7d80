"""A search's trials: which comes next, what came of each, and all of it on disk before the next step."""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Any

from nyuron.core import ArgumentError, StateError
from nyuron.tuners._distributions import shown
from nyuron.tuners._hyperparameter import as_json, plain
from nyuron.tuners._record_file import RecordFiles
from nyuron.tuners._samplers import GridSampler, History, RandomSampler, Sampler
from nyuron.tuners._setup import SearchSetup, trial_seeds
from nyuron.tuners._space import combination_hash
from nyuron.tuners._storage import TrialStorage
from nyuron.tuners._tpe import TPESampler
from nyuron.tuners._trial import COMPLETE, FAILED, PRUNED, TrialRecord

_SETUP, _INDEX, _VALUES, _RECORD = "nyuron:setup", "nyuron:index", "nyuron:values", "nyuron:record"


class Waiting(Enum):
    """What `ask` answers when results must come in first."""

    WAIT = "wait"


WAIT = Waiting.WAIT


@dataclass(frozen=True)
class Asked:
    """A trial that is to be made."""

    number: int
    values: dict[str, Any]
    seeds: tuple[int, ...]
    """One an execution; they depend on the search's seed and the combination alone."""


class Ledger:
    """Asks for trials and keeps their records, in an Optuna study.

    `storage` is None (a journal in `folder`, or memory without one), "memory", a path that ends in .journal, an address
    ("sqlite:///file.db", "postgresql://…"), or an Optuna storage. Where it holds a search of this name already, that is
    resumed: trials that were in flight are asked again, under the same numbers and with the same seeds; those that were
    told are not. `tell` returns when the record is on disk. Any thread may call any method.

    Raises: ArgumentError if the search that is there was begun with another setup; StateError if another process has it.
    Source: optuna.Study.ask, optuna.Study.tell.
    Example:
        >>> setup = nyuron.tuners.SearchSetup(nyuron.tuners.as_space({"units": [8, 16]}), method="grid")
        >>> ledger = nyuron.tuners.Ledger(setup)
        >>> ledger.ask().values, ledger.ask().values, ledger.ask()
        ({'units': 8}, {'units': 16}, None)
    """

    def __init__(self, setup: SearchSetup, folder: str | os.PathLike[str] | None = None, storage: Any = None) -> None:
        setup.validate()
        self._lock = threading.RLock()
        self._files = RecordFiles(None if folder is None else Path(folder))
        self._history = History()
        self._numbers: list[int] = []
        self._ids: dict[int, int] = {}
        self._waiting: list[int] = []
        self._is_exhausted = False
        self._storage = TrialStorage(storage, folder)
        try:
            with _quiet():
                self.study = self._open_study(setup)
                self.setup = self._agreed(setup)
                self._sampler = _sampler(self.setup)
                self._resume()
        except BaseException:
            self._storage.close()
            raise
        self.resumed = len(self._numbers)
        """How many trials the search had when it was opened."""

    def ask(self) -> Asked | Waiting | None:
        """The next trial; WAIT when others must be told first; None when there are no more, or as many as were wanted.

        After None or WAIT a trial may come when one is told or released.
        """
        with self._lock:
            if self._waiting:
                return self._asked(self._waiting.pop(0))
            index = len(self._numbers)
            if self.setup.trials is not None and index >= self.setup.trials:
                return None
            if any(place not in self._history.told for place in range(self._sampler.needs(index))):
                return WAIT
            with _quiet():
                values = self._sampler.draw(index, self._history)
            if values is None:
                self._is_exhausted = True
                return None
            self._add(index, values)
            return self._asked(index)

    def tell(self, number: int, record: TrialRecord) -> None:
        """Keep what came of a trial, for good.

        Raises: ArgumentError if it was not asked or its state is not final, StateError if it was told before.
        """
        with self._lock:
            index = self._index(number)
            if record.state not in (COMPLETE, PRUNED, FAILED):
                expected = f"{COMPLETE}, {PRUNED} or {FAILED}"
                raise ArgumentError(
                    "a trial is told when it is over",
                    who="tell()",
                    expected=expected,
                    got=record.state,
                    fix=f"{COMPLETE!r} with a score, or {FAILED!r} with the error, when the trial is over",
                )
            if index in self._history.told:
                raise StateError("it was told already", who=f"trial {number}", fix="tell each trial once")
            record = replace(record, number=number)
            with _quiet():
                packed = self._files.pack(record)
                with self._storage.together():
                    self._storage.optuna.set_trial_user_attr(self._ids[number], _RECORD, packed)
                    self._finish(number, record, set())
            self._history.told[index] = record
            self._waiting = [place for place in self._waiting if place != index]

    def release(self, number: int) -> None:
        """Give back a trial that was asked and not made: it is asked again, before any other."""
        with self._lock:
            index = self._index(number)
            if index not in self._history.told and index not in self._waiting:
                self._waiting = sorted([*self._waiting, index])

    def records(self) -> list[TrialRecord]:
        """What was told, in order of the trials' numbers."""
        with self._lock:
            return [self._history.told[index] for index in sorted(self._history.told)]

    def in_flight(self) -> list[int]:
        """Numbers of the trials that were asked and not yet told or released."""
        with self._lock:
            over = {*self._history.told, *self._waiting}
            return [number for index, number in enumerate(self._numbers) if index not in over]

    def close(self) -> None:
        """Let another process open the search."""
        self._storage.close()

    @property
    def wanted(self) -> int | None:
        """How many trials the search has, if the space does not end before."""
        return self.setup.wanted

    @property
    def is_exhausted(self) -> bool:
        """Whether the space has no combination left that was not asked."""
        return self._is_exhausted

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _open_study(self, setup: SearchSetup) -> Any:
        import optuna

        direction = "maximize" if setup.direction == "maximize" else "minimize"
        return optuna.create_study(
            storage=self._storage.optuna, study_name=setup.name, direction=direction, load_if_exists=True
        )

    def _agreed(self, setup: SearchSetup) -> SearchSetup:
        before = self.study.user_attrs.get(_SETUP)
        agreed = setup if before is None else setup.resumed_from(SearchSetup.from_config(before))
        if agreed.to_config() != before:
            self.study.set_user_attr(_SETUP, agreed.to_config())
        return agreed

    def _resume(self) -> None:
        storage = self._storage.optuna
        study_id = storage.get_study_id_from_name(self.study.study_name)
        found = [trial for trial in storage.get_all_trials(study_id) if _INDEX in trial.user_attrs]
        for trial in sorted(found, key=lambda trial: trial.user_attrs[_INDEX]):
            index = len(self._numbers)
            self._numbers.append(trial.number)
            self._ids[trial.number] = storage.get_trial_id_from_study_id_trial_number(study_id, trial.number)
            self._history.add({name: plain(value) for name, value in trial.user_attrs[_VALUES].items()})
            packed = trial.user_attrs.get(_RECORD)
            if packed is not None:
                record = self._history.told[index] = self._files.unpack(packed)
                if not trial.state.is_finished():
                    self._finish(trial.number, record, set(trial.intermediate_values))
            elif trial.state.is_finished():
                state = {"COMPLETE": COMPLETE, "PRUNED": PRUNED}.get(trial.state.name, FAILED)
                self._history.told[index] = TrialRecord(trial.number, state, self._history.asked[index], trial.value)
            else:
                self._waiting.append(index)

    def _add(self, index: int, values: dict[str, Any]) -> None:
        from optuna.trial import TrialState, create_trial

        active = {label: one for label, one in self.setup.space.active(values).items() if one.kind != "fixed"}
        trial = create_trial(
            state=TrialState.RUNNING,
            params={label: shown(values[one.name]) for label, one in active.items()},
            distributions=self.setup.space.distributions(values),
            user_attrs={_INDEX: index, _VALUES: {name: as_json(value) for name, value in values.items()}},
        )
        storage = self._storage.optuna
        trial_id = storage.create_new_trial(storage.get_study_id_from_name(self.study.study_name), template_trial=trial)
        number = storage.get_trial_number_from_id(trial_id)
        self._numbers.append(number)
        self._ids[number] = trial_id
        self._history.add(values)

    def _finish(self, number: int, record: TrialRecord, reported: set[int]) -> None:
        """Say in Optuna's words what the record says: some values on the way, and how the trial ended."""
        from optuna.trial import TrialState

        storage, trial_id = self._storage.optuna, self._ids[number]
        curve = record.curves[0].get(self.setup.objective, []) if record.curves else []
        for epoch in _landmarks(len(curve)):
            if math.isfinite(curve[epoch - 1]) and epoch not in reported:
                storage.set_trial_intermediate_value(trial_id, epoch, float(curve[epoch - 1]))
        state = {COMPLETE: TrialState.COMPLETE, PRUNED: TrialState.PRUNED}.get(record.state, TrialState.FAIL)
        value = float("nan") if record.value is None else float(record.value)
        if state == TrialState.FAIL or not math.isfinite(value):
            state, values = TrialState.PRUNED if state == TrialState.PRUNED else TrialState.FAIL, None
        else:
            values = [value]
        storage.set_trial_state_values(trial_id, state, values)

    def _asked(self, index: int) -> Asked:
        values = self._history.asked[index]
        seeds = trial_seeds(self.setup.seed, combination_hash(values), self.setup.executions_per_trial)
        return Asked(self._numbers[index], dict(values), seeds)

    def _index(self, number: int) -> int:
        if number not in self._ids:
            expected = f"one of {len(self._numbers)} that were asked"
            raise ArgumentError(
                "no such trial",
                who="ledger",
                expected=expected,
                got=number,
                fix=f"a number that ask() gave: {', '.join(map(str, self._numbers[:5]))}"
                if self._numbers
                else "ask() first, then tell() with the number it gave",
            )
        return self._numbers.index(number)


def _sampler(setup: SearchSetup) -> Sampler:
    makers = {"grid": GridSampler, "random": RandomSampler, "tpe": TPESampler}
    return makers[setup.sampler](setup)


def _landmarks(epochs: int) -> list[int]:
    """Epochs whose values draw a curve well enough: the first ten, then ever fewer, and the last."""
    found, epoch = [], 1
    while epoch < epochs:
        found.append(epoch)
        epoch = max(epoch + 1, epoch + epoch // 4) if epoch >= 10 else epoch + 1
    return [*found, epochs] if epochs else []


@contextmanager
def _quiet() -> Iterator[None]:
    """Without Optuna's remarks; what the user set is set again."""
    import optuna

    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(max(before, optuna.logging.WARNING))
    try:
        yield
    finally:
        optuna.logging.set_verbosity(before)
