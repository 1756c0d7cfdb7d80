"""Category numbers as vectors."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from nyuron.core import ArgumentError, Array, Params, Shape, State, module, static
from nyuron.layers._call import Call
from nyuron.layers._encode import as_mode, encode, encoded_shape
from nyuron.layers._images import check_choice
from nyuron.layers._layer import Layer


@module
class CategoryEncoding(Layer):
    """Integers 0 … num_tokens − 1 as vectors of that length.

    `output_mode`: 'multi_hot' has a 1 for each category that a row holds; 'count' how often it holds it, with
    `count_weights=` summed weights instead; 'one_hot' encodes each integer by itself. A number outside the range adds
    nothing.

    Shapes: x (batch, n) -> (batch, num_tokens); 'one_hot': (batch, 1) -> (batch, num_tokens), (batch, n) -> (batch, n,
        num_tokens).
    Raises: ArgumentError if num_tokens is missing, or for an unknown output mode.
    Source: keras.layers.CategoryEncoding.
    Example:
        >>> CategoryEncoding(4)(jnp.array([[0, 1], [3, 3]])).tolist()
        [[1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0]]
        >>> CategoryEncoding(4, "count")(jnp.array([[0, 1], [3, 3]])).tolist()
        [[1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 2.0]]
    """

    num_tokens: Any = static(None)
    output_mode: str = static("multi_hot")

    takes_integers = True
    passes_mask = False

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "output_mode", as_mode(self.output_mode))
        if not isinstance(self.num_tokens, int) or self.num_tokens < 1:
            raise ArgumentError(
                "the number of categories is needed",
                who="CategoryEncoding",
                expected="num_tokens of 1 or more",
                got=repr(self.num_tokens),
                fix="CategoryEncoding(num_tokens=10), or IntegerLookup, which learns the categories from data",
            )

    def check_shapes(self, *shapes: Shape) -> None:
        check_choice(self, "output_mode", ("multi_hot", "count", "one_hot"))

    def compute_output_shape(self, *shapes: Shape) -> Shape:
        return encoded_shape(shapes[0], self.output_mode, self.num_tokens)

    def apply(
        self, params: Params, state: State, x: Array, *, call: Call, count_weights: Any = None
    ) -> tuple[Array, State]:
        if count_weights is not None and self.output_mode != "count":
            raise ArgumentError(
                "count_weights are for output_mode='count'",
                who=self.described(),
                got=f"output_mode={self.output_mode!r}",
                fix="leave count_weights out",
            )
        dtype = x.dtype if jnp.issubdtype(x.dtype, jnp.floating) else jnp.float32
        return encode(x.astype(jnp.int32), self.output_mode, self.num_tokens, dtype, count_weights), state
