"""Attention whose heads share keys and values in groups."""

from __future__ import annotations

from typing import Any

from nyuron.core import ArgumentError, Scalar, Shape, module, static
from nyuron.layers._multi_head_attention import HeadedAttention


@module
class GroupQueryAttention(HeadedAttention):
    """Multi-head attention with fewer keys and values: ``num_query_heads / num_key_value_heads`` heads share each.

    Calls, masks and differences from Keras are those of MultiHeadAttention.

    Differs from Keras: as MultiHeadAttention.

    Shapes: query (batch, T, d), value (batch, S, e), key (batch, S, f) -> (batch, T, d), scores
    (batch, num_query_heads, T, S).
    Raises: ArgumentError if the query heads are not a multiple of the others; ShapeError if the shapes do not fit.
    Source: Ainslie et al. 2023; keras.layers.GroupQueryAttention.
    Example:
        >>> x = jnp.ones((2, 5, 8))
        >>> GroupQueryAttention(head_dim=4, num_query_heads=4, num_key_value_heads=2)(x, x).shape
        (2, 5, 8)
    """

    head_dim: int = static()
    num_query_heads: int = static()
    num_key_value_heads: int = static()
    dropout: Scalar = 0.0
    use_bias: bool = static(True)
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

    input_ndim = 3

    def head_sizes(self) -> tuple[int, int, int, int]:
        return self.num_query_heads, self.num_key_value_heads, self.head_dim, self.head_dim

    def check_shapes(self, *shapes: Shape) -> None:
        super().check_shapes(*shapes)
        if self.num_query_heads % self.num_key_value_heads:
            raise ArgumentError(
                "the query heads cannot be shared out",
                who=self.described(),
                expected="num_query_heads a multiple of num_key_value_heads",
                got=f"{self.num_query_heads} and {self.num_key_value_heads}",
                fix=f"num_query_heads={self.num_key_value_heads * 2}",
            )

    def compute_output_shape(self, *shapes: Shape, return_attention_scores: bool = False) -> Any:
        query, value = shapes[:2]
        scores = (query[0], self.num_query_heads, query[1], value[1])
        return (query, scores) if return_attention_scores else query
