"""How the main job reads texts: in which units, how many of them, and by which networks."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from nyuron.cli._bodies import HEAD, one_width
from nyuron.data import Dataset
from nyuron.layers import (
    GRU,
    LSTM,
    Bidirectional,
    Conv1D,
    Dense,
    Dropout,
    Embedding,
    GlobalAveragePooling1D,
    GlobalMaxPooling1D,
    Layer,
    LayerNormalization,
    TextVectorization,
    TokenAndPositionEmbedding,
    TransformerEncoder,
)

SYLLABLES, WORDS = 2500, 10_000
"""Different units that are told apart; rarer ones are unknown."""
LONGEST = {"hangul_syllables": 64, "whitespace": 200}
"""Units of a text that are read."""
WIDTH = 64
"""Numbers that stand for a unit."""
DROPOUT = 0.4
_SYLLABIC = ((0x1100, 0x11FF), (0x3040, 0x9FFF), (0xAC00, 0xD7A3))
"""Letters of Hangul, kana and Han, Hangul's syllables."""


def default_widths(name: str) -> tuple[int, ...]:
    """Units of the hidden layers of the network of that name, when none are asked for."""
    return {"cnn": (128,), "transformer": (64, 64)}.get(name, (64,))


def units_of(texts: Iterable[str]) -> str:
    """'hangul_syllables' where most letters are Korean, Japanese or Chinese, else 'whitespace', that is words."""
    letters = [c for text in list(texts)[:1000] for c in text[:500] if c.isalpha()]
    syllabic = sum(any(low <= ord(c) <= high for low, high in _SYLLABIC) for c in letters)
    return "hangul_syllables" if 2 * syllabic > len(letters) else "whitespace"


def reading(data: Dataset) -> TextVectorization:
    """The layer that cuts texts into syllables or words and numbers them, adapted to the training part.

    As many units are read as nine of ten texts have, at most 64 syllables or 200 words.
    """
    unit = units_of(data.x_train)
    clean, most = ("lower", SYLLABLES) if unit != "whitespace" else ("lower_and_strip_punctuation", WORDS)
    counts = [len(text) if unit != "whitespace" else len(text.split()) for text in data.x_train]
    length = int(np.clip(np.quantile(counts, 0.9), 4, LONGEST[unit]))
    layer = TextVectorization(max_tokens=most, standardize=clean, split=unit, output_sequence_length=length)
    layer.adapt(data.x_train)
    return layer


def embedding(layer: TextVectorization, name: str, widths: tuple[int, ...]) -> Layer:
    """Numbers for each unit; for a transformer, of its width and with the unit's place."""
    words = layer.vocabulary_size()
    if name == "transformer":
        return TokenAndPositionEmbedding(words, layer.output_sequence_length, one_width(widths), mask_zero=True)
    # Convolutions know no mask, and the maximum over all units needs none.
    return Embedding(words, WIDTH, mask_zero=name == "mlp")


def mean_of_units(widths: tuple[int, ...], dropout: float) -> list[Layer]:
    """The mean over all units, then dense layers: the order does not count."""
    body: list[Layer] = [GlobalAveragePooling1D()]
    for width in widths:
        body += [Dense(width, activation="relu"), *_dropout(dropout)]
    return body


def convolutional(widths: tuple[int, ...], dropout: float) -> list[Layer]:
    """Convolutions over three units, and the strongest answer of each filter."""
    body: list[Layer] = [Conv1D(width, 3, padding="same", activation="relu") for width in widths]
    return [*body, GlobalMaxPooling1D(), *_dropout(dropout)]


def attentive(widths: tuple[int, ...], dropout: float) -> list[Layer]:
    """Pre-norm blocks, and the mean over all units."""
    width = one_width(widths)
    blocks = [TransformerEncoder(2 * width, max(1, width // HEAD), dropout / 4, normalize_first=True) for _ in widths]
    return [*blocks, LayerNormalization(), GlobalAveragePooling1D(), *_dropout(dropout)]


def recurrent(make: Callable[..., Layer], widths: tuple[int, ...], dropout: float) -> list[Layer]:
    """Recurrent layers in both directions, and the most that the last one says at any unit."""
    body: list[Layer] = [Bidirectional(make(width, return_sequences=True)) for width in widths]
    return [*body, GlobalMaxPooling1D(), *_dropout(dropout)]


def text_body(name: str, widths: tuple[int, ...], dropout: float) -> list[Layer]:
    """What lies between the embedding and the output in the network of that name."""
    makers: dict[str, Callable[[], list[Layer]]] = {
        "mlp": lambda: mean_of_units(widths, dropout),
        "cnn": lambda: convolutional(widths, dropout),
        "lstm": lambda: recurrent(LSTM, widths, dropout),
        "gru": lambda: recurrent(GRU, widths, dropout),
        "transformer": lambda: attentive(widths, dropout),
    }
    return [*_dropout(0.75 * dropout), *makers[name]()]


def _dropout(rate: float) -> list[Layer]:
    return [Dropout(rate)] if rate else []
