"""Vocabularies: learning them from data, checking given ones, and the places of special tokens."""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nyuron.core import ArgumentError, DataError, StateError
from nyuron.layers._encode import MODES, as_mode

UNKNOWN = "[UNK]"


class Vocabulary:
    """What the lookup layers share: which token has which index.

    In 'int' mode the mask token has index 0; then come `num_oov_indices` for unknown tokens, then the tokens, the most
    frequent first, ties in reverse order of the tokens. Other modes have no place for the mask token.

    The vocabulary is part of the layer's config, and so of saved models.
    """

    max_tokens: Any
    num_oov_indices: Any
    mask_token: Any
    oov_token: Any
    vocabulary: Any
    idf_weights: Any
    output_mode: Any
    pad_to_max_tokens: Any
    described: Any

    def get_vocabulary(self, include_special_tokens: bool = True) -> list[Any]:
        """The tokens by index; without special tokens, only those of the data."""
        tokens = [] if self.vocabulary is None else _listed(self.vocabulary)
        return [*self._special(), *tokens] if include_special_tokens else tokens

    def vocabulary_size(self) -> int:
        """How many indices there are, special tokens included."""
        return self._start() + (0 if self.vocabulary is None else len(self.vocabulary))

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Take a vocabulary: tokens, or the path of a text file with one a line; special tokens may stand first.

        Raises: ArgumentError if it is empty, has a token twice, a special token elsewhere, or more tokens than
            max_tokens; if weights are missing in 'tf_idf' mode, or too few.
        """
        given = _lines(vocabulary) if isinstance(vocabulary, str | os.PathLike) else _listed(vocabulary)
        special = self._special()
        tokens = given[len(special) :] if special and given[: len(special)] == special else given
        self._check(tokens, special)
        object.__setattr__(self, "vocabulary", self._stored(tokens))
        if self.output_mode == "tf_idf":
            object.__setattr__(self, "idf_weights", self._weights(idf_weights, len(tokens)))

    def adapt(self, data: Any, steps: int | None = None) -> None:
        """Learn the vocabulary from data: an array or list, or an iterable of batches, of which `steps` are read.

        It replaces one that was there. In 'tf_idf' mode a token's weight is ``log(1 + documents / (1 + documents with
        it))``; a document is a row.

        Raises: DataError if there are no tokens.
        """
        counts: Counter[Any] = Counter()
        documents: Counter[Any] = Counter()
        total = 0
        for row in self._documents(data, steps):
            counts.update(row)
            documents.update(set(row))
            total += 1
        for special in (self.mask_token, self.oov_token):
            counts.pop(special, None)
        if not counts:
            raise DataError(
                "there are no tokens to learn from", who=self.described(), got=f"{total} rows", fix="pass training data"
            )
        ordered = sorted(counts, key=lambda token: (counts[token], token), reverse=True)
        tokens = ordered[: max(self.max_tokens - self._start(), 0)] if self.max_tokens else ordered
        object.__setattr__(self, "vocabulary", self._stored(tokens))
        if self.output_mode == "tf_idf":
            weights = [math.log(1 + total / (1 + documents[token])) for token in tokens]
            object.__setattr__(self, "idf_weights", self._weights(weights, len(tokens)))

    def _documents(self, data: Any, steps: int | None) -> Iterator[Iterable[Any]]:
        raise NotImplementedError

    def _stored(self, tokens: list[Any]) -> Any:
        return tuple(tokens)

    def _begin(self) -> None:
        """Check the arguments, and take a vocabulary that was given."""
        object.__setattr__(self, "output_mode", as_mode(self.output_mode))
        problem = None
        if self.output_mode not in MODES:
            problem = ("unknown output_mode", f"one of {', '.join(map(repr, MODES))}", repr(self.output_mode))
        elif self.max_tokens is not None and self.max_tokens <= self._start():
            problem = ("max_tokens leaves no place", f"more than the {self._start()} special ones", self.max_tokens)
        elif self.num_oov_indices < 0:
            problem = ("num_oov_indices cannot be negative", "0 or more", self.num_oov_indices)
        elif self.pad_to_max_tokens and self.max_tokens is None:
            problem = ("pad_to_max_tokens needs max_tokens", "max_tokens", "None")
        elif getattr(self, "invert", False) and self.output_mode != "int":
            problem = ("the way back starts from integers", "output_mode='int' with invert", repr(self.output_mode))
        elif self.idf_weights is not None and self.output_mode != "tf_idf":
            problem = ("idf_weights are for output_mode='tf_idf'", "no weights", repr(self.output_mode))
        if problem is not None:
            what, expected, got = problem
            raise ArgumentError(what, who=type(self).__name__, expected=expected, got=got, fix="change or leave it out")
        if self.vocabulary is not None:
            self.set_vocabulary(self.vocabulary, self.idf_weights)

    def _start(self) -> int:
        return self._mask_places() + self.num_oov_indices

    def _mask_places(self) -> int:
        return 1 if self.mask_token is not None and self.output_mode == "int" else 0

    def _special(self) -> list[Any]:
        return [self.mask_token] * self._mask_places() + [self.oov_token] * self.num_oov_indices

    def _depth(self) -> int:
        return self.max_tokens if self.pad_to_max_tokens else self.vocabulary_size()

    def _need_vocabulary(self) -> None:
        if self.vocabulary is None:
            raise StateError(
                "the vocabulary is not known yet",
                who=self.described(),
                expected="vocabulary=, set_vocabulary(), or adapt(data) first",
                got="none of these so far",
                fix=f"{type(self).__name__}.adapt(training_inputs)",
            )

    def _check(self, tokens: list[Any], special: list[Any]) -> None:
        twice = [token for token, count in Counter(tokens).items() if count > 1]
        is_inverse = getattr(self, "invert", False)
        misplaced = [t for t in dict.fromkeys(special) if t in tokens and (t == self.mask_token or is_inverse)]
        room = None if self.max_tokens is None else self.max_tokens - len(special)
        problem = None
        if not tokens:
            problem = (
                "the vocabulary is empty",
                "at least one token",
                "none",
                "leave vocabulary= out, and adapt(data)",
            )
        elif twice:
            problem = ("a token is there twice", "different tokens", twice[:5], "list(dict.fromkeys(vocabulary))")
        elif misplaced:
            problem = (
                "a special token is among the others",
                f"{special} first, or left out",
                misplaced,
                "leave it out",
            )
        elif room is not None and len(tokens) > room:
            problem = (
                "the vocabulary is larger than max_tokens",
                f"at most {room} tokens beside the {len(special)} special ones",
                len(tokens),
                f"max_tokens={len(tokens) + len(special)}, or None",
            )
        if problem is not None:
            what, expected, got, fix = problem
            raise ArgumentError(what, who=type(self).__name__, expected=expected, got=got, fix=fix)

    def _weights(self, weights: Any, count: int) -> Any:
        """Weights by index: unknown tokens have the mean of the others' unless theirs are given."""
        given = [] if weights is None else np.asarray(weights, np.float32).reshape(-1).tolist()
        wanted = self._start() + count
        if len(given) == count:
            given = [float(np.float32(np.mean(given)))] * self._start() + given
        if len(given) not in (wanted, self._depth()):
            raise ArgumentError(
                "idf_weights do not fit the vocabulary",
                who=type(self).__name__,
                expected=f"{count} weights, or {wanted} with those of the special tokens",
                got="none" if weights is None else len(given),
                fix="idf_weights=, one for each token; or adapt(data), which learns both",
            )
        return tuple([*given, *[0.0] * (self._depth() - len(given))])


