"""Where in a sequence a step stands: as waves, or learned."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from nyuron.core import Array, Key, Params, Scalar, Shape, ShapeError, State, module, static
from nyuron.layers._axes import check_features
from nyuron.layers._call import Call
from nyuron.layers._embedding import Embedding
from nyuron.layers._layer import Layer
from nyuron.layers._resolve import resolve


@module
class SinePositionEncoding(Layer):
    """Position t as waves of rising length: ``y[t, 2i] = sin(t / λ^{2i/d})``, ``y[t, 2i+1] = cos(t / λ^{2i/d})``.

    λ is `max_wavelength`. The values of x play no part: add the output to x. `start_index=` of a call is the first
    step's t.

    Shapes: x (batch, …, steps, d) -> same.
    Source: Vaswani et al. 2017, section 3.5; keras_hub.layers.SinePositionEncoding.
    Example:
        >>> SinePositionEncoding()(jnp.zeros((1, 2, 2))).round(3).tolist()
        [[[0.0, 1.0], [0.8410000205039978, 0.5400000214576721]]]
    """

    max_wavelength: Scalar = 10000

    keeps_shape = True

    def apply(self, params: Params, state: State, x: Array, *, call: Call, start_index: Any = 0) -> tuple[Array, State]:
        steps, size = x.shape[-2:]
        wide = jnp.dtype("float32") if x.dtype.itemsize < 4 else x.dtype
        t = (jnp.arange(steps) + jnp.asarray(start_index, int)).astype(wide)[:, None]
        even = (jnp.arange(size) // 2 * 2).astype(wide)
        angles = t * jnp.asarray(self.max_wavelength, wide) ** (-even / size)
        waves = jnp.where(jnp.arange(size) % 2 == 0, jnp.sin(angles), jnp.cos(angles))
        return jnp.broadcast_to(waves.astype(x.dtype), x.shape), state


@module
class PositionEmbedding(Layer):
    """A learned vector for each position: ``y[t] = P[t]``. The values of x play no part: add the output to x.

    Beyond `sequence_length` n, positions are composed: ``y[t] = α u[⌊t/n⌋] + (1 − α) u[t mod n]`` with
    ``u = (P − α P[0]) / (1 − α)``, so that t < n gives P[t]. `start_index=` of a call is the first step's t; t then has
    to stay below n.

    Shapes: x (batch, …, steps, d) -> same; P (sequence_length, d).
    Raises: ShapeError if d is unknown, or there are more than n² steps.
    Source: Devlin et al. 2019; Su 2020 (hierarchical positions); keras_hub.layers.PositionEmbedding.
    Example:
        >>> PositionEmbedding(10)(jnp.zeros((2, 5, 4))).shape
        (2, 5, 4)
    """

    sequence_length: int = static()
    initializer: Any = "glorot_uniform"
    hierarchical_alpha: Scalar = 0.4

    keeps_shape = True

    def __post_init__(self) -> None:
        super().__post_init__()
        resolve(self)

    def check_shapes(self, *shapes: Shape) -> None:
        check_features(self, shapes[0])
        steps = shapes[0][-2] if len(shapes[0]) > 2 else 0
        if steps is not None and not 0 < steps <= self.sequence_length**2:
            raise ShapeError(
                "the sequence cannot be numbered",
                who=self.described(),
                expected=f"(batch, 1 to {self.sequence_length}² steps, features)",
                got=shapes[0],
                fix=f"PositionEmbedding(sequence_length={steps or 'steps'})",
            )

    def init(self, key: Key, shape: Shape) -> tuple[Params, State]:
        return {"embeddings": self.initializer((self.sequence_length, shape[-1]), key=key)}, {}

    def apply(self, params: Params, state: State, x: Array, *, call: Call, start_index: Any = 0) -> tuple[Array, State]:
        table, n, steps = params["embeddings"], self.sequence_length, x.shape[-2]
        if steps <= n:
            rows = jax.lax.dynamic_slice_in_dim(table, start_index, steps) if steps < n else table
        else:
            alpha = jnp.asarray(self.hierarchical_alpha, table.dtype)
            u = (table - alpha * table[:1]) / (1.0 - alpha)
            t = jnp.arange(steps)
            rows = alpha * u[t // n] + (1.0 - alpha) * u[t % n]
        return jnp.broadcast_to(rows, x.shape), state


@module
class TokenAndPositionEmbedding(Layer):
    """The sum of a token's and its position's learned vectors: ``y[t] = E[x[t]] + P[t]``.

    With `mask_zero`, 0 is padding, and is masked.

    Differs from KerasHub: there is no reverse projection, so no `tie_weights`.

    Shapes: x (batch, steps) integers 0 … vocabulary_size − 1 -> (batch, steps, embedding_dim).
    Raises: ShapeError if there are more than sequence_length² steps.
    Source: Devlin et al. 2019; keras_hub.layers.TokenAndPositionEmbedding.
    Example:
        >>> TokenAndPositionEmbedding(10, 6, 4)(jnp.array([[1, 2, 3]])).shape
        (1, 3, 4)
    """

    vocabulary_size: int = static()
    sequence_length: int = static()
    embedding_dim: int = static()
    embeddings_initializer: Any = "uniform"
    mask_zero: bool = static(False)

    takes_integers = True

    def __post_init__(self) -> None:
        super().__post_init__()
        resolve(self)

    def parts(self) -> tuple[Embedding, PositionEmbedding]:
        """The two tables."""
        start = self.embeddings_initializer
        return (
            Embedding(
                self.vocabulary_size, self.embedding_dim, start, mask_zero=self.mask_zero, name="token_embedding"
            ),
            PositionEmbedding(self.sequence_length, start, name="position_embedding"),
        )

    def check_shapes(self, *shapes: Shape) -> None:
        self.parts()[1].check_shapes(self.compute_output_shape(*shapes))

    def init(self, key: Key, shape: Shape) -> tuple[Params, State]:
        tokens, positions = self.parts()
        token_key, position_key = jax.random.split(key)
        return {
            "token_embedding": tokens.init(token_key, shape)[0],
            "position_embedding": positions.init(position_key, (*shape, self.embedding_dim))[0],
        }, {}

    def compute_output_shape(self, *shapes: Shape) -> Shape:
        return (*shapes[0], self.embedding_dim)

    def apply(self, params: Params, state: State, x: Array, *, call: Call, start_index: Any = 0) -> tuple[Array, State]:
        tokens, positions = self.parts()
        y, _ = tokens.apply(params["token_embedding"], {}, x, call=call)
        where, _ = positions.apply(params["position_embedding"], {}, y, call=call, start_index=start_index)
        return y + where, state

    def compute_mask(self, inputs: tuple[Array, ...], call: Call) -> Array | None:
        return inputs[0] != 0 if self.mask_zero else None
