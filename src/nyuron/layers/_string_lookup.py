"""Texts as indices into a vocabulary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from nyuron.core import ArgumentError, DataError, Shape, label, module, static
from nyuron.layers._encode import encoded_shape
from nyuron.layers._farmhash import fingerprint64, siphash
from nyuron.layers._host import HostLayer, as_texts
from nyuron.layers._vocabulary import UNKNOWN, Vocabulary, as_rows, batches


@module
class StringLookup(Vocabulary, HostLayer):
    """Each text as its index in a vocabulary, or with `invert` the way back.

    In 'int' mode the mask token, if there is one, has index 0; then come `num_oov_indices` indices for unknown texts,
    which a hash spreads over several; then the vocabulary. `adapt` learns it from data, the most frequent first.
    `output_mode`: 'int', 'one_hot', 'multi_hot', 'count', 'tf_idf'; the last four give float32 vectors.

    Works on the host, and gives NumPy arrays: at the head of a Sequential, or before a model.

    Differs from Keras: needs no TensorFlow; indices are int32; `adapt` may replace a vocabulary; texts come back as str.

    Shapes: x any -> same for 'int'; (batch, n) -> (batch, tokens) for 'multi_hot', 'count' and 'tf_idf'; (batch, n) ->
        (batch, n, tokens) or (batch, 1) -> (batch, tokens) for 'one_hot'.
    Raises: ArgumentError for a vocabulary that cannot be used; StateError before `adapt`; DataError for an unknown text
        where num_oov_indices=0.
    Source: keras.layers.StringLookup.
    Example:
        >>> StringLookup(vocabulary=["a", "b", "c", "d"])([["a", "c", "d"], ["d", "z", "b"]]).tolist()
        [[1, 3, 4], [4, 0, 2]]
    """

    max_tokens: Any = static(None)
    num_oov_indices: int = static(1)
    mask_token: Any = static(None)
    oov_token: Any = static(UNKNOWN)
    vocabulary: Any = label(default=None)
    idf_weights: Any = label(default=None)
    invert: bool = static(False)
    output_mode: str = static("int")
    pad_to_max_tokens: bool = static(False)
    encoding: str = static("utf-8")
    salt: Any = static(None)

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "salt", as_key(self.salt, "StringLookup"))
        self._begin()

    def compute_output_shape(self, *shapes: Shape) -> Shape:
        return encoded_shape(shapes[0], self.output_mode, self._depth())

    def on_host(self, x: Any, **named: Any) -> np.ndarray:
        self._need_vocabulary()
        if self.invert:
            return self._tokens(np.asarray(x))
        texts = as_texts(x, self.described())
        return vectors(self._indices(texts), self)

    def _indices(self, texts: np.ndarray) -> np.ndarray:
        """Indices of texts; −1 for the mask token where it has no place."""
        return indices_of(texts.reshape(-1).tolist(), self).reshape(texts.shape)

    def _tokens(self, indices: np.ndarray) -> np.ndarray:
        known = np.array([*self.get_vocabulary(), self.oov_token], object)
        inside = (indices >= 0) & (indices < len(known) - 1)
        return np.array(known[np.where(inside, indices, len(known) - 1)].tolist())

    def _documents(self, data: Any, steps: int | None) -> Iterator[Iterable[Any]]:
        for batch in batches(data, steps):
            yield from as_rows(as_texts(batch, self.described()))


def as_key(salt: Any, who: str) -> tuple[int, int] | None:
    """A salt as the two words of a key."""
    if salt is None:
        return None
    words = (salt, salt) if isinstance(salt, int) else tuple(salt)
    if len(words) != 2 or not all(isinstance(word, int) for word in words):
        raise ArgumentError(
            "the salt cannot be used", who=who, expected="an integer, or two", got=repr(salt), fix="salt=(1, 2)"
        )
    return words


def bin_of(text: str, bins: int, key: tuple[int, int] | None) -> int:
    """A text's bin by FarmHash64, or by SipHash under a key."""
    data = text.encode("utf-8")
    return (fingerprint64(data) if key is None else siphash(data, key)) % bins


def indices_of(tokens: list[str], layer: Any) -> np.ndarray:
    """The index of each token; −1 for the mask token where it has no place."""
    index = layer.__dict__.get("_index")
    if index is None or index[0] is not layer.vocabulary:
        start = layer._start()
        table = {token: start + i for i, token in enumerate(layer.vocabulary)}
        if layer.mask_token is not None:
            table[layer.mask_token] = 0 if layer._mask_places() else -1
        index = (layer.vocabulary, table)
        object.__setattr__(layer, "_index", index)
    get = index[1].get
    if layer.num_oov_indices == 1:
        unknown = layer._mask_places()
        return np.array([get(token, unknown) for token in tokens], np.int32)
    return np.array([_unknown(token, layer) if (i := get(token)) is None else i for token in tokens], np.int32)


def _unknown(token: str, layer: Any) -> int:
    if layer.num_oov_indices == 0:
        raise DataError(
            "a text is not in the vocabulary",
            who=layer.described(),
            expected=f"one of {layer.vocabulary_size()} texts",
            got=repr(token)[:60],
            fix="num_oov_indices=1 gives unknown texts an index of their own",
        )
    return layer._mask_places() + bin_of(token, layer.num_oov_indices, layer.__dict__.get("salt"))


def vectors(indices: np.ndarray, layer: Any) -> np.ndarray:
    """Indices as the layer's output mode wants them."""
    mode, depth = layer.output_mode, layer._depth()
    if mode == "int":
        return indices
    if mode == "one_hot":
        if indices.ndim > 1 and indices.shape[-1] == 1:
            indices = indices[..., 0]
        return (indices[..., None] == np.arange(depth)).astype(np.float32)
    rows = np.atleast_2d(indices)
    out = np.zeros((len(rows), depth), np.float32)
    place = np.broadcast_to(np.arange(len(rows))[:, None], rows.shape)
    np.add.at(out, (place[rows >= 0], rows[rows >= 0]), 1)
    if mode == "multi_hot":
        out = np.minimum(out, 1)
    elif mode == "tf_idf":
        out = out * np.asarray(layer.idf_weights, np.float32)
    return out if indices.ndim > 1 else out[0]
