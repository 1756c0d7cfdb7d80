"""One step of the simple recurrent layer."""

from __future__ import annotations

from typing import Any

from nyuron.core import Array, Params, module, static
from nyuron.layers._cell import GatedCell
from nyuron.layers._gates import Gates, States, by_gate


class SimpleGates(Gates):
    """``h′ = φ(x W + b + h R)``."""

    activation: Any

    def advance(self, params: Params, z: Array, states: States, dropped: Array | None) -> tuple[Array, States]:
        recurrent = by_gate(self.recurrent_product, states[0], params["recurrent_kernel"], dropped, 1)
        h = self.activation(z + recurrent)
        return h, (h,)


@module
class SimpleRNNCell(SimpleGates, GatedCell):
    """One step of SimpleRNN: ``h′ = φ(x W + b + h R)``, which is the output and the next state.

    In training the inputs are dropped with probability `dropout`, the previous outputs with `recurrent_dropout`: the
    same values at every step of a sequence.

    Shapes: x (batch, features), h (batch, units) -> (batch, units), [(batch, units)]; W (features, units),
        R (units, units), b (units,).
    Raises: ArgumentError for a rate outside 0 … 1; ShapeError for inputs of another size than at first.
    Source: Elman 1990; keras.layers.SimpleRNNCell.
    Example:
        >>> output, states = SimpleRNNCell(4)(jnp.ones((2, 3)), [jnp.zeros((2, 4))])
        >>> output.shape, len(states)
        ((2, 4), 1)
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
    kernel_constraint: Any = None
    recurrent_constraint: Any = None
    bias_constraint: Any = None
    dropout: Any = 0.0
    recurrent_dropout: Any = 0.0
    seed: Any = None
