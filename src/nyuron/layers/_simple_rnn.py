"""The recurrent layer with one state and no gates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nyuron import activations, kernels
from nyuron.core import module, static
from nyuron.layers._recurrent import GatedRecurrent
from nyuron.layers._simple_rnn_cell import SimpleGates


@module
class SimpleRNN(SimpleGates, GatedRecurrent):
    """``h_t = φ(x_t W + b + h_{t−1} R)``; the output is the last h, or all of them with `return_sequences`.

    A masked step changes nothing: output and state are those of the step before. Initial states are given as further
    inputs or by ``initial_state=``; a stateful layer begins each batch where the last one ended.

    Differs from Keras: evaluate begins every batch of a stateful layer with the states that fit left.

    Shapes: x (batch, time, features) -> (batch, units), or (batch, time, units) with return_sequences; with
        return_state also the last h (batch, units).
    Raises: ArgumentError for a rate outside 0 … 1, or a stateful layer without a fixed batch size; ShapeError for
        inputs of another size than at first, or initial states that do not fit.
    Source: Elman 1990; dropout: Gal & Ghahramani 2016; keras.layers.SimpleRNN.
    Example:
        >>> SimpleRNN(4)(jnp.ones((2, 5, 3))).shape
        (2, 4)
    """

    units: int = static()
    activation: Any = static("tanh")
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
    return_sequences: bool = static(False)
    return_state: bool = static(False)
    go_backwards: bool = static(False)
    stateful: bool = static(False)
    unroll: bool = static(False)
    seed: Any = None
    zero_output_for_mask: bool = static(False, kw_only=True)

    def kernel(self) -> Callable[..., Any] | None:
        is_usual = self.activation is activations.tanh
        return kernels.simple_rnn if is_usual else None
