"""The network that the main job trains: one that fits the data, or what a YAML file describes."""

from __future__ import annotations

import math

import numpy as np

from nyuron.cli._model_file import NetworkSpec
from nyuron.core import ShapeError
from nyuron.data import CLASSIFICATION, Dataset
from nyuron.layers import Dense, Dropout, Flatten, Layer, Normalization, Rescaling
from nyuron.models import Sequential

LARGE_PICTURE = 256
"""Numbers in a picture from which on one wide hidden layer is taken."""


def hidden_widths(data: Dataset) -> tuple[int, ...]:
    """Units of the default network's hidden layers.

    Pictures of more than 256 numbers (MNIST and its like) get one layer of 256, as in lecture item 26; all else, two of 64.
    """
    return (256,) if data.kind == "image" and math.prod(data.x_train.shape[1:]) > LARGE_PICTURE else (64, 64)


def output_units(data: Dataset) -> int:
    """One for each class, or for each quantity."""
    return data.classes if data.task == CLASSIFICATION else math.prod(data.y_train.shape[1:])


def scaling(data: Dataset) -> Layer:
    """The layer that brings the input to a comfortable range, by the known bounds or by the training part alone."""
    if data.value_range is not None:
        low, high = data.value_range
        return Rescaling(1.0 / (high - low), -low / (high - low))
    x = np.asarray(data.x_train, np.float64)
    mean, variance = x.mean(axis=0), x.var(axis=0)
    # Rounding leaves a constant column a variance that is not quite 0; it must not be blown up.
    return Normalization(
        axis=tuple(range(1, x.ndim)), mean=mean, variance=np.where(variance > 1e-12 * mean**2, variance, 1.0)
    )


def build(data: Dataset, spec: NetworkSpec | None, hidden: tuple[int, ...], dropout: float) -> Sequential:
    """Scaling, hidden layers, and an output layer that fits the task, with weights.

    The input is scaled inside the network, so that the saved model takes the data as they come.

    Raises: ShapeError if a network of the user's gives outputs of another shape than the data need.
    """
    first = [scaling(data)] if spec is None or spec.scaling == "auto" else []
    body = _default(data, hidden or hidden_widths(data), dropout) if spec is None else [e.make() for e in spec.layers]
    units = output_units(data)
    if spec is None or spec.output == "auto":
        body.append(Dense(units, activation="softmax" if data.task == CLASSIFICATION else None))
    model = Sequential([*first, *body])
    model.build((None, *data.input_shape))
    fitting = {(None, units)} | ({(None, 1)} if data.classes == 2 else set())
    if model.output_shape not in fitting:
        got, flat = model.output_shape, len(model.output_shape) > 2
        raise ShapeError(
            "the network's output does not fit the data",
            who="--model",
            expected=f"(*batch, {units}): one unit for each "
            + ("class" if data.task == CLASSIFICATION else "quantity"),
            got=f"(*batch, {', '.join(map(str, got[1:]))})",
            fix="put Flatten before the Dense layers" if flat else f"output: auto, or a last layer of {units} units",
        )
    return model


def _default(data: Dataset, widths: tuple[int, ...], dropout: float) -> list[Layer]:
    body: list[Layer] = [Flatten()] if len(data.input_shape) != 1 else []
    for width in widths:
        body.append(Dense(width, activation="relu"))
        if dropout:
            body.append(Dropout(dropout))
    return body
