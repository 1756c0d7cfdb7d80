"""One step of the gated recurrent unit."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from nyuron.core import Array, Key, Params, module, static
from nyuron.layers._cell import GatedCell
from nyuron.layers._gates import Gates, States, by_gate


class GRUGates(Gates):
    """Update gate z, reset gate r and candidate n, in the order z, r, n."""

    gates = 3

    activation: Any
    recurrent_activation: Any
    reset_after: bool

    def first_bias(self, key: Key) -> Array:
        shape = (2, 3 * self.units) if self.reset_after else (3 * self.units,)
        return self.bias_initializer(shape, key=key)

    def input_bias(self, params: Params) -> Array | None:
        if not self.use_bias:
            return None
        return params["bias"][0] if self.reset_after else params["bias"]

    def advance(self, params: Params, z: Array, states: States, dropped: Array | None) -> tuple[Array, States]:
        (h,), n, kernel = states, self.units, params["recurrent_kernel"]
        update, reset, new = jnp.split(z, 3, axis=-1)
        if self.reset_after:
            inner = by_gate(self.recurrent_product, h, kernel, dropped, 3)
            if self.use_bias:
                inner = inner + params["bias"][1]
            z, r = (
                self.recurrent_activation(update + inner[:, :n]),
                self.recurrent_activation(reset + inner[:, n : 2 * n]),
            )
            inner = r * inner[:, 2 * n :]
        else:
            inner = by_gate(self.recurrent_product, h, kernel[:, : 2 * n], None if dropped is None else dropped[:2], 2)
            z, r = self.recurrent_activation(update + inner[:, :n]), self.recurrent_activation(reset + inner[:, n:])
            kept = h if dropped is None else h * dropped[2]
            inner = self.recurrent_product(r * kept, kernel[:, 2 * n :])
        h = z * h + (1.0 - z) * self.activation(new + inner)
        return h, (h,)


@module
class GRUCell(GRUGates, GatedCell):
    """One step of GRU: ``h′ = z ⊙ h + (1 − z) ⊙ n``, which is the output and the next state.

    Gates ``z, r = σ(x W + b + h R + b′)``; candidate ``n = φ(x W + b + r ⊙ (h R + b′))``, or without `reset_after`
    ``n = φ(x W + b + (r ⊙ h) R)`` and no b′. Each has its own columns, in the order z, r, n.

    Shapes: x (batch, features), h (batch, units) -> (batch, units), [(batch, units)]; W (features, 3 units),
        R (units, 3 units), b (2, 3 units), or (3 units,) without reset_after.
    Raises: ArgumentError for a rate outside 0 … 1; ShapeError for inputs of another size than at first.
    Source: Cho et al. 2014; keras.layers.GRUCell.
    Example:
        >>> output, states = GRUCell(4)(jnp.ones((2, 3)), [jnp.zeros((2, 4))])
        >>> output.shape, len(states)
        ((2, 4), 1)
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
    kernel_constraint: Any = None
    recurrent_constraint: Any = None
    bias_constraint: Any = None
    dropout: Any = 0.0
    recurrent_dropout: Any = 0.0
    reset_after: bool = static(True)
    seed: Any = None
