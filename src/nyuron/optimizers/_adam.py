"""Adam and its relatives."""

from __future__ import annotations

import jax.numpy as jnp

from nyuron.core import Array, Scalar, module, static
from nyuron.optimizers._optimizer import Optimizer, Slots, option


@module
class Adam(Optimizer):
    """``m ← β₁m + (1−β₁)g``; ``v ← β₂v + (1−β₂)g²``; ``w ← w − η √(1−β₂ᵗ)/(1−β₁ᵗ) · m/(√v + ε)``.

    Source: keras.optimizers.Adam; Kingma & Ba 2015, at the end of section 2.
    """

    learning_rate: Scalar = 0.001
    beta_1: Scalar = 0.9
    beta_2: Scalar = 0.999
    epsilon: Scalar = 1e-7
    amsgrad: bool = static(False)

    def slots(self, w: Array) -> Slots:
        made = {"m": jnp.zeros_like(w), "v": jnp.zeros_like(w)}
        return {**made, "most": jnp.zeros_like(w)} if self.amsgrad else made

    def move(self, w: Array, g: Array, slots: Slots, lr: Array, t: Array) -> tuple[Array, Slots]:
        rate = lr * jnp.sqrt(1.0 - self.beta_2**t) / (1.0 - self.beta_1**t)
        m = slots["m"] + (g - slots["m"]) * (1.0 - self.beta_1)
        v = slots["v"] + (g * g - slots["v"]) * (1.0 - self.beta_2)
        if self.amsgrad:
            most = jnp.maximum(slots["most"], v)
            return w - rate * m / (jnp.sqrt(most) + self.epsilon), {"m": m, "v": v, "most": most}
        return w - rate * m / (jnp.sqrt(v) + self.epsilon), {"m": m, "v": v}


@module
class AdamW(Adam):
    """Adam with decoupled weight decay ``w ← w − w·wd·η``.

    Source: keras.optimizers.AdamW; Loshchilov & Hutter 2019.
    """

    weight_decay: Scalar | None = option(default=0.004)


@module
class Nadam(Optimizer):
    """Adam with Nesterov's look-ahead, momentum ``uₜ = β₁(1 − ½·0.96ᵗ)``.

    Source: keras.optimizers.Nadam; Dozat 2015.
    """

    learning_rate: Scalar = 0.001
    beta_1: Scalar = 0.9
    beta_2: Scalar = 0.999
    epsilon: Scalar = 1e-7

    def slots(self, w: Array) -> Slots:
        return {"m": jnp.zeros_like(w), "v": jnp.zeros_like(w), "product": jnp.ones((), w.dtype)}

    def move(self, w: Array, g: Array, slots: Slots, lr: Array, t: Array) -> tuple[Array, Slots]:
        now = self.beta_1 * (1.0 - 0.5 * 0.96**t)
        later = self.beta_1 * (1.0 - 0.5 * 0.96 ** (t + 1.0))
        product = slots["product"] * now
        m = slots["m"] + (g - slots["m"]) * (1.0 - self.beta_1)
        v = slots["v"] + (g * g - slots["v"]) * (1.0 - self.beta_2)
        ahead = later * m / (1.0 - product * later) + (1.0 - now) * g / (1.0 - product)
        scale = jnp.sqrt(v / (1.0 - self.beta_2**t)) + self.epsilon
        return w - lr * ahead / scale, {"m": m, "v": v, "product": product}


@module
class Adamax(Optimizer):
    """Adam with the largest gradient so far: ``u ← max(β₂u, |g|)``; ``w ← w − η/(1−β₁ᵗ) · m/(u + ε)``.

    Source: keras.optimizers.Adamax; Kingma & Ba 2015, section 7.
    """

    learning_rate: Scalar = 0.001
    beta_1: Scalar = 0.9
    beta_2: Scalar = 0.999
    epsilon: Scalar = 1e-7

    def slots(self, w: Array) -> Slots:
        return {"m": jnp.zeros_like(w), "u": jnp.zeros_like(w)}

    def move(self, w: Array, g: Array, slots: Slots, lr: Array, t: Array) -> tuple[Array, Slots]:
        m = slots["m"] + (g - slots["m"]) * (1.0 - self.beta_1)
        u = jnp.maximum(self.beta_2 * slots["u"], jnp.abs(g))
        return w - lr * m / ((1.0 - self.beta_1**t) * (u + self.epsilon)), {"m": m, "u": u}


@module
class Lamb(Optimizer):
    """Adam's step scaled per array by ``‖w‖/‖step‖``.

    Source: keras.optimizers.Lamb; You et al. 2019.
    """

    learning_rate: Scalar = 0.001
    beta_1: Scalar = 0.9
    beta_2: Scalar = 0.999
    epsilon: Scalar = 1e-7

    def slots(self, w: Array) -> Slots:
        return {"m": jnp.zeros_like(w), "v": jnp.zeros_like(w)}

    def move(self, w: Array, g: Array, slots: Slots, lr: Array, t: Array) -> tuple[Array, Slots]:
        m = slots["m"] + (g - slots["m"]) * (1.0 - self.beta_1)
        v = slots["v"] + (g * g - slots["v"]) * (1.0 - self.beta_2)
        step = (m / (1.0 - self.beta_1**t)) / (jnp.sqrt(v / (1.0 - self.beta_2**t)) + self.epsilon)
        size, length = jnp.sqrt(jnp.sum(w * w)), jnp.sqrt(jnp.sum(step * step))
        ratio = jnp.where((size > 0) & (length > 0), size / jnp.maximum(length, 1e-30), 1.0)
        return w - ratio * lr * step, {"m": m, "v": v}
