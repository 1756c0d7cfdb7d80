"""Blocks of a Transformer: attention, then a network of two layers, each with a shortcut and a normalisation."""

from __future__ import annotations

from typing import Any, ClassVar

import jax

from nyuron.core import ArgumentError, Array, Key, Params, Scalar, Shape, ShapeError, State, module, static
from nyuron.layers._attend import nested_penalty
from nyuron.layers._axes import check_features
from nyuron.layers._call import Call
from nyuron.layers._dense import Dense
from nyuron.layers._layer import Layer
from nyuron.layers._layer_normalization import LayerNormalization
from nyuron.layers._multi_head_attention import MultiHeadAttention
from nyuron.layers._rate import as_rate, check_rate, drop
from nyuron.layers._resolve import resolve


@module
class TransformerBlock(Layer):
    """What encoder and decoder blocks share.

    Shapes: as TransformerEncoder's.
    Source: Vaswani et al. 2017.
    """

    keeps_shape = True

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "dropout", as_rate(self.__dict__["dropout"]))
        resolve(self)

    def check_shapes(self, *shapes: Shape) -> None:
        check_rate(self)
        if any(len(shape) != 3 for shape in shapes):
            raise ShapeError(
                "a Transformer needs sequences",
                who=self.described(),
                expected="(batch, steps, features)",
                got=list(shapes),
                fix="put an Embedding or a Reshape before this layer",
            )
        check_features(self, shapes[0])
        heads, width = self.__dict__["num_heads"], shapes[0][-1]
        if width is not None and width < heads:
            raise ArgumentError(
                "a head would be left without features",
                who=self.described(),
                expected="num_heads at most the number of features",
                got=f"{heads} heads for {width} features",
                fix=f"num_heads={max(1, width // 16)}",
            )

    def compute_output_shape(self, *shapes: Shape, **named: Any) -> Any:
        return shapes[0]

    def attention(self, width: int, name: str) -> MultiHeadAttention:
        """Attention among `num_heads` heads that share the width out."""
        own = self.__dict__
        heads = own["num_heads"]
        return MultiHeadAttention(
            heads, width // heads, dropout=own["dropout"], kernel_initializer=own["kernel_initializer"],
            bias_initializer=own["bias_initializer"], name=name,
        )  # fmt: skip

    def norm(self, name: str) -> LayerNormalization:
        """Layer normalisation with the block's ε."""
        return LayerNormalization(epsilon=self.__dict__["layer_norm_epsilon"], name=name)

    def dense(self, units: int, activation: Any, name: str) -> Dense:
        """One layer of the network that each step goes through."""
        own = self.__dict__
        return Dense(
            units, activation, kernel_initializer=own["kernel_initializer"],
            bias_initializer=own["bias_initializer"], name=name,
        )  # fmt: skip

    def feed_forward(self, width: int) -> dict[str, Layer]:
        """The network that each step goes through by itself."""
        own = self.__dict__
        return {
            "feedforward_intermediate_dense": self.dense(own["intermediate_dim"], own["activation"], "intermediate"),
            "feedforward_output_dense": self.dense(width, None, "output"),
        }

    def sub_block(self, params: Params, norm: str, x: Array, call: Call, place: int, inner: Any) -> Array:
        """``x + inner(norm(x))``, or ``norm(x + inner(x))``, with dropout of what `inner` gives."""
        first = self.__dict__["normalize_first"]
        normed = self._applied(params, norm, x, call) if first else x
        y = x + drop(inner(normed), self.__dict__["dropout"], call, place)
        return y if first else self._applied(params, norm, y, call)

    def fed_forward(self, params: Params, x: Array, call: Call) -> Array:
        """The last sub-block."""

        def inner(y: Array) -> Array:
            for name, layer in self.feed_forward(x.shape[-1]).items():
                y, _ = layer.apply(params[name], {}, y, call=call)
            return y

        return self.sub_block(params, "feedforward_layer_norm", x, call, 1, inner)

    def _applied(self, params: Params, norm: str, x: Array, call: Call) -> Array:
        return self.norm(norm).apply(params[norm], {}, x, call=call)[0]

    def penalty(self, params: Params) -> Array | float:
        """Σ of the regularizers over the block's kernels and biases."""
        return nested_penalty(self, params)


