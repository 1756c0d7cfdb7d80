"""Attention over given queries, values and keys: by dot products, and additive."""

from __future__ import annotations

from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from nyuron import initializers
from nyuron.core import ArgumentError, Array, Key, Params, Scalar, Shape, ShapeError, State, module, static
from nyuron.layers._attend import pair_mask, softmax
from nyuron.layers._call import Call
from nyuron.layers._layer import Layer
from nyuron.layers._rate import as_rate, check_rate, drop


@module
class ScoredAttention(Layer):
    """What Attention and AdditiveAttention share: everything but the score.

    Shapes: as Attention's.
    Source: keras.layers.Attention.
    """

    call_inputs: ClassVar[tuple[str, ...]] = ("query", "value", "key")
    shaped_by: ClassVar[tuple[str, ...]] = ("return_attention_scores",)

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "dropout", as_rate(self.__dict__["dropout"]))

    def check_shapes(self, *shapes: Shape) -> None:
        check_rate(self)
        if len(shapes) not in (2, 3) or any(len(shape) != 3 for shape in shapes):
            raise ShapeError(
                "attention needs a query and a value, and may have a key",
                who=self.described(),
                expected="[query (batch, T, d), value (batch, S, e)] or [query, value, key (batch, S, d)]",
                got=list(shapes),
                fix="attention([query, value])",
            )
        check_lengths(self, shapes[1], shapes[-1])
        if shapes[0][-1] != shapes[-1][-1]:
            raise ShapeError(
                "query and key differ in their last axis",
                who=self.described(),
                expected=f"both {shapes[0][-1]}",
                got=f"query {shapes[0]}, key {shapes[-1]}",
                fix="put a Dense layer of the other's width before one of them",
            )

    def compute_output_shape(self, *shapes: Shape, return_attention_scores: bool = False) -> Any:
        output = (*shapes[0][:-1], shapes[1][-1])
        return (output, (*shapes[0][:-1], shapes[1][1])) if return_attention_scores else output

    def apply(
        self,
        params: Params,
        state: State,
        query: Array,
        value: Array,
        key: Array | None = None,
        *,
        call: Call,
        return_attention_scores: bool = False,
        use_causal_mask: bool = False,
    ) -> tuple[Any, State]:
        masks = (*call.masks, None, None)
        scores = self.score(params, query, value if key is None else key)
        mask = pair_mask(scores.shape[1:], sources=(masks[1],), is_causal=use_causal_mask)  # type: ignore[arg-type]
        weights = drop(softmax(scores, mask), self.__dict__["dropout"], call, 0, self.__dict__["seed"])
        output = jnp.matmul(weights, value)
        if masks[0] is not None:
            output = jnp.where(masks[0].astype(bool)[:, :, None], output, 0)
        return ((output, weights) if return_attention_scores else output), state

    def score(self, params: Params, query: Array, key: Array) -> Array:
        """How much each query (batch, T, d) is drawn to each key (batch, S, d): (batch, T, S)."""
        return jnp.matmul(query, key.swapaxes(1, 2))


def check_lengths(layer: Any, value: Shape, key: Shape) -> None:
    """Raise ShapeError unless every value has a key."""
    if value[1:-1] != key[1:-1]:
        raise ShapeError(
            "value and key differ in their steps",
            who=layer.described(),
            expected=f"a key for each value: {(*value[:-1], key[-1])}",
            got=f"value {value}, key {key}",
            fix="pass a value and a key that come from the same sequence",
        )


@module
class Attention(ScoredAttention):
    """Values mixed by how well their keys fit the query: ``y = softmax(s(Q, K)) V``.

    The score is ``s = c Q Kᵀ`` ("dot"; c a learned scale with `use_scale`, else 1), or
    ``s = w Σ tanh(c (q + k))`` ("concat", w learned). Without a key the value is the key too. A mask of the value
    hides its steps; where the query's mask is False the output is 0. `use_causal_mask=True` lets step t see the steps
    0 … t only; `return_attention_scores=True` also returns the softmax.

    Differs from Keras: a query from which every value is hidden gets zeros, not an average. The run's seed governs the
    draws of `dropout`; `seed` is mixed into it.

    Shapes: [query (batch, T, d), value (batch, S, e), key (batch, S, d)] -> (batch, T, e), scores (batch, T, S).
    Raises: ShapeError if the shapes do not fit; ArgumentError for another score_mode, or dropout outside 0 … 1.
    Source: Luong et al. 2015; keras.layers.Attention.
    Example:
        >>> query, value = jnp.zeros((1, 1, 2)), jnp.array([[[1.0, 2.0], [3.0, 4.0]]])
        >>> Attention()([query, value]).tolist()
        [[[2.0, 3.0]]]
    """

    use_scale: bool = static(False)
    score_mode: str = static("dot")
    dropout: Scalar = 0.0
    seed: Any = None

    def check_shapes(self, *shapes: Shape) -> None:
        super().check_shapes(*shapes)
        if self.score_mode not in ("dot", "concat"):
            raise ArgumentError(
                "unknown score_mode",
                who=self.described(),
                expected="'dot' or 'concat'",
                got=repr(self.score_mode),
                fix="Attention(score_mode='dot')",
            )

    def init(self, key: Key, *shapes: Shape) -> tuple[Params, State]:
        params = {}
        if self.use_scale:
            params["scale"] = jnp.ones(())
        if self.score_mode == "concat":
            params["concat_score_weight"] = jnp.ones(())
        return params, {}

    def score(self, params: Params, query: Array, key: Array) -> Array:
        if self.score_mode == "dot":
            return super().score(params, query * params["scale"] if self.use_scale else query, key)
        both = query[:, :, None, :] + key[:, None, :, :]
        return params["concat_score_weight"] * jnp.sum(
            jnp.tanh(params["scale"] * both if self.use_scale else both), axis=-1
        )


@module
class AdditiveAttention(ScoredAttention):
    """Attention with the score ``s = Σ c ∘ tanh(q + k)``, c learned with `use_scale`, else 1: Bahdanau's.

    Masks, causality, dropout and returned scores are those of Attention.

    Differs from Keras: as Attention.

    Shapes: [query (batch, T, d), value (batch, S, e), key (batch, S, d)] -> (batch, T, e), scores (batch, T, S);
    c (d,).
    Raises: ShapeError if the shapes do not fit; ArgumentError for dropout outside 0 … 1.
    Source: Bahdanau et al. 2015; keras.layers.AdditiveAttention.
    Example:
        >>> query, value = jnp.zeros((1, 1, 2)), jnp.array([[[1.0, 1.0], [1.0, 1.0]]])
        >>> AdditiveAttention()([query, value]).tolist()
        [[[1.0, 1.0]]]
    """

    use_scale: bool = static(True)
    dropout: Scalar = 0.0
    seed: Any = None

    def init(self, key: Key, *shapes: Shape) -> tuple[Params, State]:
        if not self.use_scale:
            return {}, {}
        return {"scale": initializers.get("glorot_uniform")((shapes[0][-1],), key=jax.random.fold_in(key, 0))}, {}

    def score(self, params: Params, query: Array, key: Array) -> Array:
        bent = jnp.tanh(query[:, :, None, :] + key[:, None, :, :])
        return jnp.matmul(bent, params["scale"]) if self.use_scale else jnp.sum(bent, axis=-1)
