"""Integers as indices into a vocabulary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import jax.numpy as jnp
import numpy as np

from nyuron.core import ArgumentError, Array, KindError, Params, Shape, State, label, module, static
from nyuron.layers._call import Call
from nyuron.layers._encode import encode, encoded_shape
from nyuron.layers._layer import Layer
from nyuron.layers._vocabulary import Vocabulary, as_rows, batches


@module
class IntegerLookup(Vocabulary, Layer):
    """Each integer as its index in a vocabulary, or with `invert` the way back; part of the compiled network.

    In 'int' mode the mask token, if there is one, has index 0; then come `num_oov_indices` indices, of which an unknown
    integer x has number x mod num_oov_indices; then the vocabulary. `adapt` learns it from data, the most frequent
    first. `output_mode`: 'int', 'one_hot', 'multi_hot', 'count', 'tf_idf'; the last four give float32 vectors.

    Differs from Keras: works inside compiled networks, so integers have 32 bits, and with num_oov_indices=0 an unknown
    integer is index −1 rather than an error; `oov_method` 'farmhash' is left to Hashing; `adapt` may replace a
    vocabulary.

    Shapes: x any -> same for 'int'; (batch, n) -> (batch, tokens) for 'multi_hot', 'count' and 'tf_idf'; (batch, n) ->
        (batch, n, tokens) or (batch, 1) -> (batch, tokens) for 'one_hot'.
    Raises: ArgumentError for a vocabulary that cannot be used; StateError before `adapt`.
    Source: keras.layers.IntegerLookup.
    Example:
        >>> IntegerLookup(vocabulary=[12, 36, 1138, 42])(np.array([[12, 1138, 42], [42, 1000, 36]])).tolist()
        [[1, 3, 4], [4, 0, 2]]
    """

    max_tokens: Any = static(None)
    num_oov_indices: int = static(1)
    mask_token: Any = static(None)
    oov_token: Any = static(-1)
    vocabulary: Any = None
    vocabulary_dtype: str = label(default="int64")
    idf_weights: Any = None
    invert: bool = static(False)
    output_mode: str = static("int")
    pad_to_max_tokens: bool = static(False)
    oov_method: str = static("floormod")
    salt: Any = static(None)

    takes_integers = True
    passes_mask = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.oov_method != "floormod" or self.salt is not None:
            raise ArgumentError(
                "a compiled network cannot hash texts",
                who="IntegerLookup",
                expected="oov_method='floormod' and no salt",
                got=f"oov_method={self.oov_method!r}, salt={self.salt!r}",
                fix="Hashing before the model",
            )
        self._begin()

    def _stored(self, tokens: list[Any]) -> Any:
        array = np.asarray(tokens)
        if array.dtype.kind not in "iu" or np.any(array != array.astype(np.int32)):
            raise KindError(
                "the vocabulary holds other things than integers of 32 bits",
                who="IntegerLookup",
                expected="integers",
                got=f"{array.dtype}: {tokens[:5]}",
                fix="StringLookup looks texts up",
            )
        return array.astype(np.int32)

    def _weights(self, weights: Any, count: int) -> Any:
        return np.asarray(super()._weights(weights, count), np.float32)

    def vocabulary_size(self) -> int:
        """How many indices there are, special tokens included."""
        return self._start() + (0 if self.vocabulary is None else self.vocabulary.shape[-1])

    def compute_output_shape(self, *shapes: Shape) -> Shape:
        return encoded_shape(shapes[0], self.output_mode, self._depth())

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        self._need_vocabulary()
        x, known = x.astype(jnp.int32), jnp.asarray(self.vocabulary)
        if self.invert:
            return self._tokens(x, known), state
        order = jnp.argsort(known)
        place = jnp.minimum(jnp.searchsorted(known[order], x), known.shape[0] - 1).astype(jnp.int32)
        index = order[place].astype(jnp.int32)
        unknown = jnp.full_like(x, -1)
        if self.num_oov_indices:
            unknown = self._mask_places() + jnp.mod(x, self.num_oov_indices)
        found = jnp.where(known[index] == x, index + self._start(), unknown)
        if self.mask_token is not None:
            found = jnp.where(x == self.mask_token, 0 if self._mask_places() else -1, found)
        if self.output_mode == "int":
            return found, state
        mode = "count" if self.output_mode == "tf_idf" else self.output_mode
        out = encode(found, mode, self._depth(), jnp.float32)
        return (out * jnp.asarray(self.idf_weights, jnp.float32) if self.output_mode == "tf_idf" else out), state

    def _tokens(self, x: Array, known: Array) -> Array:
        place = x - self._start()
        inside = (place >= 0) & (place < known.shape[0])
        tokens = jnp.where(inside, known[jnp.clip(place, 0, known.shape[0] - 1)], self.oov_token)
        return jnp.where(x == 0, self.mask_token, tokens) if self._mask_places() else tokens

    def _documents(self, data: Any, steps: int | None) -> Iterator[Iterable[Any]]:
        for batch in batches(data, steps):
            array = np.asarray(batch)
            if array.dtype.kind not in "iu":
                raise KindError(
                    "these are no integers", who=self.described(), got=array.dtype, fix="StringLookup looks texts up"
                )
            yield from as_rows(array)