def _made(key: Key, parts: dict[str, tuple[Layer, tuple[Shape, ...]]]) -> Params:
    return {
        name: layer.init(jax.random.fold_in(key, i), *shapes)[0]
        for i, (name, (layer, shapes)) in enumerate(parts.items())
    }


@module
class TransformerEncoder(TransformerBlock):
    """Self-attention, then a network of two layers for each step: ``z = x + A(x)``, ``y = z + W₂ φ(W₁ z + b₁) + b₂``.

    With `normalize_first` (pre-norm, GPT-2's) layer normalisation comes before A and before the network; else
    (post-norm, the paper's and BERT's) after each sum. `num_heads` heads share the features out. Steps are hidden by
    the input's mask or `padding_mask=` (batch, steps), and by `attention_mask=` (batch, steps, steps).
    `return_attention_scores=True` also returns A's softmax.

    Shapes: x (batch, steps, d) -> same; scores (batch, num_heads, steps, steps).
    Raises: ShapeError for other shapes; ArgumentError if num_heads exceeds d, or dropout is outside 0 … 1.
    Source: Vaswani et al. 2017, section 3.1; Xiong et al. 2020 (pre-norm); keras_hub.layers.TransformerEncoder.
    Example:
        >>> TransformerEncoder(intermediate_dim=16, num_heads=2)(jnp.ones((2, 5, 8))).shape
        (2, 5, 8)
    """

    intermediate_dim: int = static()
    num_heads: int = static()
    dropout: Scalar = 0
    activation: Any = static("relu")
    layer_norm_epsilon: Scalar = 1e-5
    kernel_initializer: Any = "glorot_uniform"
    bias_initializer: Any = "zeros"
    kernel_regularizer: Any = None
    bias_regularizer: Any = None
    activity_regularizer: Any = None
    normalize_first: bool = static(False)

    shaped_by: ClassVar[tuple[str, ...]] = ("return_attention_scores",)

    def init(self, key: Key, shape: Shape) -> tuple[Params, State]:
        width: int = shape[-1]  # type: ignore[assignment]
        first, second = self.feed_forward(width).items()
        parts: dict[str, tuple[Layer, tuple[Shape, ...]]] = {
            "self_attention_layer": (self.attention(width, "self_attention_layer"), (shape, shape)),
            "self_attention_layer_norm": (self.norm("self_attention_layer_norm"), (shape,)),
            "feedforward_layer_norm": (self.norm("feedforward_layer_norm"), (shape,)),
            first[0]: (first[1], (shape,)),
            second[0]: (second[1], ((*shape[:-1], self.intermediate_dim),)),
        }
        return _made(key, parts), {}

    def compute_output_shape(self, *shapes: Shape, return_attention_scores: bool = False) -> Any:
        batch, steps, _ = shapes[0]
        return (shapes[0], (batch, self.num_heads, steps, steps)) if return_attention_scores else shapes[0]

    def apply(
        self,
        params: Params,
        state: State,
        x: Array,
        *,
        call: Call,
        padding_mask: Array | None = None,
        attention_mask: Array | None = None,
        return_attention_scores: bool = False,
    ) -> tuple[Any, State]:
        padding = call.mask if padding_mask is None else padding_mask
        seen: list[Array] = []

        def look(y: Array) -> Array:
            attention = self.attention(y.shape[-1], "self_attention_layer")
            inside = Call(call.key, call.training, call.trainable)
            (mixed, scores), _ = attention.apply(
                params["self_attention_layer"], {}, y, y, call=inside, value_mask=padding,
                attention_mask=attention_mask, return_attention_scores=True,
            )  # fmt: skip
            seen.append(scores)
            return mixed

        z = self.sub_block(params, "self_attention_layer_norm", x, call, 2, look)
        y = self.fed_forward(params, z, call)
        return ((y, seen[0]) if return_attention_scores else y), state


