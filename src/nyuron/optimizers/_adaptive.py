"""Optimizers that scale each weight's step by its past gradients."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from nyuron.core import Array, Scalar, module, static
from nyuron.optimizers._optimizer import Optimizer, Slots


@module
class RMSprop(Optimizer):
    """``s ← ρs + (1−ρ)g²``; ``w ← w − η g/√(s + ε)``; optionally centred, and with momentum.

    Source: keras.optimizers.RMSprop; Tieleman & Hinton 2012.
    """

    learning_rate: Scalar = 0.001
    rho: Scalar = 0.9
    momentum: Scalar = 0.0
    epsilon: Scalar = 1e-7
    centered: bool = static(False)
    has_momentum: bool = static(True, init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "has_momentum", not (isinstance(self.momentum, int | float) and self.momentum == 0))

    def slots(self, w: Array) -> Slots:
        names = ["s", *(["mean"] if self.centered else []), *(["momentum"] if self.has_momentum else [])]
        return {name: jnp.zeros_like(w) for name in names}

    def move(self, w: Array, g: Array, slots: Slots, lr: Array, t: Array) -> tuple[Array, Slots]:
        new = {"s": self.rho * slots["s"] + (1.0 - self.rho) * g * g}
        spread = new["s"] + self.epsilon
        if self.centered:
            new["mean"] = self.rho * slots["mean"] + (1.0 - self.rho) * g
            spread = spread - new["mean"] ** 2
        step = lr * g * jax.lax.rsqrt(spread)
        if self.has_momentum:
            step = new["momentum"] = self.momentum * slots["momentum"] + step
        return w - step, new


@module
class Adagrad(Optimizer):
    """``s ← s + g²``; ``w ← w − η g/√(s + ε)``.

    Source: keras.optimizers.Adagrad; Duchi et al. 2011.
    """

    learning_rate: Scalar = 0.001
    initial_accumulator_value: Scalar = 0.1
    epsilon: Scalar = 1e-7

    def slots(self, w: Array) -> Slots:
        return {"s": jnp.zeros_like(w) + jnp.asarray(self.initial_accumulator_value, w.dtype)}

    def move(self, w: Array, g: Array, slots: Slots, lr: Array, t: Array) -> tuple[Array, Slots]:
        s = slots["s"] + g * g
        return w - lr * g / jnp.sqrt(s + self.epsilon), {"s": s}


@module
class Adadelta(Optimizer):
    """``s ← ρs + (1−ρ)g²``; ``d = −√(u+ε)/√(s+ε) g``; ``u ← ρu + (1−ρ)d²``; ``w ← w + ηd``.

    Source: keras.optimizers.Adadelta; Zeiler 2012.
    """

    learning_rate: Scalar = 0.001
    rho: Scalar = 0.95
    epsilon: Scalar = 1e-7

    def slots(self, w: Array) -> Slots:
        return {"s": jnp.zeros_like(w), "u": jnp.zeros_like(w)}

    def move(self, w: Array, g: Array, slots: Slots, lr: Array, t: Array) -> tuple[Array, Slots]:
        s = self.rho * slots["s"] + (1.0 - self.rho) * g * g
        d = -jnp.sqrt(slots["u"] + self.epsilon) / jnp.sqrt(s + self.epsilon) * g
        u = self.rho * slots["u"] + (1.0 - self.rho) * d * d
        return w + lr * d, {"s": s, "u": u}


@module
class Ftrl(Optimizer):
    """Follow the regularised leader, with L1, L2 and shrinkage.

    Source: keras.optimizers.Ftrl; McMahan et al. 2013, algorithm 1.
    """

    learning_rate: Scalar = 0.001
    learning_rate_power: Scalar = -0.5
    initial_accumulator_value: Scalar = 0.1
    l1_regularization_strength: Scalar = 0.0
    l2_regularization_strength: Scalar = 0.0
    l2_shrinkage_regularization_strength: Scalar = 0.0
    beta: Scalar = 0.0

    def slots(self, w: Array) -> Slots:
        return {"n": jnp.zeros_like(w) + jnp.asarray(self.initial_accumulator_value, w.dtype), "z": jnp.zeros_like(w)}

    def move(self, w: Array, g: Array, slots: Slots, lr: Array, t: Array) -> tuple[Array, Slots]:
        l2 = self.l2_regularization_strength + self.beta / (2.0 * lr)
        n = slots["n"] + g * g
        now, before = n**-self.learning_rate_power, slots["n"] ** -self.learning_rate_power
        z = slots["z"] + g + 2.0 * self.l2_shrinkage_regularization_strength * w - (now - before) / lr * w
        kept = jnp.clip(z, -self.l1_regularization_strength, self.l1_regularization_strength)
        return (kept - z) / (now / lr + 2.0 * l2), {"n": n, "z": z}
