"""Attention by several heads, each with its own view of queries, keys and values."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from nyuron.core import ArgumentError, Array, Key, Params, Scalar, Shape, ShapeError, State, module, static
from nyuron.layers._attend import (
    attend,
    init_projection,
    nested_constrain,
    nested_penalty,
    pair_mask,
    project,
    project_inputs,
    project_output,
)
from nyuron.layers._attention import check_lengths
from nyuron.layers._axes import as_axes, positions
from nyuron.layers._call import Call
from nyuron.layers._layer import Layer
from nyuron.layers._rate import as_rate, check_rate, drop
from nyuron.layers._resolve import resolve


@module
class HeadedAttention(Layer):
    """What MultiHeadAttention and GroupQueryAttention share: projections, masks, regularizers.

    Shapes: as MultiHeadAttention's.
    Source: keras.layers.MultiHeadAttention.
    """

    call_inputs: ClassVar[tuple[str, ...]] = ("query", "value", "key")
    shaped_by: ClassVar[tuple[str, ...]] = ("return_attention_scores",)

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "dropout", as_rate(self.__dict__["dropout"]))
        resolve(self)

    def head_sizes(self) -> tuple[int, int, int, int]:
        """(heads, heads of keys and values, size of a key, size of a value)."""
        raise NotImplementedError

    def output_sizes(self, query: Shape) -> tuple[int, ...]:
        """Axes that take the place of the query's features."""
        return (query[-1],)  # type: ignore[return-value]

    def check_shapes(self, *shapes: Shape) -> None:
        check_rate(self)
        if not all(isinstance(n, int) and n > 0 for n in self.head_sizes()):
            raise ArgumentError(
                "heads and their sizes must be positive whole numbers",
                who=self.described(),
                got=self.head_sizes(),
                fix="MultiHeadAttention(num_heads=4, key_dim=16)",
            )
        if len(shapes) not in (2, 3) or any(len(shape) < 3 for shape in shapes):
            raise ShapeError(
                "attention needs a query and a value, and may have a key",
                who=self.described(),
                expected="query (batch, T, features), value (batch, S, features), key (batch, S, features)",
                got=list(shapes),
                fix="attention(x, x) for self-attention, attention(query, value) for cross-attention",
            )
        check_lengths(self, shapes[1], shapes[-1])
        if any(shape[-1] is None for shape in shapes):
            raise ShapeError(
                "the number of features is unknown",
                who=self.described(),
                got=list(shapes),
                fix="give Input a fixed last axis",
            )

    def init(self, key: Key, *shapes: Shape) -> tuple[Params, State]:
        heads, groups, size, value_size = self.head_sizes()
        query, value, source = shapes[0][-1], shapes[1][-1], shapes[-1][-1]
        keys = jax.random.split(key, 5)
        params = {
            "query": init_projection(self, keys[0], (query,), (heads, size)),  # type: ignore[arg-type]
            "key": init_projection(self, keys[1], (source,), (groups, size)),  # type: ignore[arg-type]
        }
        if self.__dict__["use_gate"]:
            params["gate"] = init_projection(self, keys[2], (query,), (heads, value_size))  # type: ignore[arg-type]
        params["value"] = init_projection(self, keys[3], (value,), (groups, value_size))  # type: ignore[arg-type]
        params["attention_output"] = init_projection(self, keys[4], (heads, value_size), self.output_sizes(shapes[0]))
        return params, {}

    def apply(
        self,
        params: Params,
        state: State,
        query: Array,
        value: Array,
        key: Array | None = None,
        *,
        call: Call,
        query_mask: Array | None = None,
        value_mask: Array | None = None,
        key_mask: Array | None = None,
        attention_mask: Array | None = None,
        return_attention_scores: bool = False,
        use_causal_mask: bool = False,
    ) -> tuple[Any, State]:
        masks = (*call.masks, None, None, None)
        given = (query_mask, value_mask, key_mask if key is not None else None)
        masks = tuple(own if own is not None else passed for own, passed in zip(given, masks, strict=False))
        mask = pair_mask(
            (query.shape[1], value.shape[1]),
            queries=masks[0],
            sources=masks[1:],
            pairs=attention_mask,
            is_causal=use_causal_mask,
            window=self.__dict__["sliding_window"],
        )
        output, scores = self.mix(params, query, value, value if key is None else key, mask, call)
        return ((output, scores) if return_attention_scores else output), state

    def mix(
        self, params: Params, query: Array, value: Array, key: Array, mask: Array | None, call: Call
    ) -> tuple[Array, Array]:
        """Output (batch, T, …) and scores (batch, heads, T, S) of inputs (batch, steps, features)."""
        queries, keys, values = project_inputs(params, query, value, key)
        mask = mask[:, None] if mask is not None and mask.ndim == 3 else mask
        dropout, seed = self.__dict__["dropout"], self.__dict__["seed"]
        mixed, scores = attend(queries, keys, values, mask, lambda weights: drop(weights, dropout, call, 0, seed))
        if "gate" in params:
            mixed = mixed * jax.nn.sigmoid(project(query, params["gate"])[0])
        return project_output(params["attention_output"], mixed), scores

    def penalty(self, params: Params) -> Array | float:
        """Σ of the regularizers over the projections' kernels and biases."""
        return nested_penalty(self, params)

    def constrain(self, params: Params) -> Params:
        """The projections' kernels and biases after their constraints."""
        return nested_constrain(self, params)


