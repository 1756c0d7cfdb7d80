"""From integers to learned vectors."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from nyuron.core import Array, Key, Params, Shape, State, module, static
from nyuron.layers._call import Call
from nyuron.layers._layer import Layer
from nyuron.layers._resolve import resolve


@module
class Embedding(Layer):
    """``y = E[x]``: row x of a learned table. With `mask_zero`, 0 is padding, and is masked.

    An index outside the table gives NaN, so that the first loss says so.

    Shapes: x (batch, …) integers 0 … input_dim − 1 -> (batch, …, output_dim); E (input_dim, output_dim).
    Source: keras.layers.Embedding.
    Example:
        >>> Embedding(10, 4)(jnp.array([[1, 2, 3]])).shape
        (1, 3, 4)
    """

    input_dim: int = static()
    output_dim: int = static()
    embeddings_initializer: Any = "uniform"
    embeddings_regularizer: Any = None
    embeddings_constraint: Any = None
    mask_zero: bool = static(False)

    takes_integers = True

    def __post_init__(self) -> None:
        super().__post_init__()
        resolve(self)

    def init(self, key: Key, shape: Shape) -> tuple[Params, State]:
        return {"embeddings": self.embeddings_initializer((self.input_dim, self.output_dim), key=key)}, {}

    def compute_output_shape(self, *shapes: Shape) -> Shape:
        return (*shapes[0], self.output_dim)

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        rows = x if jnp.issubdtype(x.dtype, jnp.integer) else x.astype(jnp.int32)
        return jnp.take(params["embeddings"], rows, axis=0, mode="fill", fill_value=jnp.nan), state

    def compute_mask(self, inputs: tuple[Array, ...], call: Call) -> Array | None:
        return inputs[0] != 0 if self.mask_zero else None
