"""Cross-validation: a model a fold, all folds as one population."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import jax
import numpy as np

from nyuron.callbacks import EarlyStopping
from nyuron.core import ArgumentError, next_seed, seeded
from nyuron.data import is_batched_source, rows_of
from nyuron.layers import split_frozen
from nyuron.models._fit import plain
from nyuron.populations._adapt import adapt_model, as_rows, rows_taken
from nyuron.populations._cross_validation import CrossValidation
from nyuron.populations._folds import Fold, folds
from nyuron.populations._held_out import held_out
from nyuron.populations._member import Field, Given, Job, Seat, history_of, job_for, only_stopper, take_over
from nyuron.populations._population import Population
from nyuron.populations._progress import MembersProgress
from nyuron.populations._strata import line_of, strata_of
from nyuron.populations._train_jobs import train_jobs
from nyuron.train import Crew, Settings, evaluate_program, lanes_for, numbers_as_arrays

WHO = "cross_validate"
FIT_NAMES = ("batch_size", "epochs")
Choose = Callable[[np.ndarray], Mapping[str, Any]]


def cross_validate(
    build: Callable[..., Any],
    x: Any,
    y: Any,
    k: int = 5,
    *,
    hyperparameters: Mapping[str, Any] | Choose | None = None,
    adapt: bool | Callable[[Any, Any, Any], Any] = False,
    batch_size: int | None = None,
    epochs: int = 1,
    verbose: Any = "auto",
    callbacks: Any = None,
    validation_split: float = 0.0,
    shuffle: bool = True,
    class_weight: Mapping[int, float] | None = None,
    sample_weight: Any = None,
    validation_batch_size: int | None = None,
    cv: Any = None,
    repeats: int = 1,
    stratify: Any = None,
    groups: Any = None,
    times: Any = None,
    gap: int = 0,
    test_size: int | None = None,
    max_train_size: int | str | None = None,
    seed: int | None = None,
    side_by_side: int | None = None,
) -> CrossValidation:
    """Train a model on each fold's training rows and score it on the rows held out; all folds train as one population.

    `build` returns a compiled model; it is called as ``build(**hyperparameters)``, without `batch_size` and `epochs` unless
    it takes them: these are the fit's. The folds are those of `folds` with
    `k`, `cv`, `repeats`, `stratify`, `groups`, `times`, `gap`, `test_size`, `max_train_size` and `seed`; the other options
    are those of `Model.fit`. Fold `i` is what this makes alone, bit for bit on a CPU::

        nyuron.utils.set_random_seed(seed + i); model = build()
        model.fit(x[train], y[train], validation_data=(x[validation], y[validation]), …)

    Folds of one size share one compiled program: equal sizes (`max_train_size`="equal" in time) begin sooner.

    *What may be learned from all rows, and what not.* A number taken from all rows, such as the mean by which inputs are
    scaled, tells the model of the rows that it is scored on. Put a Normalization layer into the model, do not adapt it in
    `build`, and say ``adapt=True``: in each fold every layer that has an `adapt` adapts to that fold's training rows.
    ``adapt=function`` calls ``function(model, x_train, y_train)`` instead, for anything else that is to be learned first.

    *Early stopping* by a validation figure chooses the epoch on the rows by which the fold is scored, which flatters the
    score. With `validation_split` that share of each fold's training rows is held out for it to watch (drawn at random,
    whole groups, the newest in time), and the fold's own rows are used once.

    *Hyperparameters chosen by a search* must be searched for in each fold anew (nested cross-validation): let
    `hyperparameters` be a function that is called with the numbers of a fold's training rows, and returns the values::

        choose = lambda rows: nyuron.tune(build, space, (x[rows], y[rows])).best_hyperparameters
        cross_validate(build, x, y, hyperparameters=choose, epochs=…)

    Raises: ArgumentError and DataError as `folds` and `Model.fit` do.
    Source: sklearn.model_selection.cross_validate and cross_val_predict; Stone 1974; Varma, Simon 2006 on nesting.
    Example:
        >>> import nyuron
        >>> def build():
        ...     model = nyuron.Sequential([nyuron.Input((1,)), nyuron.layers.Dense(1)])
        ...     model.compile(nyuron.optimizers.SGD(0.5), "mse")
        ...     return model
        >>> x = np.linspace(0, 1, 12, dtype="float32")[:, None]
        >>> found = cross_validate(build, x, 2 * x, 3, epochs=200, batch_size=8, seed=1)
        >>> found.scores["loss"].shape, found.predictions.shape, found.mean["loss"] < 1e-3
        ((3,), (12, 1), True)
    """
    if is_batched_source(x):
        raise ArgumentError(
            "folds need to take rows",
            who=WHO,
            expected="arrays, tables or lists",
            got=type(x).__name__,
            fix="collect the batches first: numpy.concatenate([x for x, y in batches])",
        )
    seed = next_seed() if seed is None else seed
    xs, ys = as_rows(x), as_rows(y)
    n = rows_of((xs, ys), WHO)
    targets = ys if hasattr(ys, "shape") else n
    cut = folds(
        targets,
        k,
        cv=cv,
        repeats=repeats,
        stratify=stratify,
        groups=groups,
        times=times,
        gap=gap,
        test_size=test_size,
        max_train_size=max_train_size,
        seed=seed,
    )
    settings = Settings(
        batch_size=batch_size or 32,
        epochs=epochs,
        shuffles=bool(shuffle),
        validation_batch_size=validation_batch_size or batch_size or 32,
    )
    inner = None
    if validation_split:
        labels = None if cv is not None else strata_of(stratify, targets, n, k)
        lines = None if groups is None else line_of(groups, n, "groups")
        options: dict[str, Any] = {"labels": labels, "groups": lines, "is_time": times is not None}
        inner = [held_out(fold, validation_split, seed=seed + i, **options) for i, fold in enumerate(cut)]
    field = Field(Given(x, y, sample_weight, class_weight, validates_on_rows=True, who=WHO))
    each = [_values(hyperparameters, fold) for fold in cut]
    seats = _seats(build, cut, each, adapt, xs, ys, seed)
    runs = _Folds(cut, inner, each, field, settings, only_stopper(callbacks, WHO))
    return runs.validated(seats, repeats, verbose, side_by_side)


def _values(hyperparameters: Any, fold: Fold) -> dict[str, Any]:
    values: Any = hyperparameters(fold.train) if callable(hyperparameters) else hyperparameters
    return dict(values or {})


def _seats(
    build: Callable[..., Any],
    cut: Sequence[Fold],
    each: Sequence[dict[str, Any]],
    adapt: Any,
    xs: Any,
    ys: Any,
    seed: int,
) -> list[Seat]:
    """A model for each fold; with `adapt` it has seen the fold's training rows."""
    taken = inspect.signature(build).parameters
    takes_any = any(one.kind is one.VAR_KEYWORD for one in taken.values())
    seats = []
    for i, (fold, values) in enumerate(zip(cut, each, strict=True)):
        own = {name: value for name, value in values.items() if name not in FIT_NAMES or takes_any or name in taken}
        seat = Seat(build, own, (seed + i) % 2**32)
        if adapt:
            with seeded(seat.seed, seat.drawn) as drawn:
                adapt_model(seat.model, adapt, rows_taken(xs, fold.train), rows_taken(ys, fold.train))
                seat.drawn = drawn()
        seats.append(seat)
    return seats