@module
class MultiHeadAttention(HeadedAttention):
    """``y = concat(head₁ … head_h) Wᵒ + bᵒ`` with ``headᵢ = softmax(QᵢKᵢᵀ / √key_dim) Vᵢ``, ``Qᵢ = query Wᵢ^Q + bᵢ^Q``.

    Call it as ``layer(query, value)`` or ``layer(query, value, key)``: the same sequence twice is self-attention. Steps
    are hidden by the inputs' masks or `query_mask`, `value_mask`, `key_mask` (batch, steps), by `attention_mask`
    (batch, T, S), by `use_causal_mask=True` (step t sees 0 … t), and outside `sliding_window`.
    `return_attention_scores=True` also returns every head's softmax. Over several `attention_axes` (default: all
    between batch and features) steps are pairs of positions; input masks then do not count. With `use_gate` each head
    is multiplied by ``σ(query W^G + b^G)``.

    Differs from Keras: a query from which everything is hidden gets zeros before Wᵒ, as Keras gives when scores are
    returned; an activity regularizer sees the output only; `flash_attention` changes nothing; the run's seed governs
    the draws of `dropout`, `seed` is mixed into it.

    Shapes: query (batch, T, d), value (batch, S, e), key (batch, S, f) -> (batch, T, d or *output_shape), scores
    (batch, num_heads, T, S); W^Q (d, num_heads, key_dim), W^V (e, num_heads, value_dim), Wᵒ (num_heads, value_dim, …).
    Raises: ShapeError if the shapes do not fit; ArgumentError for sizes that are not positive, or dropout outside 0 … 1.
    Source: Vaswani et al. 2017, section 3.2; keras.layers.MultiHeadAttention.
    Example:
        >>> x = jnp.ones((2, 5, 8))
        >>> MultiHeadAttention(num_heads=2, key_dim=4)(x, x, use_causal_mask=True).shape
        (2, 5, 8)
    """

    num_heads: int = static()
    key_dim: int = static()
    value_dim: int | None = static(None)
    dropout: Scalar = 0.0
    use_bias: bool = static(True)
    output_shape: Any = static(None)
    attention_axes: Any = static(None)
    sliding_window: int | None = static(None)
    flash_attention: Any = static(None)
    kernel_initializer: Any = "glorot_uniform"
    bias_initializer: Any = "zeros"
    kernel_regularizer: Any = None
    bias_regularizer: Any = None
    activity_regularizer: Any = None
    kernel_constraint: Any = None
    bias_constraint: Any = None
    use_gate: bool = static(False)
    seed: Any = None

    def __post_init__(self) -> None:
        super().__post_init__()
        wanted, axes = self.output_shape, as_axes(self.attention_axes)
        object.__setattr__(self, "output_shape", (wanted,) if isinstance(wanted, int) else wanted and tuple(wanted))
        object.__setattr__(self, "attention_axes", (axes,) if isinstance(axes, int) else axes)

    def head_sizes(self) -> tuple[int, int, int, int]:
        return self.num_heads, self.num_heads, self.key_dim, self.value_dim or self.key_dim

    def output_sizes(self, query: Shape) -> tuple[int, ...]:
        return self.output_shape or super().output_sizes(query)

    def axes(self, ndim: int) -> tuple[int, ...]:
        """The axes of positions among which attention is paid."""
        return tuple(range(1, ndim - 1)) if self.attention_axes is None else positions(self.attention_axes, ndim)

    def check_shapes(self, *shapes: Shape) -> None:
        super().check_shapes(*shapes)
        ndim = len(shapes[0])
        if any(len(shape) != ndim for shape in shapes) or not set(self.axes(ndim)) <= set(range(1, ndim - 1)):
            raise ShapeError(
                "attention_axes do not fit the inputs",
                who=self.described(),
                expected="inputs of as many axes, and attention_axes between the batch and the features",
                got=f"attention_axes={self.attention_axes} for inputs {list(shapes)}",
                fix="attention_axes=None attends to all positions",
            )

    def compute_output_shape(self, *shapes: Shape, return_attention_scores: bool = False) -> Any:
        query, value = shapes[:2]
        output = (*query[:-1], *self.output_sizes(query))
        if not return_attention_scores:
            return output
        axes = self.axes(len(query))
        free = [query[a] for a in range(len(query) - 1) if a not in axes]
        return output, (*free, self.num_heads, *[query[a] for a in axes], *[value[a] for a in axes])

    def apply(
        self,
        params: Params,
        state: State,
        query: Array,
        value: Array,
        key: Array | None = None,
        *,
        call: Call,
        attention_mask: Array | None = None,
        **named: Any,
    ) -> tuple[Any, State]:
        axes = self.axes(query.ndim)
        if query.ndim == 3:
            return super().apply(params, state, query, value, key, call=call, attention_mask=attention_mask, **named)
        # Positions side by side become one axis of steps, the other axes further examples.
        fold = _Folded(axes, query.shape, value.shape)
        steps, sources = fold(query), fold(value)
        keys = None if key is None else sources if key is value else fold(key)
        local = Call(call.key, call.training, call.trainable)
        done, state = super().apply(
            params, state, steps, steps if value is query else sources, keys, call=local,
            attention_mask=None if attention_mask is None else fold.pairs(attention_mask), **named,
        )  # fmt: skip
        if isinstance(done, tuple):
            return (fold.back(done[0]), fold.scores(done[1])), state
        return fold.back(done), state


