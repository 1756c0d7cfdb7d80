"""Many networks from one builder: trained, measured and asked together."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import jax
import numpy as np

from nyuron.callbacks import History, direction
from nyuron.core import ArgumentError, StateError, next_seed
from nyuron.layers import split_frozen
from nyuron.models._fit import interruptible, plain
from nyuron.models._prepare import task_for
from nyuron.populations._lists import checked_seeds, count_of, values_of
from nyuron.populations._member import (
    Field,
    Given,
    Seat,
    best_value,
    history_of,
    job_for,
    only_stopper,
    take_over,
)
from nyuron.populations._progress import MembersProgress
from nyuron.populations._train_jobs import train_until
from nyuron.train import Crew, Settings, evaluate_program, numbers_as_arrays


class Answers(NamedTuple):
    """What the members of a population say of the same inputs."""

    each: np.ndarray
    """(members, rows, …)."""
    mean: np.ndarray
    """(rows, …): what the ensemble says; for classes the mean probabilities."""
    spread: np.ndarray
    """(rows, …): standard deviation over the members, 0 where they agree."""
    votes: np.ndarray | None
    """(rows, classes): the share of members whose first choice each class is; None unless outputs are of classes."""


class Population:
    """Many networks from one builder, trained by one compiled program.

    `build` returns a compiled model; with `hyperparameters`, one mapping a member or a mapping of equally long lists, it
    is called as ``build(**values)``. Member `i` draws its random numbers from ``seeds[i]`` (default: `seed`, `seed` + 1,
    …), and is at each moment what this makes alone::

        nyuron.utils.set_random_seed(seeds[i]); model = build(**hyperparameters[i]); model.fit(x, y, …)

    bit for bit where the members train one after another on their device (what a CPU does), else up to rounding.

    Indexing gives a member's model, ready to use. Members of different structure are trained group by group.

    Raises: ArgumentError for lists of different lengths; KindError if `build` returns no model.
    Example:
        >>> import nyuron
        >>> def build(units=2):
        ...     model = nyuron.Sequential([nyuron.Input((1,)), nyuron.layers.Dense(units), nyuron.layers.Dense(1)])
        ...     model.compile("sgd", "mse")
        ...     return model
        >>> population = Population(build, hyperparameters={"units": [2, 3]}, seed=7)
        >>> len(population), population[1].count_params()
        (2, 10)
    """

    def __init__(
        self,
        build: Callable[..., Any],
        members: int | None = None,
        hyperparameters: Mapping[str, Sequence[Any]] | Sequence[Mapping[str, Any]] | None = None,
        *,
        seed: int | None = None,
        seeds: Sequence[int] | None = None,
    ) -> None:
        each = values_of(hyperparameters)
        if seeds is not None:
            seeds = checked_seeds(seeds)
        members = count_of(members, each, seeds)
        if seeds is None:
            first = next_seed() if seed is None else seed
            seeds = [(first + i) % 2**32 for i in range(members)]
        values = each or [{}] * members
        self._seats = [Seat(build, v, int(s)) for v, s in zip(values, seeds, strict=True)]
        self.histories: list[History] = []

    @classmethod
    def _of(cls, seats: list[Seat], histories: list[History]) -> Population:
        population = cls.__new__(cls)
        population._seats, population.histories = seats, histories
        return population

    def __len__(self) -> int:
        return len(self._seats)

    def __getitem__(self, index: int) -> Any:
        return self._seats[index].model

    def __iter__(self) -> Iterator[Any]:
        return (seat.model for seat in self._seats)

    @property
    def seeds(self) -> list[int]:
        """The seed of each member."""
        return [seat.seed for seat in self._seats]

    @property
    def hyperparameters(self) -> list[dict[str, Any]]:
        """What each member's builder was called with."""
        return [dict(seat.values) for seat in self._seats]

    def fit(
        self,
        x: Any,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Any = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        class_weight: Mapping[int, float] | None = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        validation_batch_size: int | None = None,
        validation_freq: int = 1,
        *,
        side_by_side: int | None = None,
    ) -> list[History]:
        """Train all members on the same data; arguments are those of `Model.fit`.

        Of callbacks, one EarlyStopping: each member stops by itself. A member whose loss leaves the finite numbers stops
        alone, and keeps its last finite weights. `side_by_side` members share a device (default 1 on a CPU, where more
        gain nothing, and 64 elsewhere).

        Returns: each member's History. Ctrl-C ends the training: members keep what they have learned until then, those that
        were not begun stay as they were, and `stop_reason` says so. A second Ctrl-C changes no member.
        """
        given = Given(x, y, sample_weight, class_weight, validation_data, validation_split, who="Population.fit")
        field, stopper = Field(given), only_stopper(callbacks, "Population.fit")
        settings = Settings(
            batch_size=batch_size or 32,
            epochs=epochs,
            initial_epoch=initial_epoch,
            shuffles=bool(shuffle),
            validation_batch_size=validation_batch_size or batch_size or 32,
            validation_freq=validation_freq,
        )
        jobs = [job_for(seat, field, settings, stopper) for seat in self._seats]
        with interruptible() as is_interrupted, MembersProgress(len(jobs), verbose) as progress:
            trained = train_until(jobs, is_interrupted, side_by_side=side_by_side, on_end=progress.member_ended)
        is_cut = is_interrupted()
        self.histories = [history_of(job, one, is_interrupted=is_cut) for job, one in zip(jobs, trained, strict=True)]
        for job, one in zip(jobs, trained, strict=True):
            if one is not None:
                take_over(job, one)
        for seat, history in zip(self._seats, self.histories, strict=True):
            seat.model.history = history
        return self.histories

    def evaluate(
        self, x: Any, y: Any = None, batch_size: int | None = None, sample_weight: Any = None
    ) -> dict[str, np.ndarray]:
        """Each compiled figure of every member over the data.

        Shapes: figure -> (members,).
        """
        field, size = Field(Given(x, y, sample_weight, who="Population.evaluate")), batch_size or 32
        names: list[str] = []

        def measured(seat: Seat, device: Any) -> Any:
            ground = field.ground(seat)
            task, found = task_for(seat.model, ground.data[1])
            names[:] = names or found
            params, frozen = split_frozen(task.graph, seat.model.slot.params)
            order = np.arange(ground.rows, dtype=np.int32)
            data = ground.on(device).data
            task = numbers_as_arrays(task)
            return jax.device_get(evaluate_program(task, params, frozen, seat.model.slot.state, data, order, size))

        for seat in self._seats[:1]:
            field.ground(seat)
        found = self._by_devices(measured)
        return {name: np.array([plain(values[i]) for values in found]) for i, name in enumerate(names)}

    def predict(self, x: Any, batch_size: int | None = None) -> np.ndarray:
        """Every member's predictions.

        Shapes: (members, rows, …).
        Raises: ArgumentError if the models have several outputs, or outputs of different shapes.
        """
        found = self._by_devices(lambda seat, device: seat.model.predict(x, batch_size=batch_size, verbose=0))
        if not all(isinstance(a, np.ndarray) and a.shape == found[0].shape for a in found):
            raise ArgumentError(
                "the members' outputs cannot be put together",
                who="Population.predict",
                expected="models with one output, all of one shape",
                got=", ".join(sorted({str(jax.tree.map(np.shape, a)) for a in found})),
                fix="ask the members one by one: population[i].predict(x)",
            )
        return np.stack(found)

    def ask(self, x: Any, members: Sequence[int] | None = None, batch_size: int | None = None) -> Answers:
        """What the ensemble of the members, or of those named, says: mean, spread and votes.

        Outputs that are rows of shares (not negative, Σ = 1) are taken for probabilities of classes; a single unit
        between 0 and 1 with a binary loss for that of the second of two.
        """
        if members is not None and not (len(members) and set(members) <= set(range(-len(self), len(self)))):
            raise ArgumentError(
                "there are no such members",
                who="Population.ask",
                expected=f"numbers of 0 … {len(self) - 1}, one at least",
                got=repr(list(members))[:60],
                fix="leave members out to ask all",
            )
        chosen = self if members is None else Population._of([self._seats[i] for i in members], [])
        each = chosen.predict(x, batch_size)
        return Answers(each, each.mean(axis=0), each.std(axis=0), self._votes(each))

    def best(self, monitor: str = "val_loss", mode: str = "auto") -> int:
        """The number of the member whose best epoch is the best by the figure `monitor`.

        Raises: StateError before a fit; ArgumentError if the figure is not logged or was never a number.
        """
        if not self.histories:
            raise StateError("the population is not trained", who="Population.best", fix="population.fit(x, y) first")
        is_logged = any(monitor in h.history for h in self.histories)
        sign = direction(monitor, mode, "Population.best", self[0]) if is_logged else 1
        found = [best_value(h.history, monitor, sign) for h in self.histories]
        values = [-np.inf if one is None else one[0] * sign for one in found]
        if not np.isfinite(values).any():
            raise ArgumentError(
                f"no member has the figure {monitor!r}",
                who="Population.best",
                expected=", ".join(self.histories[0].history) or "a member that trained an epoch",
                got=repr(monitor),
                fix="pass validation_data or validation_split to fit"
                if monitor.startswith("val_")
                else "name a figure that is logged",
            )
        return int(np.argmax(values))

    def best_model(self, monitor: str = "val_loss", mode: str = "auto") -> Any:
        """The model of the best member."""
        return self[self.best(monitor, mode)]

    def save(self, filepath: str | os.PathLike[str]) -> None:
        """Write all members to one file: models, weights, hyperparameters, seeds, histories. It carries no code."""
        from nyuron.populations._files import save_population

        save_population(self._seats, self.histories, filepath)

    @classmethod
    def load(cls, filepath: str | os.PathLike[str], custom_objects: Any = None) -> Population:
        """Read what `save` wrote.

        Raises: FileFormatError if the file is missing, damaged or foreign.
        """
        from nyuron.populations._files import load_population

        return cls._of(*load_population(filepath, custom_objects))

    def _by_devices(self, function: Callable[[Seat, Any], Any]) -> list[Any]:
        """The function's value for each member, on all devices."""
        with Crew() as crew:
            futures = [crew.submit(lambda device, seat=seat: function(seat, device)) for seat in self._seats]
            return [future.result() for future in futures]

    def _votes(self, each: np.ndarray) -> np.ndarray | None:
        classes = each.shape[-1]
        if each.ndim < 3:
            return None
        if classes > 1 and (each >= 0).all() and np.allclose(each.sum(axis=-1), 1, atol=1e-3):
            return (each.argmax(axis=-1)[..., None] == np.arange(classes)).mean(axis=0)
        loss = str(getattr(self[0].compiled.loss, "name", self[0].compiled.loss)).lower()
        if classes == 1 and "binary" in loss and (each >= 0).all() and (each <= 1).all():
            second = (each[..., 0] > 0.5).mean(axis=0)
            return np.stack([1 - second, second], axis=-1)
        return None

    def __repr__(self) -> str:
        trained = f", {max(len(h.epoch) for h in self.histories)} epochs" if self.histories else ", not trained"
        return f"<Population of {len(self)}{trained}>"


def fit_many(
    build: Callable[..., Any],
    x: Any,
    y: Any = None,
    *,
    members: int | None = None,
    hyperparameters: Mapping[str, Sequence[Any]] | Sequence[Mapping[str, Any]] | None = None,
    seed: int | None = None,
    seeds: Sequence[int] | None = None,
    **options: Any,
) -> Population:
    """Build a population and train it: ``Population(build, …)`` and its `fit` with the other options.

    Example:
        >>> import numpy as np, nyuron
        >>> def build():
        ...     model = nyuron.Sequential([nyuron.Input((1,)), nyuron.layers.Dense(1)])
        ...     model.compile("sgd", "mse")
        ...     return model
        >>> x = np.linspace(0, 1, 8, dtype="float32")[:, None]
        >>> fit_many(build, x, 2 * x, members=2, seed=1, epochs=3, batch_size=8)
        <Population of 2, 3 epochs>
    """
    population = Population(build, members, hyperparameters, seed=seed, seeds=seeds)
    population.fit(x, y, **options)
    return population
