"""tune: from a builder, a space and data to a search."""

from __future__ import annotations

import inspect
import os
import time
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from nyuron.callbacks import direction as direction_of
from nyuron.core import ArgumentError, next_seed
from nyuron.models._fit import interruptible
from nyuron.populations import Field, Fold, Given, only_stopper
from nyuron.populations import folds as cut
from nyuron.train import Crew, Settings
from nyuron.tuners._bench import Bench, Told
from nyuron.tuners._check import MODES, check_schedule, check_search
from nyuron.tuners._conditions import check_conditions, conditions_of
from nyuron.tuners._discover import as_space
from nyuron.tuners._hyperband import Hyperband, Schedule
from nyuron.tuners._ledger import Ledger
from nyuron.tuners._make import builder, check_arguments, takes_hyperparameters
from nyuron.tuners._pbt import PopulationBasedTraining
from nyuron.tuners._runner import Runner
from nyuron.tuners._search import SETTINGS, Search
from nyuron.tuners._setup import SearchSetup
from nyuron.tuners._space import Space
from nyuron.tuners._trials import FIT_NAMES, Trials, takes

WINDOW = 16
"""Trials that may be under way at once: trial n is asked for when all but the last 15 before it are known, whatever the
number of devices, so that the search is the same on any."""


def tune(
    build: Any,
    space: Any = None,
    data: Any = None,
    *,
    method: str = "random",
    trials: int | None = None,
    sample: float | None = None,
    objective: str = "val_loss",
    direction: str = "auto",
    epochs: int = 10,
    batch_size: int = 32,
    callbacks: Any = None,
    validation_split: float = 0.2,
    validation_data: Any = None,
    folds: Any = None,
    test_data: Any = None,
    executions_per_trial: int = 1,
    seed: int | None = None,
    timeout: float | None = None,
    folder: str | os.PathLike[str] | None = None,
    storage: Any = None,
    keep: int = 3,
    class_weight: Mapping[int, float] | None = None,
    side_by_side: int | None = None,
    on_told: Told | None = None,
    name: str = "search",
    **schedule: Any,
) -> Search:
    """Search for hyperparameters; trials train as a population, all devices at work.

    `build` makes a compiled model: ``build(hp)``, with KerasTuner's `hp`, or ``build(**values)``. `space` is a dictionary
    such as ``{"units": [64, 128], "rate": {"low": 1e-4, "high": 0.1, "log": True}}``, a YAML file of it, a Space, or None
    where the builder declares its own. `batch_size` and `epochs` in the space are the fit's. `data` is (x, y) or
    (x, y, sample_weight).

    `method` is "grid", "random" (with `sample`, that share of the grid, without repetition), "tpe" (Bayesian),
    "hyperband" or "pbt" (population-based training). `objective` is a logged figure; a trial's value is its best over
    the epochs, the mean over `executions_per_trial` seeds, and its model that of the best epoch. Of callbacks, one
    EarlyStopping. `folds`, a number or what `nyuron.folds` gives, takes the place of the validation part: each
    fold is a member with its own rows, and the value is the mean over them. (For nested cross-validation hand a search to
    `nyuron.cross_validate`.)

    With a `folder` everything is kept there, each trial at once: the same call again goes on where the search was broken
    off, and repeats no finished trial. `storage` names Optuna's storage: None for a journal in the folder, "memory",
    "sqlite:///file.db", "postgresql://…". `timeout` in seconds. Ctrl-C ends the search; what is finished is returned.

    The same seed gives the same search on any number of devices, and a trial equals its model trained alone::

        nyuron.utils.set_random_seed(trial.seeds[0]); build(**trial.hyperparameters).fit(x, y, …)

    with EarlyStopping on the objective and `restore_best_weights`. `test_data`, which no trial sees, measures the chosen
    model once at the end.

    Raises: ArgumentError for a space, an objective or a method that cannot be used.
    Source: KerasTuner, Optuna.
    Example:
        >>> import numpy as np, nyuron
        >>> def build(units):
        ...     model = nyuron.Sequential([nyuron.Input((1,)), nyuron.layers.Dense(units, "tanh"), nyuron.layers.Dense(1)])
        ...     model.compile("adam", "mse")
        ...     return model
        >>> x = np.linspace(-1, 1, 40, dtype="float32")[:, None]
        >>> search = nyuron.tune(build, {"units": [2, 4]}, (x, x**2), method="grid", epochs=2, seed=1)
        >>> len(search.trials), sorted(search.best_hyperparameters)
        (2, ['units'])
    """
    numbers = {
        "epochs": (epochs, 1),
        "batch_size": (batch_size, 1),
        "executions_per_trial": (executions_per_trial, 1),
        "keep": (keep, 0),
    }
    numbers |= {} if trials is None else {"trials": (trials, 1)}
    check_search(method, METHODS, direction, data, timeout, numbers)
    check_schedule(method, schedule, list(inspect.signature(tune).parameters))
    space = _space(build, space)
    folder = None if folder is None else Path(folder)
    is_there = folder is not None and (folder / "search.json").is_file()
    before = Search.load(folder) if is_there else None  # type: ignore[arg-type]
    if seed is None:
        seed = next_seed() if before is None else int(before.settings["seed"])
    x, y, sample_weight = (*data, None)[:3]
    split = 0.0 if validation_data is not None or folds is not None else validation_split
    given = Given(x, y, sample_weight, class_weight, validation_data, split, folds is not None, "tune")
    settings = Settings(batch_size=batch_size, epochs=epochs, validation_batch_size=batch_size)
    parts = _folds(folds, y, validation_data, seed)
    made = Trials(build, Field(given), settings, objective, only_stopper(callbacks, "tune"), parts)
    made.sign = _sign(made, space, direction)
    fit = None if folder is None else conditions_of(given, settings, parts)
    if before is not None and fit is not None:
        check_conditions(before.settings.get("fit"), fit, folder)
    setup = SearchSetup(
        space,
        method,
        objective,
        made.direction,
        _trials(method, trials, made, schedule),
        sample,
        seed,
        executions_per_trial,
        window=WINDOW,
        # A share of the grid in random order, without repetition.
        sampling="grid" if sample is not None and method == "random" else None,
        name=name,
    )
    ledger = Ledger(setup, folder, storage)
    search = Search(
        space, {**{name: getattr(setup, name) for name in SETTINGS}, "trials": ledger.wanted, "fit": fit}, folder, keep
    )
    search._attach(made)
    for record in ledger.records():
        search._take(record)
    if before is not None:
        search.begun, search.chosen, search.seconds = before.begun, before.chosen, before.seconds
    with ledger:
        _drive(ledger, made, search, side_by_side, timeout, on_told, schedule)
    if search.stopped is None and search.trials and not search.ranked():
        error = next((t.error for t in search.trials if t.error), "none was complete")
        again = "" if folder is None else f"\nno trial is repeated in {folder}: take another folder when it is mended"
        warnings.warn(
            f"no trial succeeded ({len(search.trials)} failed); the first error: {error}{again}", stacklevel=2
        )
    if test_data is not None and search.stopped is None and search.chosen is None and search.ranked():
        search.test(*test_data)
    return search


