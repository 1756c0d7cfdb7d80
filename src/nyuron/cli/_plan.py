"""How the main job trains: what the user said, what the file says, and what the data suggest, in this order."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from nyuron import losses, optimizers
from nyuron.cli._forecast import last_values
from nyuron.cli._model_file import NetworkSpec
from nyuron.cli._options import TrainOptions
from nyuron.core import ArgumentError, DataError, from_config, nearest
from nyuron.data import CLASSIFICATION, Dataset, Standardizer, split

LARGE = 20_000
"""Training rows from which on a few epochs are enough, and over-fitting needs no watching."""
FEW = 40
"""Training rows under which none can be spared to watch for over-fitting."""
SAMPLES = 60_000
"""Windows that a forecast is learned from, each as often as it takes."""


@dataclass(frozen=True)
class Plan:
    """Everything about the training that is not the network."""

    optimizer: Any
    loss: str
    metrics: tuple[str, ...]
    epochs: int
    batch_size: int
    validation: float
    patience: int


def make_plan(
    data: Dataset, options: TrainOptions, spec: NetworkSpec | None, units: int, name: str | None = None
) -> Plan:
    """The plan for these data; `units` is the width of the network's output, `name` that of the network."""
    is_large = len(data.x_train) >= LARGE
    suited = suited_to(data, name if spec is None else None)
    is_classes = data.task == CLASSIFICATION
    fitting = ("binary_crossentropy" if units == 1 else "sparse_categorical_crossentropy") if is_classes else "mse"
    loss = _first(spec and spec.loss, fitting)
    losses.get(loss)
    validation = _first(options.validation, 0.0 if is_large or len(data.x_train) < FEW else 0.15)
    epochs = _first(options.epochs, spec and spec.epochs, suited.epochs)
    batch_size = _first(options.batch_size, spec and spec.batch_size, suited.batch_size)
    left = len(data.x_train) - round(validation * len(data.x_train))
    return Plan(
        optimizer=chosen_optimizer(options, spec, suited, epochs * -(-left // batch_size)),
        loss=loss,
        metrics=tuple(_first(spec and spec.metrics, ["accuracy"] if is_classes else ["mae"])),
        epochs=epochs,
        batch_size=batch_size,
        validation=validation,
        patience=_first(options.patience, suited.patience) if validation else 0,
    )


class Suited(NamedTuple):
    """What suits a network on data of a kind, where nothing else is asked for."""

    epochs: int
    batch_size: int = 32
    patience: int = 15
    rate: float | None = None
    """The optimizer's step size; None for its own."""
    is_falling: bool = False
    """Whether it falls to 0 over the run, by half a cosine."""


def suited_to(data: Dataset, name: str | None) -> Suited:
    """What suits the network of that name (None: the user's own) on these data.

    Convolutions on many pictures, networks on many texts, and forecasts end better with a step that falls over the
    few epochs.
    """
    is_large = len(data.x_train) >= LARGE
    if name is not None and data.series is not None:
        return Suited(int(np.clip(SAMPLES // len(data.x_train), 5, 200)), patience=8, rate=2e-3, is_falling=True)
    if name is not None and data.kind == "texts":
        return Suited(4, 128, rate=2e-3, is_falling=True) if is_large else Suited(30, 32, patience=4)
    if name == "cnn" and data.kind == "image" and is_large:
        return Suited(6, 64, rate=2e-3, is_falling=True)
    return Suited(5 if is_large else 100)


def _first(*values: Any) -> Any:
    return next(v for v in values if v is not None)


def chosen_optimizer(options: TrainOptions, spec: NetworkSpec | None, suited: Suited, steps: int) -> Any:
    """The optimizer that is asked for, or what suits; `steps` is the length of the run."""
    wanted = _first(options.optimizer, spec and spec.optimizer, "adam")
    made = _from_mapping(dict(wanted)) if isinstance(wanted, dict) else optimizers.get(wanted)
    rate: Any = options.learning_rate
    if rate is None and suited.rate is not None and wanted == "adam" and options.optimizer is None:
        rate = optimizers.schedules.CosineDecay(suited.rate, max(steps, 1)) if suited.is_falling else suited.rate
    if rate is None:
        return made
    if not hasattr(made, "learning_rate"):
        raise ArgumentError(
            "this method finds its own step", who=repr(made), got=f"--learning-rate {rate:g}", fix="leave it out"
        )
    return dataclasses.replace(made, learning_rate=rate)


def _from_mapping(wanted: dict[str, Any]) -> Any:
    name = wanted.pop("class", None)
    if name is None:
        others = "".join(f", {argument}: {value}" for argument, value in wanted.items())
        raise DataError(
            "the optimizer has no class",
            who="--model",
            expected="{class: SGD, learning_rate: 0.1}",
            got=wanted,
            fix=f"write optimizer: {{class: SGD{others}}}, or nyuron train … --optimizer sgd",
        )
    cls = type(optimizers.get(name))
    accepted = [field.name for field in dataclasses.fields(cls) if field.init]
    for argument in wanted:
        if argument not in accepted:
            guess = nearest(argument, accepted)
            raise ArgumentError(
                f"there is no argument {argument!r}",
                who=cls.__name__,
                expected=", ".join(accepted),
                got=repr(argument),
                fix=f"did you mean {guess!r}?" if guess else "leave it out",
            )
    return cls(**from_config(wanted))


@dataclass(frozen=True)
class Parts:
    """Arrays for `fit`, and the scale of the targets."""

    x: Any
    y: Any
    held: tuple[Any, Any] | None
    """The validation part."""
    scaler: Standardizer | None
    """Of the targets; None for classes."""

    @property
    def rows(self) -> tuple[int, int]:
        """Rows to train and to validate on."""
        return len(self.x), 0 if self.held is None else len(self.held[0])


def make_parts(data: Dataset, plan: Plan, units: int, seed: int) -> Parts:
    """The training part, divided once more, with targets as the loss takes them.

    Quantities are standardised by what is left to train on. Of a series the last stretch of time is held out, and the
    target is the change from the last value.
    """
    x, y, held = data.x_train, data.y_train, None
    if data.series is not None:
        y = y - last_values(data, x)
        cut = len(x) - round(plan.validation * len(x))
        x, y, held = x[:cut], y[:cut], (x[cut:], y[cut:]) if cut < len(x) else None
    elif plan.validation:
        stratify = y if data.task == CLASSIFICATION and np.bincount(y).min() > 1 else None
        parts = split(x, y, test=0, validation=plan.validation, seed=seed, stratify=stratify)
        x, y, held = parts.train.x, parts.train.y, (parts.validation.x, parts.validation.y)
        held = held if len(held[0]) else None
    scaler = None if data.task == CLASSIFICATION else Standardizer.fit(y.reshape(len(y), -1))

    def ready(target: np.ndarray) -> np.ndarray:
        return scaler.transform(target.reshape(len(target), -1)) if scaler else as_loss_takes(target, plan.loss, units)

    return Parts(x, ready(y), None if held is None else (held[0], ready(held[1])), scaler)


def as_loss_takes(y: np.ndarray, loss: str, units: int) -> np.ndarray:
    """Class numbers for a sparse loss, 0 and 1 for a single unit, one-hot rows for any other."""
    if type(losses.get(loss, y_shape=(None,), pred_shape=(None, units))).__name__.startswith("Sparse"):
        return y
    return y.astype(np.float32).reshape(-1, 1) if units == 1 else np.eye(units, dtype=np.float32)[y]