@dataclass(frozen=True)
class _Folds:
    """Folds, and how each is trained and scored."""

    cut: Sequence[Fold]
    inner: Sequence[tuple[np.ndarray, np.ndarray]] | None
    """The rows that train and the rows that early stopping watches, where these are not the fold's own."""
    each: Sequence[dict[str, Any]]
    """The hyperparameters of each."""
    field: Field
    settings: Settings
    stopper: EarlyStopping | None

    def validated(self, seats: Sequence[Seat], repeats: int, verbose: Any, side_by_side: int | None) -> CrossValidation:
        """Train and score one seat a fold."""
        jobs = [
            job_for(seat, self.field, self._settings(values), self.stopper, rows=train, validation_rows=watched)
            for seat, values, (train, watched) in zip(seats, self.each, self.inner or self.cut, strict=True)
        ]
        # A lane for each fold and no more: idle lanes would repeat the last one.
        width = side_by_side or min(lanes_for(), len(jobs))
        with MembersProgress(len(jobs), verbose) as progress:
            trained = train_jobs(jobs, side_by_side=width, on_end=progress.member_ended)
        for job, one in zip(jobs, trained, strict=True):
            take_over(job, one)
        histories = [history_of(job, one) for job, one in zip(jobs, trained, strict=True)]
        for seat, history in zip(seats, histories, strict=True):
            seat.model.history = history
        with Crew() as crew:
            futures = [
                crew.submit(lambda device, job=job, fold=fold: self._scored(job, fold, device))
                for job, fold in zip(jobs, self.cut, strict=True)
            ]
            found = [future.result() for future in futures]
        return CrossValidation(
            folds=tuple(self.cut),
            scores={name: np.array([plain(values[i]) for values, _ in found]) for i, name in enumerate(jobs[0].names)},
            histories=tuple(histories),
            predictions=self._joined([said for _, said in found], jobs[0].ground.rows),
            hyperparameters=tuple(self.each),
            population=Population._of(list(seats), histories),
            repeats=repeats,
        )

    def _settings(self, values: Mapping[str, Any]) -> Settings:
        """The fit's settings, with what a fold's hyperparameters say of them."""
        own: dict[str, Any] = {name: int(values[name]) for name in FIT_NAMES if name in values}
        if "batch_size" in own and self.settings.validation_batch_size == self.settings.batch_size:
            own["validation_batch_size"] = own["batch_size"]
        return replace(self.settings, **own)

    def _scored(self, job: Job, fold: Fold, device: Any) -> tuple[Any, tuple[np.ndarray, ...]]:
        """The figures on the held-out rows, and what the model says of them."""
        model, ground, size = job.seat.model, job.ground, job.settings.validation_batch_size
        task = numbers_as_arrays(job.member.task)
        params, frozen = split_frozen(task.graph, model.slot.params)
        state, data = model.slot.state, ground.on(device).data
        values = jax.device_get(evaluate_program(task, params, frozen, state, data, fold.validation, size))
        x = self.field.given.x
        is_plain = model.ahead(x) is x
        inputs = list(ground.data[0]) if is_plain else as_rows(x)
        taken = [a[fold.validation] for a in inputs] if is_plain else rows_taken(inputs, fold.validation)
        said = model.predict(taken[0] if is_plain and len(taken) == 1 else taken, batch_size=size, verbose=0)
        return values, tuple(jax.tree.leaves(said))

    def _joined(self, said: Sequence[tuple[np.ndarray, ...]], n: int) -> Any:
        """The predictions of all rows, the mean where several folds held a row out."""
        whole = []
        for output in range(len(said[0])):
            shape, dtype = said[0][output].shape[1:], np.result_type(said[0][output], np.float32)
            sums, counts = np.zeros((n, *shape), dtype), np.zeros((n, *(1 for _ in shape)), dtype)
            for fold, each in zip(self.cut, said, strict=True):
                np.add.at(sums, fold.validation, each[output])
                np.add.at(counts, fold.validation, 1)
            whole.append(np.where(counts > 0, sums / np.maximum(counts, 1), np.nan).astype(dtype))
        return whole[0] if len(whole) == 1 else tuple(whole)