def _trials(method: str, trials: int | None, made: Trials, schedule: Mapping[str, Any]) -> int | None:
    """How many trials are wanted, where the method says it."""
    if method == "hyperband":
        return Schedule.of(made, schedule).count
    return 16 if method == "pbt" and trials is None else trials


def _drive(
    ledger: Ledger,
    made: Trials,
    search: Search,
    side_by_side: int | None,
    timeout: float | None,
    on_told: Told | None,
    schedule: dict[str, Any],
) -> None:
    """Run the search until it is done, or time is up, or the user presses Ctrl-C."""
    began, spent = time.perf_counter(), search.seconds
    search.write(is_over=False)
    with interruptible() as is_interrupted:

        def stops() -> str | None:
            now = time.perf_counter() - began
            search.seconds = spent + now
            return "interrupted" if is_interrupted() else "timeout" if timeout is not None and now > timeout else None

        try:
            with Crew() as crew:
                _METHODS[search.settings["method"]](
                    Bench(ledger, made, search, crew, side_by_side, stops, on_told), **schedule
                )
        finally:
            search.seconds, search.in_flight = spent + time.perf_counter() - began, 0
            search.write()


def _plainly(bench: Bench) -> None:
    Runner(bench).run()


_METHODS: dict[str, Callable[..., None]] = {
    "grid": _plainly,
    "random": _plainly,
    "tpe": _plainly,
    "hyperband": lambda bench, **schedule: Hyperband(bench, Schedule.of(bench.trials, schedule)).run(),
    "pbt": lambda bench, **schedule: PopulationBasedTraining(bench, **schedule).run(),
}
METHODS = tuple(_METHODS)


def _folds(given: Any, y: Any, validation_data: Any, seed: int) -> list[Fold] | None:
    if given is None:
        return None
    if validation_data is not None:
        raise ArgumentError(
            "folds validate on rows of the data",
            who="tune",
            expected="folds or validation_data",
            got="both",
            fix="leave validation_data out",
        )
    return cut(y, given, seed=seed) if isinstance(given, int) else [Fold(*map(np.asarray, fold)) for fold in given]


def _space(build: Any, source: Any) -> Space:
    if source is None:
        return as_space(None, build)
    space = as_space(source)
    function = builder(build)
    if not takes_hyperparameters(function, space.names):
        taken = takes(build, space.names)
        check_arguments(function, [name for name in space.names if name not in FIT_NAMES or taken(name)])
    return space


def _sign(made: Trials, space: Space, direction: str) -> int:
    """+1 where more of the objective is better; asked of a model where the name of a figure of the user's does not say it."""
    mode = MODES[direction]
    if mode != "auto":
        return 1 if mode == "max" else -1
    try:
        return direction_of(made.objective, "auto", "tune")
    except ArgumentError:
        # A model says of which class its metric is, or that it has no figure of this name.
        model = made.job(space.defaults(), 0).seat.model
    try:
        return direction_of(made.objective, "auto", "tune", model)
    except ArgumentError as error:
        raise ArgumentError(
            f"it is not known whether more or less of {made.objective!r} is better",
            who="tune",
            expected="direction='minimize' or direction='maximize'",
            got="direction='auto'",
            fix=f"tune(…, objective={made.objective!r}, direction='minimize')",
        ) from error
