"""Combinations that resemble the better half of those that were tried: Optuna's TPE."""

from __future__ import annotations

import math
import threading
import warnings
from typing import Any

import numpy as np

from nyuron.tuners._distributions import decode, encode, learned_distribution
from nyuron.tuners._hyperparameter import HyperParameter
from nyuron.tuners._samplers import History, RandomSampler
from nyuron.tuners._setup import SearchSetup
from nyuron.tuners._trial import COMPLETE, PRUNED, TrialRecord

_TRIES = 16
_WARNINGS = threading.Lock()


class TPESampler:
    """Optuna's tree-structured Parzen estimator over all hyperparameters at once.

    It learns in a study of its own in memory, where what is ordered has an order. The trial of index n sees the results of
    the trials 0 … n − window, and the others as running: so the sequence is the same on any number of devices, and after
    a search was resumed.

    Source: Bergstra et al., Algorithms for Hyper-Parameter Optimization, 2011; optuna.samplers.TPESampler.
    """

    def __init__(self, setup: SearchSetup) -> None:
        from optuna.storages import InMemoryStorage
        from optuna.study import StudyDirection

        self.setup = setup
        self._random = RandomSampler(setup)
        self._storage = InMemoryStorage()
        direction = StudyDirection.MAXIMIZE if setup.direction == "maximize" else StudyDirection.MINIMIZE
        self._study_id = self._storage.create_new_study([direction], "learned")
        self._ids: list[int] = []
        self._told = 0

    def needs(self, index: int) -> int:
        """All but those of one window."""
        return max(0, index - self.setup.window + 1)

    def draw(self, index: int, history: History) -> dict[str, Any] | None:
        """A combination that was not asked before; None when every one was."""
        size = self.setup.space.size
        if size is not None and len(history.hashes) >= size:
            return None
        self._learn(index, history)
        for attempt in range(_TRIES):
            values = self._suggest(index, attempt)
            if not history.has(values):
                return values
        return self._random.draw(index, history)

    def _learn(self, index: int, history: History) -> None:
        from optuna.trial import TrialState, create_trial

        for values in history.asked[len(self._ids) : index]:
            active = {label: one for label, one in self.setup.space.active(values).items() if one.kind != "fixed"}
            trial = create_trial(
                state=TrialState.RUNNING,
                params={label: encode(one, values[one.name]) for label, one in active.items()},
                distributions={label: learned_distribution(one) for label, one in active.items()},
            )
            self._ids.append(self._storage.create_new_trial(self._study_id, template_trial=trial))
        for place in range(self._told, self.needs(index)):
            self._tell(self._ids[place], history.told[place])
            self._told = place + 1

    def _tell(self, trial_id: int, record: TrialRecord) -> None:
        from optuna.trial import TrialState

        if record.state not in (COMPLETE, PRUNED) or record.value is None or not math.isfinite(record.value):
            self._storage.set_trial_state_values(trial_id, TrialState.FAIL)
        elif record.state == PRUNED:
            epochs = max((len(values) for curve in record.curves for values in curve.values()), default=record.epochs)
            self._storage.set_trial_intermediate_value(trial_id, epochs, record.value)
            self._storage.set_trial_state_values(trial_id, TrialState.PRUNED, [record.value])
        else:
            self._storage.set_trial_state_values(trial_id, TrialState.COMPLETE, [record.value])

    def _suggest(self, index: int, attempt: int) -> dict[str, Any]:
        from optuna.study import Study
        from optuna.trial import TrialState

        entropy = np.random.SeedSequence([self.setup.seed & (2**64 - 1), index, attempt])
        study = Study("learned", self._storage, sampler=self._sampler(int(entropy.generate_state(1)[0])))
        trial = study.ask()

        def choose(found: HyperParameter) -> Any:
            if found.kind == "fixed":
                return found.default
            return decode(found, _suggested(trial, self.setup.space.labels[found], learned_distribution(found)))

        values = self.setup.space.walk(choose)
        study.tell(trial, state=TrialState.FAIL)
        return values

    def _sampler(self, seed: int) -> Any:
        from optuna.exceptions import ExperimentalWarning
        from optuna.samplers import TPESampler as OptunaTPESampler

        has_branches = any(found.conditions for found in self.setup.space)
        with _WARNINGS, warnings.catch_warnings():
            warnings.simplefilter("ignore", ExperimentalWarning)
            return OptunaTPESampler(
                seed=seed,
                multivariate=True,
                group=has_branches,
                constant_liar=True,
                n_startup_trials=self.setup.startup,
            )


def _suggested(trial: Any, label: str, distribution: Any) -> Any:
    if hasattr(distribution, "choices"):
        return trial.suggest_categorical(label, distribution.choices)
    suggest = trial.suggest_int if type(distribution).__name__ == "IntDistribution" else trial.suggest_float
    return suggest(label, distribution.low, distribution.high, log=distribution.log)
