"""The network that the main job trains: one that fits the data, or what a YAML file describes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nyuron.cli._bodies import BODIES, Seen, hidden_widths
from nyuron.cli._model_file import NetworkSpec
from nyuron.cli._text_bodies import DROPOUT, default_widths, embedding, reading, text_body
from nyuron.core import ShapeError
from nyuron.data import CLASSIFICATION, Dataset
from nyuron.layers import Dense, Layer, LayerNormalization, MelSpectrogram, Normalization, Permute, Rescaling
from nyuron.models import Sequential


def output_units(data: Dataset) -> int:
    """One for each class, or for each quantity."""
    return data.classes if data.task == CLASSIFICATION else math.prod(data.y_train.shape[1:])


SUMMARY = 16
"""Units of a forecast's layer between the series and the output."""
FRAME = 0.016
"""Seconds from one spectrum of a sound to the next; each sees four times as much."""


def scaling(data: Dataset) -> list[Layer]:
    """Layers that bring the input to a comfortable range, by the known bounds or by the training part alone.

    Sounds become spectrograms on the mel scale in decibels, (time, 40 bands), each standardised by itself: it is how a
    voice differs from its own loudness and timbre that tells.
    """
    if data.kind == "sound":
        step = round(FRAME * data.sampling_rate)  # type: ignore[operator]
        mel = MelSpectrogram(
            fft_length=4 * step,
            sequence_stride=step,
            sampling_rate=data.sampling_rate,
            num_mel_bins=40,
            max_freq=data.sampling_rate / 2,  # type: ignore[operator]
            top_db=None,
            min_power=1e-6,
        )
        return [mel, Permute((2, 1)), LayerNormalization(axis=(1, 2), center=False, scale=False)]
    if data.value_range is not None:
        low, high = data.value_range
        return [Rescaling(1.0 / (high - low), -low / (high - low))]
    x = np.asarray(data.x_train, np.float64)
    over = (0, 1) if data.series is not None else 0  # every step of a window is of the same series
    mean, variance = x.mean(axis=over), x.var(axis=over)
    # Rounding leaves a constant column a variance that is not quite 0; it must not be blown up.
    variance = np.where(variance > 1e-12 * mean**2, variance, 1.0)
    axis = -1 if data.series is not None else tuple(range(1, x.ndim))
    return [Normalization(axis=axis, mean=mean, variance=variance)]


def _seen(data: Dataset, first: list[Layer]) -> Seen:
    shape = (None, *data.input_shape)
    for layer in first:
        shape = layer.compute_output_shape(shape)
    return Seen(shape[1:], data.kind == "image", data.series is not None)  # type: ignore[arg-type]


def _rate(seen: Seen, name: str, dropout: float | None) -> float:
    """The rate that is asked for; else 0.25 for a cnn on large pictures, 0.2 for forecasts, and none for all else."""
    if dropout is not None:
        return dropout
    return 0.25 if name == "cnn" and seen.is_large_picture else 0.2 if seen.is_forecast else 0.0


def fitted_layers(data: Dataset, spec: NetworkSpec | None) -> list[Layer]:
    """What a network begins with that the training part decides: its scaling, or how texts are cut and numbered."""
    if data.kind == "texts":
        return [reading(data)]
    return scaling(data) if spec is None or spec.scaling == "auto" else []


def build(
    data: Dataset,
    spec: NetworkSpec | None,
    hidden: tuple[int, ...],
    dropout: float | None,
    name: str = "mlp",
    fitted: list[Layer] | None = None,
) -> Sequential:
    """Scaling, hidden layers (the file's, or those of the network of that name), and an output layer, with weights.

    The input is scaled inside the network, so that the saved model takes the data as they come: texts as texts.
    `fitted` are the layers of `fitted_layers`, where they are there already.

    Raises: ShapeError if a network of the user's gives outputs of another shape than the data need.
    """
    first = fitted_layers(data, spec) if fitted is None else fitted
    body: list[Layer]
    if data.kind == "texts":
        cut: Any = first[0]
        widths = hidden or default_widths(name)
        # Of texts a layer of the user's takes the numbers that stand for the units.
        first = [cut, embedding(cut, name, widths)] if spec is None else [cut, embedding(cut, "mlp", ())]
    if spec is not None:
        body = [entry.make() for entry in spec.layers]
    elif data.kind == "texts":
        body = text_body(name, widths, DROPOUT if dropout is None else dropout)
    else:
        seen = _seen(data, first)
        body = BODIES[name](seen, hidden or hidden_widths(seen, name), _rate(seen, name, dropout))
        body += [Dense(SUMMARY, activation="relu")] if seen.is_forecast and name != "mlp" else []
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
