"""Texts into other texts, sign by sign: what is read and written, and the networks that do it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nyuron.core import DataError
from nyuron.layers import (
    GRU,
    Add,
    Attention,
    Bidirectional,
    Concatenate,
    Dense,
    Dropout,
    Embedding,
    Input,
    LayerNormalization,
    MultiHeadAttention,
    TokenAndPositionEmbedding,
    TransformerEncoder,
)
from nyuron.models import Model

EMBEDDED, HEADS, BLOCKS = 32, 4, 2
UNKNOWN = "\ufffd"


@dataclass(frozen=True)
class Signs:
    """The signs that are read or written. 0 pads; then the signs in their order; then, for what is written, the end.

    Example:
        >>> signs = Signs("ab", 4)
        >>> signs.numbered(["ab", "b"], ends=True).tolist()
        [[1, 2, 3, 0], [2, 3, 0, 0]]
        >>> signs.text(np.array([2, 1, 3, 0]))
        'ba'
    """

    signs: str
    length: int
    """Most signs of a text; for what is written the end among them."""

    @property
    def end(self) -> int:
        return len(self.signs) + 1

    @property
    def begin(self) -> int:
        """What stands before the first sign."""
        return len(self.signs) + 2

    def numbered(self, texts: Iterable[str], *, ends: bool = False) -> np.ndarray:
        """Texts as numbers. Shapes: -> (texts, length) int32.

        Raises: DataError for a sign that is not known, or a text that is too long.
        """
        places = {sign: i + 1 for i, sign in enumerate(self.signs)}
        texts = list(texts)
        made = np.zeros((len(texts), self.length), np.int32)
        for row, text in zip(made, texts, strict=True):
            strange = [sign for sign in text if sign not in places]
            if strange or len(text) + ends > self.length:
                raise DataError(
                    f"there is a sign that the network never saw: {strange[0]!r}"
                    if strange
                    else "the text is too long",
                    who=repr(text)[:60],
                    expected=f"at most {self.length - ends} of {self.signs}",
                    got=f"{len(text)} signs",
                    fix="leave this text out",
                )
            row[: len(text)] = [places[sign] for sign in text]
            if ends:
                row[len(text)] = self.end
        return made

    def before(self, written: np.ndarray) -> np.ndarray:
        """What had been written before each sign."""
        first = np.full((len(written), 1), self.begin)
        return np.concatenate([first, written[:, :-1]], axis=1).astype(np.int32)

    def text(self, numbers: np.ndarray) -> str:
        """Numbers as a text, until its end."""
        ended = np.flatnonzero(numbers == self.end)
        kept = numbers[: ended[0]] if len(ended) else numbers
        return "".join(self.signs[n - 1] if 1 <= n <= len(self.signs) else UNKNOWN for n in kept if n)


def signs_of(texts: Sequence[str], *, ends: bool = False) -> Signs:
    """The signs of these texts, in order, and the longest text's length."""
    return Signs("".join(sorted(set("".join(texts)))), max(map(len, texts)) + ends)


def recurrent(read: Signs, written: Signs, width: int, dropout: float) -> tuple[Model, Model]:
    """A GRU that looks back, by attention, at what another read in both directions; and where it looks."""
    texts, past = Input((read.length,), dtype="int32"), Input((written.length,), dtype="int32")
    seen = Embedding(len(read.signs) + 1, EMBEDDED, mask_zero=True)(texts)
    memory: Any = Bidirectional(GRU(width // 2, return_sequences=True))(seen)
    state = GRU(width, return_sequences=True)(Embedding(written.begin + 1, EMBEDDED)(past))
    context, scores = Attention(use_scale=True)([state, memory], return_attention_scores=True)
    both = Dense(width, activation="relu")(Concatenate()([state, context]))
    if dropout:
        both = Dropout(dropout)(both)
    said = Dense(written.begin + 1, activation="softmax")(both)
    return Model([texts, past], said), Model([texts, past], scores)


def transformer(read: Signs, written: Signs, width: int, dropout: float) -> tuple[Model, Model]:
    """An encoder block, two decoder blocks; and where the last one looks, as the mean of its heads."""
    texts, past = Input((read.length,), dtype="int32"), Input((written.length,), dtype="int32")
    memory = TokenAndPositionEmbedding(len(read.signs) + 1, read.length, width, mask_zero=True)(texts)
    memory = TransformerEncoder(2 * width, HEADS, dropout)(memory)
    state = TokenAndPositionEmbedding(written.begin + 1, written.length, width)(past)
    scores: Any = None
    for _ in range(BLOCKS):
        own = MultiHeadAttention(HEADS, width // HEADS, dropout=dropout)(state, state, use_causal_mask=True)
        state = LayerNormalization()(Add()([state, own]))
        found, scores = MultiHeadAttention(HEADS, width // HEADS, dropout=dropout)(
            state, memory, return_attention_scores=True
        )
        state = LayerNormalization()(Add()([state, found]))
        wide = Dense(width)(Dense(2 * width, activation="relu")(state))
        state = LayerNormalization()(Add()([state, wide]))
    said = Dense(written.begin + 1, activation="softmax")(state)
    return Model([texts, past], said), Model([texts, past], scores)


TRANSLATORS: dict[str, tuple[int, Callable[[Signs, Signs, int, float], tuple[Model, Model]]]] = {
    "gru": (128, recurrent),
    "transformer": (64, transformer),
}
"""Networks by name, with their usual width."""


def translate(model: Model, read: np.ndarray, written: Signs) -> tuple[np.ndarray, np.ndarray]:
    """What the network writes by itself, sign by sign, always the likeliest; and how likely it holds the whole.

    Shapes: read (texts, length) -> (texts, length of what is written) int32, (texts,).
    """
    made = np.zeros((len(read), written.length), np.int32)
    sure, is_over = np.ones(len(read)), np.zeros(len(read), bool)
    for place in range(written.length):
        said = np.asarray(model.predict([read, written.before(made)], batch_size=256, verbose=0))[:, place]
        best = said.argmax(-1)
        sure *= np.where(is_over, 1.0, said.max(-1))
        made[:, place] = np.where(is_over, 0, best)
        is_over |= best == written.end
    return made, sure
