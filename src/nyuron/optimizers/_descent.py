"""Gradient descent with momentum."""

from __future__ import annotations

import jax.numpy as jnp

from nyuron.core import Array, Scalar, module, static
from nyuron.optimizers._optimizer import Optimizer, Slots


@module
class SGD(Optimizer):
    """``w ← w − ηg``; with momentum β ``m ← βm − ηg``, ``w ← w + m``; Nesterov's ``w ← w + βm − ηg``.

    Source: keras.optimizers.SGD; Sutskever et al. 2013.
    """

    learning_rate: Scalar = 0.01
    momentum: Scalar = 0.0
    nesterov: bool = static(False)
    has_momentum: bool = static(True, init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "has_momentum", not (isinstance(self.momentum, int | float) and self.momentum == 0))

    def slots(self, w: Array) -> Slots:
        return {"momentum": jnp.zeros_like(w)} if self.has_momentum else {}

    def move(self, w: Array, g: Array, slots: Slots, lr: Array, t: Array) -> tuple[Array, Slots]:
        if not self.has_momentum:
            return w - lr * g, slots
        m = self.momentum * slots["momentum"] - lr * g
        return (w + self.momentum * m - lr * g if self.nesterov else w + m), {"momentum": m}


@module
class Lion(Optimizer):
    """``w ← w − η sign(β₁m + (1−β₁)g)``; ``m ← β₂m + (1−β₂)g``.

    Source: keras.optimizers.Lion; Chen et al. 2023.
    """

    learning_rate: Scalar = 0.001
    beta_1: Scalar = 0.9
    beta_2: Scalar = 0.99

    def slots(self, w: Array) -> Slots:
        return {"momentum": jnp.zeros_like(w)}

    def move(self, w: Array, g: Array, slots: Slots, lr: Array, t: Array) -> tuple[Array, Slots]:
        m = slots["momentum"]
        w = w - lr * jnp.sign(m * self.beta_1 + g * (1.0 - self.beta_1))
        return w, {"momentum": m * self.beta_2 + g * (1.0 - self.beta_2)}
