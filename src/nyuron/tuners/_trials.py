"""From a combination of hyperparameters to jobs, and from what they leave to a record."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from nyuron.callbacks import EarlyStopping
from nyuron.core import ArgumentError, NyuronError, nearest
from nyuron.populations import Field, Fold, Job, Seat, best_value, history_of, job_for
from nyuron.train import NOT_FINITE, Settings, StoppingRule, Trained
from nyuron.tuners._make import make
from nyuron.tuners._row_figures import row_figures
from nyuron.tuners._trial import COMPLETE, FAILED, TrialRecord

FIT_NAMES = ("batch_size", "epochs")
"""Hyperparameters of these names are the fit's, unless the builder takes them."""


class Ended(NamedTuple):
    """One execution of a trial."""

    job: Job
    trained: Trained
    rows: np.ndarray | None
    """The objective on each validation row."""


class Trials:
    """How every trial of a search is made and judged.

    A trial's model is that of its best epoch by the objective: the compiled run keeps it.
    """

    def __init__(
        self,
        build: Any,
        field: Field,
        settings: Settings,
        objective: str,
        stopper: EarlyStopping | None,
        folds: Sequence[Fold] | None = None,
    ) -> None:
        self.build, self.field, self.settings = build, field, settings
        self.objective = objective
        self._stopper, self.folds = stopper, folds
        self.sign: int | None = None
        """+1 where more of the objective is better; None until a model has said it."""

    @property
    def direction(self) -> str:
        return "maximize" if self.sign == 1 else "minimize"

    def seat(self, values: Mapping[str, Any], seed: int) -> Seat:
        """The compiled model of one execution, in its place."""
        return Seat(lambda **own: make(self.build, own), self.for_builder(values), seed)

    def for_builder(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values without those that the fit takes."""
        taken = takes(self.build, values)
        return {name: value for name, value in values.items() if name not in FIT_NAMES or taken(name)}

    def settings_for(self, values: Mapping[str, Any]) -> Settings:
        """The fit's settings, with what the values say of them."""
        for name in FIT_NAMES:
            value = values.get(name, 1)
            if not isinstance(value, int | float) or value != int(value) or value < 1:
                raise ArgumentError(
                    f"hyperparameter {name!r} cannot be used",
                    who="tune",
                    expected="a whole number, 1 or more",
                    got=repr(value),
                    fix="take it out of the space",
                )
        size = int(values.get("batch_size", self.settings.batch_size))
        is_same = self.settings.validation_batch_size == self.settings.batch_size
        return dataclasses.replace(
            self.settings,
            batch_size=size,
            validation_batch_size=size if is_same else self.settings.validation_batch_size,
            epochs=int(values.get("epochs", self.settings.epochs)),
        )

    def job(self, values: Mapping[str, Any], seed: int, settings: Settings | None = None) -> Job:
        """One execution, ready to train."""
        seat = self.seat(values, seed)
        return self._job(seat, settings or self.settings_for(values), None)

    def jobs(self, values: Mapping[str, Any], seeds: Sequence[int], settings: Settings | None = None) -> list[Job]:
        """All executions of a trial: one a seed, or one a seed and fold, each fold with the same first weights."""
        if self.folds is None:
            return [self.job(values, seed, settings) for seed in seeds]
        settings = settings or self.settings_for(values)
        return [self._job(self.seat(values, seed), settings, fold) for seed in seeds for fold in self.folds]

    def _job(self, seat: Seat, settings: Settings, fold: Fold | None) -> Job:
        rows, held = (None, None) if fold is None else fold
        return job_for(seat, self.field, settings, self._rule, rows=rows, validation_rows=held)

    def _rule(self, logged: list[str], model: Any) -> StoppingRule:
        if self.objective not in logged:
            guess = nearest(self.objective, logged)
            validates = any(name.startswith("val_") for name in logged)
            raise ObjectiveError(
                f"the objective {self.objective!r} is not logged",
                who="tune",
                expected=", ".join(logged),
                got=repr(self.objective),
                fix="pass validation_data or validation_split"
                if self.objective.startswith("val_") and not validates
                else f"did you mean {guess!r}?"
                if guess
                else "name a figure that is logged",
            )
        return self._keeper().rule(logged, model)

    def _keeper(self) -> EarlyStopping:
        given, mode = self._stopper, "max" if self.sign == 1 else "min"
        if given is None:
            # It never stops: it keeps the best epoch.
            return EarlyStopping(self.objective, patience=2**31, mode=mode, restore_best_weights=True)
        if given.monitor != self.objective:
            return given
        return EarlyStopping(
            given.monitor,
            min_delta=given.min_delta,
            patience=given.patience,
            mode=mode if given.mode == "auto" else given.mode,
            baseline=given.baseline,
            restore_best_weights=True,
            start_from_epoch=given.start_from_epoch,
        )

    def rows(self, ended: Sequence[Ended]) -> np.ndarray | None:
        """The objective on each validation row, the mean over the seeds; with folds, on each row that one of them held."""
        found = [one.rows for one in ended if one.rows is not None]
        if not found or len(found) < len(ended):
            return None
        count = 1 if self.folds is None else len(self.folds)
        return np.mean([np.concatenate(found[i : i + count]) for i in range(0, len(found), count)], axis=0)

    def ended(self, job: Job, trained: Trained) -> Ended:
        """One execution with the objective's row figures, for the bootstrap."""
        name = self.objective.removeprefix("val_")
        is_measured = self.objective.startswith("val_") and trained.status != NOT_FINITE and trained.epochs > 0
        return Ended(job, trained, row_figures(job, trained, job.names.index(name)) if is_measured else None)

    def record(
        self,
        number: int,
        values: Mapping[str, Any],
        seeds: Sequence[int],
        ended: Sequence[Ended],
        state: str = COMPLETE,
    ) -> TrialRecord:
        """What came of a trial; one whose loss left the finite numbers has failed."""
        histories = [history_of(one.job, one.trained) for one in ended]
        best = [best_value(h.history, self.objective, self.sign or -1) for h in histories]
        broken = next(
            (h.stop_reason for h, e in zip(histories, ended, strict=True) if e.trained.status == NOT_FINITE), None
        )
        if broken is None and any(one is None for one in best):
            broken = f"{self.objective} was never a number"
        found = [one for one in best if one is not None]
        figures = {}
        if found and len(found) == len(histories):
            for name in histories[0].history:
                at = [_at(h.history[name], place) for h, (_, place) in zip(histories, found, strict=True)]
                if all(isinstance(v, float) for v in at):
                    figures[name] = float(np.mean(at))
        return TrialRecord(
            number=number,
            state=FAILED if broken else state,
            hyperparameters=dict(values),
            value=None if broken else float(np.mean([value for value, _ in found])),
            seeds=tuple(seeds),
            figures=figures,
            best_epoch=None if best[0] is None else histories[0].epoch[0] + best[0][1] + 1,
            epochs=sum(one.trained.epochs for one in ended),
            seconds=float(sum(one.trained.seconds for one in ended)),
            error=broken,
            curves=tuple(_curves(h.history) for h in histories),
        )


class ObjectiveError(ArgumentError):
    """The figure that is to be made best is not there: no trial can succeed."""


def failed(
    number: int, values: Mapping[str, Any], seeds: Sequence[int], error: BaseException, seconds: float
) -> TrialRecord:
    """The record of a trial that raised an error."""
    text = str(error) if isinstance(error, NyuronError) else f"{type(error).__name__}: {error}"
    return TrialRecord(number, FAILED, dict(values), seeds=tuple(seeds), seconds=seconds, error=text)


def takes(build: Any, names: Any = ()) -> Any:
    """Whether the builder, to be given values of these names, takes an argument of a name: a function of the name."""
    import inspect

    from nyuron.tuners._make import builder, takes_hyperparameters

    function = builder(build)
    if takes_hyperparameters(function, names):
        return lambda name: True
    found = inspect.signature(function).parameters
    takes_any = any(one.kind is one.VAR_KEYWORD for one in found.values())
    return lambda name: takes_any or name in found


def _at(values: Sequence[Any], place: int) -> Any:
    return values[place] if place < len(values) else None


def _curves(history: Mapping[str, Sequence[Any]]) -> dict[str, list[float]]:
    """Figures that are numbers, to seven digits: what float32 holds."""
    return {
        name: [float(f"{v:.7g}") for v in values]
        for name, values in history.items()
        if values and isinstance(values[0], float)
    }
