"""What lies between scaling and output in the networks that `nyuron train` knows by name."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from nyuron.core import ArgumentError
from nyuron.data import Dataset
from nyuron.layers import (
    GRU,
    LSTM,
    Add,
    Conv1D,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling1D,
    Input,
    Layer,
    LayerNormalization,
    MaxPooling1D,
    MaxPooling2D,
    PositionEmbedding,
    Reshape,
    TransformerEncoder,
)
from nyuron.models import Model

LARGE_PICTURE = 256
"""Numbers in a picture from which on one wide hidden layer is taken."""
HEAD = 16
"""Features of an attention head."""


class Seen(NamedTuple):
    """What a body is given: the data as the scaling layers leave them."""

    shape: tuple[int, ...]
    is_picture: bool
    is_forecast: bool = False
    """Whether it is a series that is to be continued."""

    @property
    def is_large_picture(self) -> bool:
        return self.is_picture and math.prod(self.shape) > LARGE_PICTURE


def default_network(data: Dataset) -> str:
    """The network for data of this kind when none is asked for."""
    if data.kind == "texts":
        return "cnn"
    return "gru" if data.kind == "sound" or data.series is not None else "mlp"


def hidden_widths(seen: Seen, name: str = "mlp") -> tuple[int, ...]:
    """Units of the default network's hidden layers, or the width of each of its blocks; fewer for a forecast.

    Of cnn, filters: 32 and 64. Of lstm and gru, one layer of 128. Of mlp, pictures of more than 256 numbers (MNIST and
    its like) get one layer of 256, as in lecture item 26; all else, and the blocks of a transformer, two of 64.
    """
    if seen.is_forecast:
        return {"cnn": (32, 32), "mlp": (64, 32), "transformer": (32, 32)}.get(name, (32,))
    if name == "cnn":
        return (32, 64)
    if name in ("lstm", "gru"):
        return (128,)
    return (256,) if name == "mlp" and seen.is_large_picture else (64, 64)


def mlp(seen: Seen, widths: tuple[int, ...], dropout: float) -> list[Layer]:
    """Dense layers."""
    body: list[Layer] = [Flatten()] if len(seen.shape) != 1 else []
    for width in widths:
        body.append(Dense(width, activation="relu"))
        if dropout:
            body.append(Dropout(dropout))
    return body


def cnn(seen: Seen, widths: tuple[int, ...], dropout: float) -> list[Layer]:
    """Convolutions of 3 × 3 pixels, or 3 steps of a series, each rectified and halved in size by pooling.

    Raises: ArgumentError for a table, whose columns have no neighbours.
    """
    shape, is_picture = seen.shape, seen.is_picture
    if len(shape) < 2:
        raise ArgumentError(
            "a cnn looks at neighbours, and a table's columns have none",
            who="--model",
            expected="pictures or series",
            got=f"examples with {math.prod(shape)} columns",
            fix="--model mlp",
        )
    body: list[Layer] = [Reshape((*shape, 1))] if is_picture and len(shape) == 2 else []
    if not is_picture and len(shape) > 2:
        body.append(Reshape((shape[0], math.prod(shape[1:]))))
    for width in widths:
        if is_picture:
            body += [Conv2D(width, 3, padding="same", activation="relu"), MaxPooling2D(padding="same")]
        else:
            body += [Conv1D(width, 3, padding="same", activation="relu"), MaxPooling1D(padding="same")]
    return [*body, Flatten(), *([Dropout(dropout)] if dropout else [])]


def transformer(seen: Seen, widths: tuple[int, ...], dropout: float) -> list[Layer]:
    """Pre-norm blocks over a picture's rows, a series' steps or a table's columns, each with its learned position.

    Raises: ArgumentError for blocks of several widths.
    """
    shape, width = seen.shape, one_width(widths)
    steps = shape[0]
    body: list[Layer] = [] if len(shape) == 2 else [Reshape((steps, math.prod(shape[1:])))]
    body += [Dense(width), _positions(steps, width)]
    for _ in widths:
        body.append(TransformerEncoder(2 * width, max(1, width // HEAD), dropout, normalize_first=True))
    return [*body, LayerNormalization(), GlobalAveragePooling1D()]


def one_width(widths: tuple[int, ...]) -> int:
    """The width of a transformer's blocks.

    Raises: ArgumentError for blocks of several widths.
    """
    if len(set(widths)) != 1:
        raise ArgumentError(
            "a transformer has one width",
            who="--hidden",
            expected="a width for each block, all the same",
            got=" ".join(map(str, widths)),
            fix=f"--hidden {' '.join([str(widths[0])] * len(widths))}",
        )
    return widths[0]


def recurrent(make: Callable[..., Layer], seen: Seen, widths: tuple[int, ...], dropout: float) -> list[Layer]:
    """Recurrent layers over a picture's rows, a series' steps or a table's columns; the last one gives its last output."""
    shape = seen.shape
    body: list[Layer] = [] if len(shape) == 2 else [Reshape((shape[0], math.prod(shape[1:])))]
    for place, width in enumerate(widths):
        body.append(make(width, return_sequences=place + 1 < len(widths)))
        if dropout:
            body.append(Dropout(dropout))
    return body


def _positions(steps: int, width: int) -> Layer:
    x = Input((steps, width))
    return Model(x, Add()([x, PositionEmbedding(steps)(x)]), name="positions")


BODIES: dict[str, Callable[[Seen, tuple[int, ...], float], list[Layer]]] = {
    "mlp": mlp,
    "cnn": cnn,
    "lstm": partial(recurrent, LSTM),
    "gru": partial(recurrent, GRU),
    "transformer": transformer,
}
