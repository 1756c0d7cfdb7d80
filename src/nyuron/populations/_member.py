"""From a builder and data to members: runs that are to be trained as one of many."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nyuron.callbacks import EarlyStopping, History, flattened
from nyuron.core import ArgumentError, KindError, next_seed, seeded
from nyuron.layers import join_frozen, split_frozen
from nyuron.models import Model
from nyuron.models._arrays import check_labels
from nyuron.models._fit import named_logs
from nyuron.models._prepare import need_compiled, output_shapes, prepare, reusable, task_for
from nyuron.models._runs import whole_batch
from nyuron.models._validation import split_off
from nyuron.populations._builder import check_builder
from nyuron.train import CONVERGED, NOT_FINITE, RUNNING, STOPPED, Batch, Ground, Member, Settings, StoppingRule, Trained

Build = Callable[..., Any]
RuleOf = Callable[[list[str], Any], StoppingRule | None]
"""The rule for figures of these names, of a model."""


class Seat:
    """A model's place in a population: its seed, and how far its stream of seeds has been used."""

    def __init__(self, build: Build, values: Mapping[str, Any], seed: int) -> None:
        self.values, self.seed = dict(values), seed
        check_builder(build, self.values)
        with seeded(seed) as drawn:
            try:
                self.model = build(**self.values)
            except Exception as error:
                error.add_note(f"raised by the builder, called with {self.values or 'nothing'}")
                raise
            self.drawn = drawn()
        if not isinstance(self.model, Model):
            raise KindError(
                "the builder must return a model",
                who=getattr(build, "__name__", "build"),
                expected="a compiled Sequential or Model",
                got=type(self.model).__name__,
                fix="end it with `return model`",
            )
        need_compiled(self.model, getattr(build, "__name__", "build"))

    @classmethod
    def of(cls, model: Any, values: Mapping[str, Any], seed: int, drawn: int) -> Seat:
        """The place of a model that exists."""
        seat = cls.__new__(cls)
        seat.model, seat.values, seat.seed, seat.drawn = model, dict(values), seed, drawn
        return seat

    def next_seed(self) -> int:
        """The seed that `fit` would draw now if the model were alone, after `set_random_seed(seed)` and its building."""
        with seeded(self.seed, self.drawn) as drawn:
            found = next_seed()
            self.drawn = drawn()
        return found

    def build_for(self, *shapes: Any) -> None:
        """Give an unbuilt model its weights, as `fit` would."""
        with seeded(self.seed, self.drawn) as drawn:
            self.model.build_for(*shapes)
            self.drawn = drawn()


@dataclass(frozen=True)
class Given:
    """What a fit is given, before it is fitted to a model."""

    x: Any
    y: Any
    sample_weight: Any = None
    class_weight: Any = None
    validation_data: Any = None
    validation_split: float = 0.0
    validates_on_rows: bool = False
    """Whether each member validates on rows of its own of (x, y)."""
    who: str = "fit"


class Field:
    """The data as arrays on which members train; prepared once for all models that take them in the same form."""

    def __init__(self, given: Given) -> None:
        self.given = given
        self._made: dict[Any, Ground] = {}
        self._checked: set[Any] = set()

    @property
    def validates(self) -> bool:
        given = self.given
        return given.validation_data is not None or given.validates_on_rows or bool(given.validation_split)

    def ground(self, seat: Seat) -> Ground:
        """The arrays for one model, which is built if it was not."""
        model, ground = seat.model, None
        is_plain = model.ahead(self.given.x) is self.given.x
        if model.network is None and is_plain and self._made:
            seat.build_for(*((None, *a.shape[1:]) for a in next(iter(self._made.values())).data[0]))
        elif model.network is None:
            with seeded(seat.seed, seat.drawn) as drawn:
                ground = self._prepared(model)
                seat.drawn = drawn()
        if not is_plain:
            # What the layers on texts make of the data is this model's own.
            return ground or self._prepared(model)
        shapes = tuple(entry.shape for entry in model.graph.inputs)
        # Layers are numbered through the process: names count only where the data are given by name.
        by_name = isinstance(self.given.x, Mapping) or isinstance(self.given.y, Mapping) or self.given.class_weight
        outputs = tuple(model.output_names) if by_name else len(model.output_names)
        name = (tuple(model.input_names) if by_name else len(model.input_names), shapes, outputs)
        if name not in self._made:
            self._made[name] = ground or self._prepared(model)
        return self._made[name]

    def _prepared(self, model: Any) -> Ground:
        given = self.given
        batch = prepare(model, given.x, given.y, given.sample_weight, given.class_weight, given.who)
        validation: Batch | None = None
        if given.validation_data is not None:
            held, who = given.validation_data, f"{given.who}(validation_data)"
            if not isinstance(held, list | tuple) or len(held) not in (2, 3):
                raise ArgumentError(
                    "validation_data must be a pair",
                    who=given.who,
                    expected="(x, y) or (x, y, sample_weight)",
                    got=type(held).__name__,
                    fix="validation_data=(x_valid, y_valid)",
                )
            validation = prepare(model, held[0], held[1], held[2] if len(held) == 3 else None, None, who)
        elif given.validates_on_rows:
            validation = batch
        elif given.validation_split:
            batch, validation = split_off(batch, given.validation_split, len(batch[0][0]), given.who)
        return Ground(batch, validation)

    def check(self, seat: Seat, ground: Ground, task: Any) -> None:
        """See that the labels fit the model's outputs, once for each kind of outputs.

        Raises: DataError, ShapeError as fit does.
        """
        shapes = output_shapes(seat.model)
        name = (id(ground), str(shapes), tuple(type(head.loss).__name__ for head in task.heads))
        if name not in self._checked:
            heads = [head.loss for head in task.heads]
            check_labels(ground.data[1], heads, shapes, seat.model.output_names, self.given.who)
            self._checked.add(name)


