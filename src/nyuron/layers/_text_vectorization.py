"""Texts as numbers: cleaned, split into tokens, and looked up."""

from __future__ import annotations

import string
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from nyuron.core import ArgumentError, KindError, Shape, ShapeError, label, module, static
from nyuron.layers._encode import encoded_shape
from nyuron.layers._hangul import compose, decompose
from nyuron.layers._host import HostLayer, as_texts
from nyuron.layers._string_lookup import indices_of, vectors
from nyuron.layers._vocabulary import UNKNOWN, Vocabulary, batches

_PUNCTUATION = str.maketrans("", "", string.punctuation)
_CLEANERS: dict[Any, Callable[[str], str]] = {
    "lower_and_strip_punctuation": lambda text: text.lower().translate(_PUNCTUATION),
    "lower": str.lower,
    "strip_punctuation": lambda text: text.translate(_PUNCTUATION),
}
_SPLITTERS: dict[Any, Callable[[str], list[str]]] = {
    "whitespace": str.split,
    "character": list,
    "hangul_syllables": lambda text: list(compose(text)),
    "hangul_jamo": lambda text: list(decompose(compose(text))),
}


@module
class TextVectorization(Vocabulary, HostLayer):
    """Texts as indices of their tokens, or as vectors of which tokens they hold.

    Each text is cleaned (`standardize`: 'lower_and_strip_punctuation', 'lower', 'strip_punctuation', None, or a function
    of an array of texts), split (`split`: 'whitespace', 'character', None, or a function of an array of texts that
    gives a list of tokens for each), joined to n-grams (`ngrams`: a number, or a tuple of numbers), and looked up in the
    vocabulary, which is given or learned by `adapt`. In 'int' mode 0 pads and 1 stands for unknown tokens, and `ragged`
    gives a list of arrays without padding; 'multi_hot', 'count' and 'tf_idf' give a float32 vector a text, where 0
    stands for unknown tokens.

    Works on the host, and gives NumPy arrays: at the head of a Sequential, or before a model. The vocabulary is part of
    the config, and so of saved models.

    Differs from Keras: needs no TensorFlow; `split` may also be 'hangul_syllables' (characters, with letters composed to
    syllables) or 'hangul_jamo' (each syllable as its initial, medial and final letters U+1100 …, by the arithmetic of
    Unicode); capitals and spaces of every script count, not ASCII's alone; indices are int32; `adapt` may replace a
    vocabulary.

    Shapes: x (batch) or (batch, 1) texts -> (batch, longest) or (batch, output_sequence_length) for 'int'; (batch,
        tokens) for the others; with split=None x (batch, n) holds tokens.
    Raises: ArgumentError for unknown choices and vocabularies that cannot be used; StateError before `adapt`; ShapeError
        for texts in several columns.
    Source: keras.layers.TextVectorization.
    Example:
        >>> layer = TextVectorization(output_sequence_length=4)
        >>> layer.adapt(["foo bar", "bar baz", "baz bada boom"])
        >>> layer.get_vocabulary()
        ['', '[UNK]', 'baz', 'bar', 'foo', 'boom', 'bada']
        >>> layer([["foo qux bar"], ["qux baz"]]).tolist()
        [[4, 1, 3, 0], [1, 2, 0, 0]]
        >>> jamo = TextVectorization(split="hangul_jamo", vocabulary=["\\u1100", "\\u1161", "\\u11a8"])
        >>> jamo(["각가"]).tolist()
        [[2, 3, 4, 2, 3]]
    """

    max_tokens: Any = static(None)
    standardize: Any = static("lower_and_strip_punctuation")
    split: Any = static("whitespace")
    ngrams: Any = static(None)
    output_mode: str = static("int")
    output_sequence_length: Any = static(None)
    pad_to_max_tokens: bool = static(False)
    vocabulary: Any = label(default=None)
    idf_weights: Any = label(default=None)
    ragged: bool = static(False)
    encoding: str = static("utf-8")

    mask_token = ""
    oov_token = UNKNOWN
    num_oov_indices = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        widths = self.ngrams
        problem = None
        if not (self.standardize is None or self.standardize in _CLEANERS or callable(self.standardize)):
            problem = ("unknown standardize", f"None, a function, or one of {list(_CLEANERS)}", self.standardize)
        elif not (self.split is None or self.split in _SPLITTERS or callable(self.split)):
            problem = ("unknown split", f"None, a function, or one of {list(_SPLITTERS)}", self.split)
        elif not (widths is None or isinstance(widths, int) or all(isinstance(n, int) for n in widths)):
            problem = ("ngrams cannot be used", "a number, or a tuple of numbers", widths)
        elif self.output_sequence_length is not None and self.output_mode != "int":
            problem = ("output_sequence_length is for 'int'", "output_mode='int'", self.output_mode)
        elif self.ragged and self.output_mode != "int":
            problem = ("ragged is for 'int'", "output_mode='int'", self.output_mode)
        elif self.output_mode == "one_hot":
            problem = ("unknown output_mode", "'int', 'multi_hot', 'count' or 'tf_idf'", self.output_mode)
        if problem is not None:
            what, expected, got = problem
            fix = "change or leave it out"
            raise ArgumentError(what, who="TextVectorization", expected=expected, got=repr(got), fix=fix)
        if isinstance(widths, list):
            object.__setattr__(self, "ngrams", tuple(widths))
        self._begin()

    def compute_output_shape(self, *shapes: Shape) -> Shape:
        if self.output_mode == "int":
            return (shapes[0][0], self.output_sequence_length)
        return encoded_shape((shapes[0][0], None), self.output_mode, self._depth())

    def on_host(self, x: Any, **named: Any) -> Any:
        self._need_vocabulary()
        texts = as_texts(x, self.described())
        is_single = texts.ndim == 0
        rows = self._tokens(texts.reshape(1) if is_single else texts)
        lengths = [len(row) for row in rows]
        width = self.output_sequence_length or max(lengths, default=0)
        flat = indices_of([token for row in rows for token in row], self)
        if self.ragged:
            parts = np.split(flat, np.cumsum(lengths)[:-1])
            return parts[0][:width] if is_single else [part[:width] for part in parts]
        indices = np.full((len(rows), max(lengths, default=0)), 0 if self.output_mode == "int" else -1, np.int32)
        indices[np.arange(indices.shape[1]) < np.array(lengths)[:, None]] = flat
        if self.output_mode != "int":
            done = vectors(indices, self)
        else:
            done = np.pad(indices[:, :width], ((0, 0), (0, max(width - indices.shape[1], 0))))
        return done[0] if is_single else done

    def _tokens(self, texts: np.ndarray) -> list[list[str]]:
        texts = self._cleaned(texts)
        if self.split is None:
            rows = [[text] for text in texts] if texts.ndim == 1 else [row.reshape(-1).tolist() for row in texts]
        else:
            if texts.ndim > 2 or (texts.ndim == 2 and texts.shape[1] != 1):
                raise ShapeError(
                    "each example must be one text",
                    who=self.described(),
                    expected="(batch) or (batch, 1) texts",
                    got=texts.shape,
                    fix="one TextVectorization for each column: layer(x[:, 0])",
                )
            rows = self._split_all(texts.reshape(-1))
        if self.ngrams is None:
            return rows
        widths = range(1, self.ngrams + 1) if isinstance(self.ngrams, int) else self.ngrams
        return [[" ".join(row[i : i + n]) for n in widths for i in range(len(row) - n + 1)] for row in rows]

    def _cleaned(self, texts: np.ndarray) -> np.ndarray:
        if self.standardize is None:
            return texts
        if callable(self.standardize):
            return as_texts(self.standardize(texts.astype(str)), f"{self.described()}, standardize")
        clean, done = _CLEANERS[self.standardize], np.empty(texts.size, object)
        done[:] = [clean(text) for text in texts.reshape(-1)]
        return done.reshape(texts.shape)

    def _split_all(self, texts: np.ndarray) -> list[list[str]]:
        if not callable(self.split):
            splitter = _SPLITTERS[self.split]
            return [splitter(text) for text in texts]
        given: Any = self.split(texts.astype(str))
        rows = [list(row) for row in given]
        if len(rows) != len(texts) or not all(isinstance(token, str) for row in rows for token in row):
            raise KindError(
                "split gave something else than tokens",
                who=self.described(),
                expected=f"a list of str for each of {len(texts)} texts",
                got=repr(rows)[:80],
                fix="split=lambda texts: [text.split(',') for text in texts]",
            )
        return rows

    def _documents(self, data: Any, steps: int | None) -> Iterator[Iterable[Any]]:
        for batch in batches(data, steps):
            yield from self._tokens(np.atleast_1d(as_texts(batch, self.described())))
