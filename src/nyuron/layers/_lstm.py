"""The long short-term memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nyuron import activations, kernels
from nyuron.core import label, module, static
from nyuron.layers._lstm_cell import LSTMGates
from nyuron.layers._recurrent import GatedRecurrent


@module
class LSTM(LSTMGates, GatedRecurrent):
    """``c_t = f ⊙ c_{t−1} + i ⊙ g``, ``h_t = o ⊙ φ(c_t)``; the output is the last h, or all with `return_sequences`.

    Gates ``i, f, o = σ(x_t W + b + h_{t−1} R)``, candidate ``g = φ(…)``, each with its own columns, in the order
    i, f, g, o. A masked step changes nothing: output and states are those of the step before. Initial states are given
    as further inputs or by ``initial_state=``; a stateful layer begins each batch where the last one ended.

    Differs from Keras: evaluate begins every batch of a stateful layer with the states that fit left; `use_cudnn` changes
    nothing; no `implementation`.

    Shapes: x (batch, time, features) -> (batch, units), or (batch, time, units) with return_sequences; with
        return_state also the last h and c (batch, units). W (features, 4 units), R (units, 4 units), b (4 units,).
    Raises: ArgumentError for a rate outside 0 … 1, or a stateful layer without a fixed batch size; ShapeError for
        inputs of another size than at first, or initial states that do not fit.
    Source: Hochreiter & Schmidhuber 1997; Gers et al. 2000; dropout: Gal & Ghahramani 2016; keras.layers.LSTM.
    Example:
        >>> LSTM(4, return_sequences=True)(jnp.ones((2, 5, 3))).shape
        (2, 5, 4)
    """

    units: int = static()
    activation: Any = static("tanh")
    recurrent_activation: Any = static("sigmoid")
    use_bias: bool = static(True)
    kernel_initializer: Any = "glorot_uniform"
    recurrent_initializer: Any = "orthogonal"
    bias_initializer: Any = "zeros"
    unit_forget_bias: bool = static(True)
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
    use_cudnn: Any = label(default="auto")
    zero_output_for_mask: bool = static(False, kw_only=True)

    def kernel(self) -> Callable[..., Any] | None:
        is_usual = self.activation is activations.tanh and self.recurrent_activation is activations.sigmoid
        return kernels.lstm if is_usual else None