@dataclass(frozen=True)
class Job:
    """One member with what it trains on and how."""

    seat: Seat
    member: Member
    ground: Ground
    settings: Settings
    names: tuple[str, ...]

    @property
    def signature(self) -> Any:
        """Jobs that have the same one can train in one program."""
        import jax

        rows = tuple(None if r is None else len(r) for r in (self.member.rows, self.member.validation_rows))
        return jax.tree.structure((self.member.task, self.member.rule)), self.settings, id(self.ground), rows


def job_for(
    seat: Seat,
    field: Field,
    settings: Settings,
    stopper: EarlyStopping | RuleOf | None = None,
    *,
    seed: int | None = None,
    rows: np.ndarray | None = None,
    validation_rows: np.ndarray | None = None,
) -> Job:
    """The job that does what the model's own `fit` would do, with `validation_rows` as `validation_data`.

    `stopper` is an EarlyStopping, or what makes the rule. `seed` is the fit's (default: the next of the seat's stream). `rows` are those of the training data that it uses.
    """
    seed = seat.next_seed() if seed is None else seed
    ground = field.ground(seat)
    model = seat.model
    task, names = task_for(model, ground.data[1])
    field.check(seat, ground, task)
    params, frozen = split_frozen(task.graph, model.slot.params)
    member = Member(
        task,
        params,
        frozen,
        model.slot.state,
        rule=_rule(stopper, model, names, ground.validation is not None),
        seed=seed,
        rows=rows,
        validation_rows=validation_rows,
        optimizer=reusable(model, task, params),
    )
    count = ground.rows if rows is None else len(rows)
    return Job(seat, member, ground, whole_batch(task, settings, count), tuple(names))


def _rule(stopper: EarlyStopping | RuleOf | None, model: Any, names: list[str], validates: bool) -> StoppingRule | None:
    logged = [*names, *(f"val_{name}" for name in names if validates)]
    if stopper is None:
        return None
    return stopper.rule(logged, model) if isinstance(stopper, EarlyStopping) else stopper(logged, model)


def only_stopper(callbacks: Any, who: str) -> EarlyStopping | None:
    """The EarlyStopping among the callbacks.

    Raises: ArgumentError for any other, which would have to see each member after each epoch.
    """
    given = list(flattened(callbacks))
    others = [type(c).__name__ for c in given if type(c) is not EarlyStopping]
    if others or len(given) > 1:
        raise ArgumentError(
            "members train without the host's eyes on them",
            who=who,
            expected="one EarlyStopping, or no callbacks",
            got=", ".join(others) or f"{len(given)} EarlyStopping",
            fix="leave the others out; a schedule goes into the optimizer, figures are in the histories",
        )
    return given[0] if given else None


def history_of(job: Job, trained: Trained | None, *, is_interrupted: bool = False) -> History:
    """The History that `fit` would have returned; None is what a member leaves that was not begun."""
    history, settings, names = History(), job.settings, list(job.names)
    history.seed = job.member.seed
    if trained is None:
        history.stop_reason = "interrupted before it was begun"
        return history
    for epoch in range(trained.epochs):
        values = tuple(figure[epoch] for figure in trained.logs)
        is_validated = (
            len(values) > len(names) and (settings.initial_epoch + epoch + 1) % settings.validation_every == 0
        )
        history.on_epoch_end(
            settings.initial_epoch + epoch,
            named_logs(names, values if is_validated else values[: len(names)], is_validated),
        )
    epoch = settings.initial_epoch + trained.epochs + 1
    history.stop_reason = {
        STOPPED: "early stopping",
        CONVERGED: "converged",
        NOT_FINITE: f"the loss is not finite at epoch {epoch}",
    }.get(trained.status)
    if is_interrupted and trained.status == RUNNING and epoch <= settings.epochs:
        history.stop_reason = f"interrupted in epoch {epoch}"
    return history


def take_over(job: Job, trained: Trained) -> None:
    """Give the model what its member has learned."""
    model = job.seat.model
    model.put_weights(join_frozen(trained.params, job.member.frozen), trained.layers)
    model.optimizer_state = trained.optimizer


def best_value(history: Mapping[str, Sequence[float]], monitor: str, sign: int) -> tuple[float, int] | None:
    """The best value of a figure and its place; None if it was never a number."""
    values = np.asarray(history.get(monitor, ()), np.float64) * sign
    if values.ndim != 1 or not np.isfinite(values).any():
        return None
    place = int(np.nanargmax(np.where(np.isfinite(values), values, -np.inf)))
    return float(values[place] * sign), place