@module
class TransformerDecoder(TransformerBlock):
    """Causal self-attention, attention to an encoder's output (if given), then a network of two layers for each step.

    Called as ``decoder(decoder_sequence)`` (GPT's kind) or ``decoder(decoder_sequence, encoder_sequence)``; which of
    the two, the first call settles. Each part is added to its input, with layer normalisation before
    (`normalize_first`) or after. Steps are hidden by the inputs' masks or `decoder_padding_mask=`,
    `encoder_padding_mask=` (batch, steps), by `decoder_attention_mask=` (batch, T, T), `encoder_attention_mask=`
    (batch, T, S), and, unless `use_causal_mask=False`, in the future.

    Differs from KerasHub: no caches of keys and values.

    Shapes: decoder_sequence (batch, T, d), encoder_sequence (batch, S, e) -> (batch, T, d).
    Raises: ShapeError for other shapes; ArgumentError if num_heads exceeds d, or dropout is outside 0 … 1.
    Source: Vaswani et al. 2017, section 3.1; Radford et al. 2019 (pre-norm); keras_hub.layers.TransformerDecoder.
    Example:
        >>> TransformerDecoder(intermediate_dim=16, num_heads=2)(jnp.ones((2, 5, 8)), jnp.ones((2, 3, 6))).shape
        (2, 5, 8)
    """

    intermediate_dim: int = static()
    num_heads: int = static()
    dropout: Scalar = 0
    activation: Any = static("relu")
    layer_norm_epsilon: Scalar = 1e-5
    kernel_initializer: Any = "glorot_uniform"
    bias_initializer: Any = "zeros"
    normalize_first: bool = static(False)

    call_inputs: ClassVar[tuple[str, ...]] = ("decoder_sequence", "encoder_sequence")

    def check_shapes(self, *shapes: Shape) -> None:
        super().check_shapes(*shapes)
        built = self.slot.shapes
        if built is not None and len(built) != len(shapes):
            raise ShapeError(
                "the encoder's sequence is there in one call and missing in another",
                who=self.described(),
                expected=f"{len(built)} input{'s' * (len(built) > 1)}, as in the first call",
                got=f"{len(shapes)}",
                fix="use two layers",
            )

    def init(self, key: Key, *shapes: Shape) -> tuple[Params, State]:
        shape = shapes[0]
        width: int = shape[-1]  # type: ignore[assignment]
        first, second = self.feed_forward(width).items()
        parts: dict[str, tuple[Layer, tuple[Shape, ...]]] = {
            "self_attention": (self.attention(width, "self_attention"), (shape, shape)),
            "self_attention_layer_norm": (self.norm("self_attention_layer_norm"), (shape,)),
        }
        if len(shapes) > 1:
            parts["cross_attention"] = (self.attention(width, "cross_attention"), shapes)
            parts["cross_attention_layer_norm"] = (self.norm("cross_attention_layer_norm"), (shape,))
        parts[first[0]] = (first[1], (shape,))
        parts[second[0]] = (second[1], ((*shape[:-1], self.intermediate_dim),))
        parts["feedforward_layer_norm"] = (self.norm("feedforward_layer_norm"), (shape,))
        return _made(key, parts), {}

    def apply(
        self,
        params: Params,
        state: State,
        x: Array,
        encoded: Array | None = None,
        *,
        call: Call,
        decoder_padding_mask: Array | None = None,
        decoder_attention_mask: Array | None = None,
        encoder_padding_mask: Array | None = None,
        encoder_attention_mask: Array | None = None,
        use_causal_mask: bool = True,
    ) -> tuple[Array, State]:
        masks = (*call.masks, None, None)
        own = masks[0] if decoder_padding_mask is None else decoder_padding_mask
        others = masks[1] if encoder_padding_mask is None else encoder_padding_mask

        def look(name: str, place: int, padding: Array | None, pairs: Array | None, is_causal: bool) -> Any:
            def inner(y: Array) -> Array:
                key = None if call.key is None else jax.random.fold_in(call.key, place)
                return self.attention(y.shape[-1], name).apply(
                    params[name], {}, y, y if encoded is None or name == "self_attention" else encoded,
                    call=Call(key, call.training, call.trainable), value_mask=padding, attention_mask=pairs,
                    use_causal_mask=is_causal,
                )[0]  # fmt: skip

            return inner

        sight = look("self_attention", 4, own, decoder_attention_mask, use_causal_mask)
        z = self.sub_block(params, "self_attention_layer_norm", x, call, 2, sight)
        if encoded is not None:
            sight = look("cross_attention", 5, others, encoder_attention_mask, False)
            z = self.sub_block(params, "cross_attention_layer_norm", z, call, 3, sight)
        return self.fed_forward(params, z, call), state
