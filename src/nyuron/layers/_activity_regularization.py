"""A penalty on what a network says, not on its weights."""

from __future__ import annotations

from typing import Any

from nyuron.core import Array, Params, Scalar, State, module
from nyuron.layers._call import Call
from nyuron.layers._layer import Layer
from nyuron.regularizers import L1L2


@module
class ActivityRegularization(Layer):
    """``y = x``, and ``(l1 Σ|x| + l2 Σx²) / batch`` is added to the loss.

    Shapes: x (batch, …) -> same.
    Source: keras.layers.ActivityRegularization.
    Example:
        >>> from nyuron.layers import forward
        >>> forward(ActivityRegularization(l1=0.5), {}, {}, (jnp.array([[1.0, -3.0]]),), Call()).penalty.item()
        2.0
    """

    l1: Scalar = 0.0
    l2: Scalar = 0.0

    keeps_shape = True

    @property
    def activity_regularizer(self) -> Any:
        """The penalty as a regularizer."""
        return L1L2(self.l1, self.l2)

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        return x, state
