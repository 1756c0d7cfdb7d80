"""A search: its trials, the best of them, and what it is worth."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from nyuron.core import DataError, StateError, seeded
from nyuron.populations import Optimism, take_over
from nyuron.populations import optimism as bootstrap
from nyuron.populations import optimism_of_scores as from_executions
from nyuron.saving import RunFolder, atomic, environment
from nyuron.train import NOT_FINITE
from nyuron.tuners._space import Space
from nyuron.tuners._trial import COMPLETE, FAILED, PRUNED, TrialRecord
from nyuron.tuners._trials import Ended, Trials

FORMAT = 1
SETTINGS = ("name", "method", "objective", "direction", "seed", "trials", "sample", "executions_per_trial")
"""What is written of how a search was asked for."""
WRITE_SECONDS = 20.0
"""How often the list of trials is written while a search goes on. The ledger has each trial at once."""


class Search:
    """What `nyuron.tune` returns, and what it fills as it goes.

    `trials` are in the order of their numbers; `best` is the complete trial with the best objective.

    Source: keras_tuner.Tuner (best models, summary), tfruns (records).
    """

    def __init__(self, space: Space, settings: Mapping[str, Any], folder: Path | None = None, keep: int = 3) -> None:
        self.space, self.settings, self.keep = space, dict(settings), keep
        self.folder = folder
        self.in_flight = 0
        """Trials that are being trained now."""
        self.stopped: str | None = None
        """Why the search ended early: 'interrupted', 'timeout'; None if it did not."""
        self.chosen: dict[str, float] | None = None
        """Figures of the chosen model on the test part, measured once."""
        self.plan: list[str] = []
        """How the trials were run, and why so."""
        self.begun = time.time()
        self.seconds = 0.0
        self._records: dict[int, TrialRecord] = {}
        self._models: dict[int, Any] = {}
        self._rows: dict[int, np.ndarray] = {}
        self._made: Trials | None = None
        self._written = time.perf_counter()

    @property
    def objective(self) -> str:
        return self.settings["objective"]

    @property
    def direction(self) -> str:
        """'minimize' or 'maximize'."""
        return self.settings["direction"]

    @property
    def wanted(self) -> int | None:
        """How many trials were asked for; None while it is not known."""
        return self.settings.get("trials")

    @property
    def trials(self) -> list[TrialRecord]:
        return [self._records[number] for number in sorted(self._records)]

    def ranked(self) -> list[TrialRecord]:
        """Complete trials, the best first."""
        sign = 1 if self.direction == "minimize" else -1
        done = [t for t in self.trials if t.state == COMPLETE and t.value is not None]
        return sorted(done, key=lambda t: (sign * t.value, t.number))  # type: ignore[operator]

    @property
    def best(self) -> TrialRecord:
        """Raises: StateError if no trial is complete, with the first error that a trial met."""
        ranked = self.ranked()
        if not ranked:
            error = next((t.error for t in self.trials if t.error), "no trial was run")
            raise StateError(
                "no trial is complete",
                who="Search",
                expected="one trial that trained",
                got=f"{len(self._records)} trials; the first error: {error}",
                fix="train the builder's model once by itself: build(…).fit(x, y)",
            )
        return ranked[0]

    @property
    def best_hyperparameters(self) -> dict[str, Any]:
        return dict(self.best.hyperparameters)

    def best_model(self) -> Any:
        """The model of the best trial, with the weights of its best epoch."""
        return self.model(self.best.number)

    def model(self, number: int) -> Any:
        """The trained model of a trial; one that was not kept is trained again from its seed, to the same weights.

        After a search with folds it is trained on all their rows, for the mean of the folds' best epochs.

        Raises: StateError for a trial that is not complete, or where there is neither the model nor the builder.
        """
        if number in self._models:
            return self._models[number]
        path = self._model_path(number)
        if path is not None and path.is_file():
            from nyuron.models import load_model

            return load_model(path)
        trial = self._records.get(number)
        if trial is None or trial.state != COMPLETE:
            raise StateError(
                f"trial {number} has no model", who="Search", expected="a complete trial",
                got="no such trial" if trial is None else trial.state, fix=f"model({self.best.number}) is the best"
            )  # fmt: skip
        return self._again(trial)

    @property
    def _has_folds(self) -> bool:
        return self._made is not None and self._made.folds is not None

    def _again(self, trial: TrialRecord) -> Any:
        from nyuron.populations import train_jobs

        made = self._need_builder()
        if made.folds is not None:
            given = made.field.given
            return self.refit(given.x, given.y, trial=trial.number, sample_weight=given.sample_weight)
        jobs = [made.job(trial.hyperparameters, seed) for seed in trial.seeds[:1]]
        for job, trained in zip(jobs, train_jobs(jobs), strict=True):
            take_over(job, trained)
        return jobs[0].seat.model

    def refit(
        self, x: Any, y: Any = None, *, trial: int | None = None, epochs: int | None = None, **options: Any
    ) -> Any:
        """A model with a trial's hyperparameters (default the best's) and seed, trained on all of (x, y).

        It trains for as many epochs as the trial's best epoch took, since there is nothing left to stop it by; `epochs`
        says otherwise.
        """
        chosen = self.best if trial is None else self._records[trial]
        made = self._need_builder()
        seat = made.seat(chosen.hyperparameters, chosen.seeds[0])
        settings = made.settings_for(chosen.hyperparameters)
        with seeded(seat.seed, seat.drawn):
            seat.model.fit(
                x,
                y,
                epochs=epochs or self._epochs(chosen) or settings.epochs,
                batch_size=settings.batch_size,
                **{"verbose": 0, **options},
            )
        return seat.model

    def _epochs(self, trial: TrialRecord) -> int:
        """How long the trial's best epoch took: of the first execution, or the mean over the folds."""
        if not self._has_folds:
            return trial.best_epoch or 0
        pick = np.argmin if self.direction == "minimize" else np.argmax
        return round(float(np.mean([pick(curve[self.objective]) + 1 for curve in trial.curves])))

    def test(self, x: Any, y: Any = None) -> dict[str, float]:
        """Figures of the chosen model on data that no trial has seen; measured once, and kept.

        Raises: StateError the second time: a choice that looks at the test part makes its figures too good.
        """
        if self.chosen is not None:
            raise StateError(
                "the test part has been used",
                who="Search.test",
                expected="one look",
                got=", ".join(f"{name} {value:.4g}" for name, value in self.chosen.items()),
                fix="the figures are in search.chosen; for another choice take other test data",
            )
        found: dict[str, float] = self.best_model().evaluate(x, y, verbose=0, return_dict=True)
        self.chosen = found
        self.write()
        return found

    def optimism(self) -> Optimism | None:
        """By how much the best value of so many trials is expected to be too good; None where it cannot be known.

        From the validation rows of each trial by a bootstrap; else from the spread over the executions.
        """
        done = [t for t in self.trials if t.state == COMPLETE]
        rows = [self._rows_of(t.number) for t in done]
        length = next((len(r) for r in rows if r is not None), 0)
        if done and length > 1 and all(r is not None and len(r) == length for r in rows):
            return bootstrap(np.stack(rows), direction=self.direction)  # type: ignore[arg-type]
        sign = 1 if self.direction == "minimize" else -1
        if done and all(len(t.curves) > 1 for t in done):
            scores = [[sign * min(sign * v for v in c[self.objective]) for c in t.curves] for t in done]
            if len({len(s) for s in scores}) == 1:
                return from_executions(scores, direction=self.direction)
        return None

    def _rows_of(self, number: int) -> np.ndarray | None:
        if number in self._rows:
            return self._rows[number]
        path = None if self.folder is None else self.folder / "rows" / f"{number}.npy"
        return np.load(path, allow_pickle=False) if path is not None and path.is_file() else None

    def rows(self) -> list[dict[str, Any]]:
        """A mapping a trial: number, state, value, each hyperparameter, each figure; as a data frame takes them."""
        return [
            {
                "trial": t.number,
                "state": t.state,
                self.objective: t.value,
                **t.hyperparameters,
                **{f"best_{name}": value for name, value in t.figures.items() if name != self.objective},
                "best_epoch": t.best_epoch,
                "epochs": t.epochs,
                "seconds": t.seconds,
            }
            for t in self.trials
        ]

    def results_summary(self, num_trials: int = 10) -> None:
        """Print the best trials."""
        print(self._summary(num_trials))  # noqa: T201

    def _summary(self, num_trials: int = 10) -> str:
        """The best trials, the counts, and what the choice is worth, as text."""
        states = [t.state for t in self.trials]
        counts = {name: states.count(name) for name in (COMPLETE, PRUNED, FAILED) if name in states}
        lines = [
            f"{len(states)} trials ({', '.join(f'{n} {name}' for name, n in counts.items())}) in {self.seconds:.1f} s"
        ]
        for trial in self.ranked()[:num_trials]:
            values = ", ".join(f"{name} {shown(value)}" for name, value in trial.hyperparameters.items())
            lines.append(f"  {trial.number:>5}  {self.objective} {trial.value:.6g}  {values}")
        lines += [f"  {t.number:>5}  failed: {t.error.splitlines()[0]}" for t in self.trials if t.error][:3]
        if self.chosen is not None:
            lines.append("test: " + ", ".join(f"{name} {value:.4g}" for name, value in self.chosen.items()))
        return "\n".join(lines)

    # How a search fills it.

    def _take(self, record: TrialRecord, ended: Sequence[Ended] = ()) -> None:
        """One more trial is over; the models of the best are kept."""
        self._records[record.number] = record
        rows = None if self._made is None or record.state != COMPLETE else self._made.rows(ended)
        if rows is not None:
            self._keep_rows(record.number, rows)
        best = [t.number for t in self.ranked()[: self.keep]]
        if record.number in best and ended and not self._has_folds and ended[0].trained.status != NOT_FINITE:
            take_over(ended[0].job, ended[0].trained)
            self._keep_model(record.number, ended[0].job.seat.model)
        for number in [n for n in self._models if n not in best]:
            del self._models[number]
            path = self._model_path(number)
            if path is not None:
                path.unlink(missing_ok=True)
        if time.perf_counter() - self._written > WRITE_SECONDS:
            self.write(is_over=False)

    def _keep_rows(self, number: int, rows: np.ndarray) -> None:
        self._rows[number] = rows
        if self.folder is not None:
            with atomic(self.folder / "rows" / f"{number}.npy") as path, open(path, "wb") as file:
                np.save(file, rows, allow_pickle=False)

    def _keep_model(self, number: int, model: Any) -> None:
        self._models[number] = model
        path = self._model_path(number)
        if path is not None:
            model.save(path)

    def _model_path(self, number: int) -> Path | None:
        return None if self.folder is None else self.folder / "models" / f"{number}.nyuron"

    def _need_builder(self) -> Trials:
        if self._made is None:
            raise StateError(
                "a search read from a folder does not have the builder",
                who="Search",
                fix="nyuron.tune(build, …, folder=…) with the same arguments reads it and has it",
            )
        return self._made

    def _attach(self, made: Trials) -> None:
        """Give the search what makes its models."""
        self._made = made

    def write(self, is_over: bool = True) -> None:
        """Bring the folder up to date; what is reckoned from all trials only when the search is over."""
        self._written = time.perf_counter()
        if self.folder is None:
            return
        folder, ranked = RunFolder(self.folder), self.ranked()
        found = self.optimism() if ranked and is_over else None
        folder.write(
            "search",
            {
                "format": FORMAT,
                **self.settings,
                "space": self.space.to_config(),
                "begun": datetime.fromtimestamp(self.begun).astimezone().isoformat(timespec="seconds"),
                "seconds": self.seconds,
                "stopped": self.stopped,
                "best": ranked[0].number if ranked else None,
                "chosen": self.chosen,
                "optimism": None if found is None else found.to_dict(),
                "plan": self.plan,
            },
        )
        folder.write("trials", [trial.to_dict() for trial in self.trials])
        if not (self.folder / "environment.json").is_file():
            folder.write("environment", environment())

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> Search:
        """Read a search's folder.

        Raises: DataError if it is none; FileFormatError for a damaged one.
        """
        files = RunFolder(folder)
        found, trials = files.read("search"), files.read("trials")
        if not found:
            raise DataError(
                "there is no search in the folder",
                who=str(folder),
                expected="a folder with search.json",
                got="none",
                fix="name the folder that nyuron.tune(…, folder=…) wrote",
            )
        settings = {name: found[name] for name in (*SETTINGS, "fit") if name in found}
        search = cls(Space.from_config(found["space"]), settings, Path(folder))
        search._records = {t["number"]: TrialRecord.from_dict(t) for t in trials or []}
        search.chosen, search.stopped, search.plan = found["chosen"], found["stopped"], list(found["plan"])
        search.seconds = float(found["seconds"])
        search.begun = datetime.fromisoformat(found["begun"]).timestamp()
        return search

    def __str__(self) -> str:
        return self._summary()

    def __repr__(self) -> str:
        ranked = self.ranked()
        best = f", best {self.objective} {ranked[0].value:.4g}" if ranked else ""
        failed = sum(t.state == FAILED for t in self.trials)
        return f"<Search of {len(self._records)} trials{f', {failed} failed' if failed else ''}{best}>"


def shown(value: Any) -> str:
    """A hyperparameter's value, short."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)
