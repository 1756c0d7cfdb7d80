"""The gated recurrent unit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nyuron import activations, kernels
from nyuron.core import label, module, static
from nyuron.layers._gru_cell import GRUGates
from nyuron.layers._recurrent import GatedRecurrent


@module
class GRU(GRUGates, GatedRecurrent):
    """``h_t = z ⊙ h_{t−1} + (1 − z) ⊙ n``; the output is the last h, or all of them with `return_sequences`.

    Gates ``z, r = σ(x_t W + b + h_{t−1} R + b′)``; candidate ``n = φ(x_t W + b + r ⊙ (h_{t−1} R + b′))``, or without
    `reset_after` ``n = φ(x_t W + b + (r ⊙ h_{t−1}) R)`` and no b′. Each has its own columns, in the order z, r, n. A
    masked step changes nothing: output and state are those of the step before. Initial states are given as further
    inputs or by ``initial_state=``; a stateful layer begins each batch where the last one ended.

    Differs from Keras: evaluate begins every batch of a stateful layer with the states that fit left; `use_cudnn` changes
    nothing; no `implementation`.

    Shapes: x (batch, time, features) -> (batch, units), or (batch, time, units) with return_sequences; with
        return_state also the last h (batch, units). W (features, 3 units), R (units, 3 units), b (2, 3 units), or
        (3 units,) without reset_after.
    Raises: ArgumentError for a rate outside 0 … 1, or a stateful layer without a fixed batch size; ShapeError for
        inputs of another size than at first, or initial states that do not fit.
    Source: Cho et al. 2014; dropout: Gal & Ghahramani 2016; keras.layers.GRU.
    Example:
        >>> GRU(4)(jnp.ones((2, 5, 3))).shape
        (2, 4)
    """

    units: int = static()
    activation: Any = static("tanh")
    recurrent_activation: Any = static("sigmoid")
    use_bias: bool = static(True)
    kernel_initializer: Any = "glorot_uniform"
    recurrent_initializer: Any = "orthogonal"
    bias_initializer: Any = "zeros"
    kernel_regularizer: Any = None
    recurrent_regularizer: Any = None
    bias_regularizer: Any = None
    activity_regularizer: Any = None
    kernel_constraint: Any = None
    recurrent_constraint: Any = None
    bias_constraint: Any = None
    dropout: Any = 0.0
    recurrent_dropout: Any = 0.0
    seed: Any = None
    return_sequences: bool = static(False)
    return_state: bool = static(False)
    go_backwards: bool = static(False)
    stateful: bool = static(False)
    unroll: bool = static(False)
    reset_after: bool = static(True)
    use_cudnn: Any = label(default="auto")
    zero_output_for_mask: bool = static(False, kw_only=True)

    def kernel(self) -> Callable[..., Any] | None:
        is_usual = (
            self.activation is activations.tanh
            and self.recurrent_activation is activations.sigmoid
            and self.reset_after
        )
        return kernels.gru if is_usual else None
