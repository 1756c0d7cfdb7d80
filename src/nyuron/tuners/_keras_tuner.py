"""KerasTuner's classes: its names and arguments, over `tune`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from nyuron.core import ArgumentError, StateError
from nyuron.tuners._discover import as_space
from nyuron.tuners._hyperparameters import HyperParameters
from nyuron.tuners._search import Search, shown
from nyuron.tuners._tune import tune


@dataclass(frozen=True)
class Objective:
    """The figure to be made best, and whether that is 'min' or 'max'.

    Source: keras_tuner.Objective.
    Example:
        >>> Objective("val_accuracy", "max").name
        'val_accuracy'
    """

    name: str
    direction: str


class HyperModel:
    """A builder as a class: `build(hp)` returns a compiled model.

    Differs from KerasTuner: `fit` must not be overridden, since trials train as a population; `batch_size` and `epochs`
        in the space are the fit's.
    Source: keras_tuner.HyperModel.
    """

    def __init__(self, name: str | None = None, tunable: bool = True) -> None:
        self.name, self.tunable = name, tunable

    def build(self, hp: HyperParameters) -> Any:
        """The model for these hyperparameters."""
        raise NotImplementedError


class Tuner:
    """What the tuners share: `search`, and what came of it.

    `directory`/`project_name` is the search's folder; without a directory nothing is written. With `overwrite` an earlier
    search there is thrown away; else it goes on. `max_trials` None tries everything.

    Source: keras_tuner.Tuner.
    """

    method: ClassVar[str] = "random"

    def __init__(
        self,
        hypermodel: Any = None,
        objective: str | Objective = "val_loss",
        max_trials: int | None = 10,
        seed: int | None = None,
        hyperparameters: HyperParameters | None = None,
        executions_per_trial: int = 1,
        directory: str | os.PathLike[str] | None = None,
        project_name: str = "untitled_project",
        overwrite: bool = False,
    ) -> None:
        self.hypermodel, self.hyperparameters = hypermodel, hyperparameters
        self.objective = objective if isinstance(objective, Objective) else Objective(objective, "auto")
        self.max_trials, self.seed, self.executions_per_trial = max_trials, seed, executions_per_trial
        self.project_dir = None if directory is None else Path(directory) / project_name
        self.project_name, self._overwrites = project_name, overwrite
        self._search: Search | None = None
        if getattr(type(hypermodel), "fit", None) is not None:
            raise ArgumentError(
                "a hypermodel with a `fit` of its own cannot train in a population",
                who=type(self).__name__,
                expected="build(hp) alone",
                got=f"{type(hypermodel).__name__}.fit",
                fix="let build(hp) declare hp.Choice('batch_size', …) and hp.Int('epochs', …): they are the fit's",
            )

    def search(self, x: Any = None, y: Any = None, *, verbose: Any = 1, **fit: Any) -> Search:
        """Run the search; the arguments are those of `fit`. It returns what `nyuron.tune` does."""
        self._make_room()
        sample_weight = fit.pop("sample_weight", None)
        data = (x, y) if sample_weight is None else (x, y, sample_weight)
        fit = {"validation_split": 0.0, **fit}
        self._search = tune(
            self.hypermodel,
            self.hyperparameters,
            data,
            method=self.method,
            trials=self.max_trials,
            objective=self.objective.name,
            direction={"min": "minimize", "max": "maximize"}.get(self.objective.direction, "auto"),
            seed=self.seed,
            executions_per_trial=self.executions_per_trial,
            folder=self.project_dir,
            keep=10,
            name=self.project_name,
            on_told=None if verbose in (0, False) else _say,
            **fit,
            **self._schedule(),
        )
        return self._search

    def results_summary(self, num_trials: int = 10) -> None:
        """Print the best trials."""
        self._done().results_summary(num_trials)

    def search_space_summary(self, extended: bool = False) -> None:
        """Print the space."""
        del extended
        for one in as_space(self.hyperparameters, self.hypermodel):
            print(f"{one.name}: {one.to_config()}")  # noqa: T201

    def get_best_models(self, num_models: int = 1) -> list[Any]:
        """The models of the best trials, with the weights of their best epochs."""
        found = self._done()
        return [found.model(trial.number) for trial in found.ranked()[:num_models]]

    def get_best_hyperparameters(self, num_trials: int = 1) -> list[HyperParameters]:
        """The hyperparameters of the best trials, as `hypermodel.build` takes them."""
        made = []
        for trial in self._done().ranked()[:num_trials]:
            hp = HyperParameters()
            hp.values = dict(trial.hyperparameters)
            made.append(hp)
        return made

    def _schedule(self) -> Mapping[str, Any]:
        return {}

    def _make_room(self) -> None:
        if self._overwrites and self.project_dir is not None and (self.project_dir / "search.json").is_file():
            shutil.rmtree(self.project_dir)

    def _done(self) -> Search:
        if self._search is None:
            raise StateError("nothing was searched", who=type(self).__name__, fix="tuner.search(x, y, …) first")
        return self._search


def _say(trial: Any, search: Search) -> None:
    best = search.ranked()
    value = "failed" if trial.value is None else f"{search.objective} {shown(trial.value)}"
    wanted = "" if search.wanted is None else f"/{search.wanted}"
    so_far = f", best so far {shown(best[0].value)}" if best else ""
    print(f"Trial {len(search.trials)}{wanted}: {value}{so_far}")  # noqa: T201


class RandomSearch(Tuner):
    """Combinations drawn at random, none twice.

    Source: keras_tuner.RandomSearch.
    Example:
        >>> import numpy as np, nyuron
        >>> def build(hp):
        ...     model = nyuron.Sequential([nyuron.Input((1,)), nyuron.layers.Dense(hp.Int("units", 1, 4)), nyuron.layers.Dense(1)])
        ...     model.compile("adam", "mse")
        ...     return model
        >>> tuner = RandomSearch(build, objective="val_loss", max_trials=2, seed=1)
        >>> x = np.random.default_rng(0).uniform(-1, 1, (40, 1)).astype("float32")
        >>> found = tuner.search(x, x, epochs=1, validation_split=0.2, verbose=0)
        >>> len(tuner.get_best_models(2)), sorted(tuner.get_best_hyperparameters()[0].values)
        (2, ['units'])
    """


class GridSearch(Tuner):
    """Every combination in turn, or the first `max_trials` of them.

    Source: keras_tuner.GridSearch.
    """

    method = "grid"

    def __init__(
        self, hypermodel: Any = None, objective: Any = "val_loss", max_trials: int | None = None, **more: Any
    ) -> None:
        super().__init__(hypermodel, objective, max_trials, **more)


class BayesianOptimization(Tuner):
    """Combinations that earlier ones make promising.

    Differs from KerasTuner: a tree-structured Parzen estimator takes the place of the Gaussian process, so that
        `num_initial_points`, `alpha` and `beta` change nothing.
    Source: keras_tuner.BayesianOptimization; Bergstra et al. 2011.
    """

    method = "tpe"

    def __init__(
        self,
        hypermodel: Any = None,
        objective: Any = "val_loss",
        max_trials: int | None = 10,
        num_initial_points: int | None = None,
        alpha: float = 1e-4,
        beta: float = 2.6,
        **more: Any,
    ) -> None:
        del num_initial_points, alpha, beta
        super().__init__(hypermodel, objective, max_trials, **more)


class Hyperband(Tuner):
    """Many trials for few epochs, the best of them for more, up to `max_epochs`.

    Source: keras_tuner.Hyperband; Li et al. 2018.
    """

    method = "hyperband"

    def __init__(
        self,
        hypermodel: Any = None,
        objective: Any = "val_loss",
        max_epochs: int = 100,
        factor: int = 3,
        hyperband_iterations: int = 1,
        **more: Any,
    ) -> None:
        super().__init__(hypermodel, objective, None, **more)
        self._given = {"max_epochs": max_epochs, "factor": factor, "hyperband_iterations": hyperband_iterations}

    def _schedule(self) -> Mapping[str, Any]:
        return self._given