def _listed(vocabulary: Any) -> list[Any]:
    found = vocabulary.tolist() if hasattr(vocabulary, "tolist") else list(vocabulary)
    return [token.decode("utf-8") if isinstance(token, bytes) else token for token in found]


def _lines(path: str | os.PathLike[str]) -> list[str]:
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ArgumentError(
            "the vocabulary cannot be read",
            who=str(path),
            expected="a UTF-8 text file with one token a line",
            got=f"{type(error).__name__}: {error!s:.100}",
            fix="check the path; tokens themselves go into a list",
        ) from error
    return text.removesuffix("\n").split("\n")


def batches(data: Any, steps: int | None) -> Iterator[Any]:
    """The whole as one batch, or the first batches of an iterable; of tuples (x, y) the first part."""
    if isinstance(data, str | bytes | list | tuple | np.ndarray) or hasattr(data, "__array__"):
        yield data
        return
    for number, batch in enumerate(data):
        if steps is not None and number >= steps:
            return
        yield batch[0] if isinstance(batch, tuple) else batch


def as_rows(array: np.ndarray) -> Sequence[list[Any]]:
    """Documents: the rows of two axes, each value of one axis by itself."""
    if array.ndim < 2:
        return [[value] for value in array.reshape(-1).tolist()]
    return [row.reshape(-1).tolist() for row in array]