class _Folded:
    """(batch, positions …, features) as (examples, steps, features), and back."""

    def __init__(self, axes: tuple[int, ...], query: tuple[int, ...], value: tuple[int, ...]) -> None:
        ndim = len(query)
        free = [a for a in range(ndim - 1) if a not in axes]
        self.order = (*free, *axes)
        self.free = tuple(query[a] for a in free)
        self.steps, self.sources = tuple(query[a] for a in axes), tuple(value[a] for a in axes)

    def __call__(self, x: Array) -> Array:
        last = x.ndim - 1
        ordered = x.transpose(*self.order, last)
        return ordered.reshape(math.prod(self.free), -1, x.shape[last])

    def back(self, y: Array) -> Array:
        """Output (examples, steps, …) with the query's positions in their places."""
        y = y.reshape(*self.free, *self.steps, *y.shape[2:])
        inverse = sorted(range(len(self.order)), key=lambda place: self.order[place])
        return y.transpose(*inverse, *range(len(self.order), y.ndim))

    def scores(self, s: Array) -> Array:
        """Scores (examples, heads, steps, sources) with all axes."""
        return s.reshape(*self.free, s.shape[1], *self.steps, *self.sources)

    def pairs(self, mask: Array) -> Array:
        """The caller's mask as (examples, heads, steps, sources).

        It comes as (free axes, heads, queries' positions, sources' positions), the last of the first two missing or not.
        """
        lead = mask.shape[: mask.ndim - 2 * len(self.steps)]
        lead = (*lead, *[1] * (len(self.free) + 1 - len(lead)))
        mask = mask.reshape(*lead, math.prod(self.steps), math.prod(self.sources))
        mask = jnp.broadcast_to(mask, (*self.free, *mask.shape[-3:]))
        return mask.reshape(math.prod(self.free), *mask.shape[-3:])
