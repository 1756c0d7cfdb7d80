"""Integers to vectors."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from nyuron.core import Array, Key, Params, Shape, State, module, static
from nyuron.layers._call import Call
from nyuron.layers._layer import Layer
from nyuron.layers._resolve import resolve


@module
class Embedding(Layer):
    """``y = E[x]``: row x of a learned table. With `mask_zero`, 0 is padding and is masked.

    Shapes: x (batch, …) integers 0 … input_dim − 1 -> (batch, …, output_dim).
    Source: keras.layers.Embedding.
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

    def compute_mask(self, inputs: tuple[Array, ...], call: Call) -> Array | None:
        return inputs[0] != 0 if self.mask_zero else None

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        return jnp.take(params["embeddings"], x.astype(jnp.int32), axis=0, mode="clip"), state
