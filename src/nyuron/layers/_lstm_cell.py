"""One step of the LSTM."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from nyuron.core import Array, Key, Params, module, static
from nyuron.layers._cell import GatedCell
from nyuron.layers._gates import Gates, States, by_gate


class LSTMGates(Gates):
    """Gates i, f, o and candidate g, in the order i, f, g, o."""

    gates = 4
    state_count = 2

    activation: Any
    recurrent_activation: Any
    unit_forget_bias: bool

    def first_bias(self, key: Key) -> Array:
        if not self.unit_forget_bias:
            return super().first_bias(key)
        n = self.units
        first, rest = jax.random.split(key)
        i, others = self.bias_initializer((n,), key=first), self.bias_initializer((2 * n,), key=rest)
        return jnp.concatenate([i, jnp.ones((n,), i.dtype), others])

    def advance(self, params: Params, z: Array, states: States, dropped: Array | None) -> tuple[Array, States]:
        h, c = states
        a = z + by_gate(self.recurrent_product, h, params["recurrent_kernel"], dropped, 4)
        i, f, g, o = jnp.split(a, 4, axis=-1)
        c = self.recurrent_activation(f) * c + self.recurrent_activation(i) * self.activation(g)
        h = self.recurrent_activation(o) * self.activation(c)
        return h, (h, c)


@module
class LSTMCell(LSTMGates, GatedCell):
    """One step of LSTM: ``c′ = f ⊙ c + i ⊙ g``, ``h′ = o ⊙ φ(c′)``; h′ is the output, h′ and c′ the next states.

    Gates ``i, f, o = σ(x W + b + h R)``, candidate ``g = φ(x W + b + h R)``, each with its own columns of W, R and b,
    in the order i, f, g, o. `unit_forget_bias` lets the bias of f begin with 1.

    Shapes: x (batch, features), h and c (batch, units) -> (batch, units), [(batch, units)] · 2; W (features, 4 units),
        R (units, 4 units), b (4 units,).
    Raises: ArgumentError for a rate outside 0 … 1; ShapeError for inputs of another size than at first.
    Source: Hochreiter & Schmidhuber 1997; Gers et al. 2000; keras.layers.LSTMCell.
    Example:
        >>> output, states = LSTMCell(4)(jnp.ones((2, 3)), [jnp.zeros((2, 4)), jnp.zeros((2, 4))])
        >>> output.shape, len(states)
        ((2, 4), 2)
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
    kernel_constraint: Any = None
    recurrent_constraint: Any = None
    bias_constraint: Any = None
    dropout: Any = 0.0
    recurrent_dropout: Any = 0.0
    seed: Any = None
