"""The network that a command trains: a sensible default, or what a YAML file describes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from nyuron import layers as layers_room
from nyuron.core import ArgumentError, DataError, unknown_name
from nyuron.data import CLASSIFICATION, Dataset
from nyuron.layers import Dense, Dropout, Flatten, Layer, Normalization, Rescaling
from nyuron.models import Sequential


class LayerSpec(BaseModel):
    """One layer: its class, and its arguments."""

    model_config = ConfigDict(extra="allow")
    layer: str


class NetworkSpec(BaseModel):
    """A YAML file: `layers`, each {layer: Dense, units: 64, activation: relu}, and optionally how to train.

    Scaling of the input and the output layer are added by the data.
    """

    model_config = ConfigDict(extra="forbid")
    layers: list[LayerSpec]
    optimizer: str | None = None
    learning_rate: float | None = None
    epochs: int | None = None
    batch_size: int | None = None


def read_spec(path: Path) -> NetworkSpec:
    """The network that a YAML file describes.

    Raises: DataError for a missing or wrong file, UnknownNameError for an unknown layer.
    """
    import yaml

    if not path.is_file():
        raise DataError(
            "there is no such model", who=str(path), expected="mlp, or a YAML file", got=str(path), fix="--model mlp"
        )
    try:
        spec = NetworkSpec.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except yaml.YAMLError as error:
        raise DataError(
            "the file is not YAML", who=str(path), got=str(error).replace("\n", " "), fix="check the indentation"
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise DataError(
            f"the description is wrong at {where!r}",
            who=str(path),
            expected="layers: [{layer: Dense, units: 64}]",
            got=first["msg"],
            fix="see `nyuron train --help` and the README",
        ) from error
    for entry in spec.layers:
        find_layer(entry.layer)
    return spec


def find_layer(name: str) -> type[Layer]:
    """A layer class by name, from the closed list of ours."""
    known = {
        n: c for n in layers_room.__all__ if isinstance(c := getattr(layers_room, n), type) and issubclass(c, Layer)
    }
    if name not in known:
        raise unknown_name("layer", name, known)
    return known[name]


def scaling(data: Dataset) -> list[Layer]:
    """Layers that bring the input to a comfortable range, with figures of the training part alone."""
    if data.value_range is not None:
        low, high = data.value_range
        return [Rescaling(1.0 / (high - low), -low / (high - low))]
    x = np.asarray(data.x_train, np.float64)
    variance = x.var(axis=0)
    layer = Normalization(mean=x.mean(axis=0), variance=np.where(variance > 0, variance, 1.0))
    return [layer]


def build(data: Dataset, spec: NetworkSpec | None, hidden: tuple[int, ...], dropout: float) -> Sequential:
    """Scaling, hidden layers, and an output layer that fits the task."""
    body: list[Layer] = []
    if spec is not None:
        for entry in spec.layers:
            arguments = entry.model_extra or {}
            try:
                body.append(find_layer(entry.layer)(**arguments))
            except TypeError as error:
                raise ArgumentError(f"wrong arguments for {entry.layer}", who=entry.layer, got=str(error)) from error
    else:
        widths = hidden or ((256,) if data.kind == "image" and data.x_train[0].size > 256 else (64, 64))
        if len(data.input_shape) > 1:
            body.append(Flatten())
        for width in widths:
            body.append(Dense(width, activation="relu"))
            if dropout:
                body.append(Dropout(dropout))
    outputs = 1 if data.task != CLASSIFICATION else data.classes
    last = Dense(outputs, activation="softmax" if data.task == CLASSIFICATION else None)
    model = Sequential([*scaling(data), *body, last], name=data.name.replace("-", "_"))
    model.build((None, *data.input_shape))
    return model
