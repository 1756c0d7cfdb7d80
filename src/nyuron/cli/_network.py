"""The network that the main job trains: one that fits the data, or what a YAML file describes."""

from __future__ import annotations

import math

import numpy as np

from nyuron.cli._bodies import BODIES, hidden_widths
from nyuron.cli._model_file import NetworkSpec
from nyuron.core import ShapeError
from nyuron.data import CLASSIFICATION, Dataset
from nyuron.layers import Dense, Layer, Normalization, Rescaling
from nyuron.models import Sequential


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


def build(
    data: Dataset, spec: NetworkSpec | None, hidden: tuple[int, ...], dropout: float, name: str = "mlp"
) -> Sequential:
    """Scaling, hidden layers (the file's, or those of the network of that name), and an output layer, with weights.

    The input is scaled inside the network, so that the saved model takes the data as they come.

    Raises: ShapeError if a network of the user's gives outputs of another shape than the data need.
    """
    first = [scaling(data)] if spec is None or spec.scaling == "auto" else []
    if spec is None:
        body = BODIES[name](data, hidden or hidden_widths(data, name), dropout)
    else:
        body = [entry.make() for entry in spec.layers]
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
