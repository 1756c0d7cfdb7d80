"""Learning rates that depend on the iteration (counted from 0, before the increment)."""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp

from nyuron.core import Array, Configurable, Scalar, label, module, static


@module
class LearningRateSchedule(Configurable):
    """``schedule(iteration) -> learning rate``.

    Source: keras.optimizers.schedules.LearningRateSchedule.
    """

    def __call__(self, step: Any) -> Array:
        raise NotImplementedError


@module
class ExponentialDecay(LearningRateSchedule):
    """``lr₀ · rateᵗ`` with t = step / decay_steps, or its floor with `staircase`.

    Source: keras.optimizers.schedules.ExponentialDecay.
    """

    initial_learning_rate: Scalar
    decay_steps: Scalar
    decay_rate: Scalar
    staircase: bool = static(False)
    name: str | None = label(default="ExponentialDecay")

    def __call__(self, step: Any) -> Array:
        t = jnp.asarray(step, jnp.float32) / self.decay_steps
        return self.initial_learning_rate * jnp.power(self.decay_rate, jnp.floor(t) if self.staircase else t)


@module
class InverseTimeDecay(LearningRateSchedule):
    """``lr₀ / (1 + rate · t)`` with t = step / decay_steps, or its floor with `staircase`.

    Source: keras.optimizers.schedules.InverseTimeDecay.
    """

    initial_learning_rate: Scalar
    decay_steps: Scalar
    decay_rate: Scalar
    staircase: bool = static(False)
    name: str | None = label(default="InverseTimeDecay")

    def __call__(self, step: Any) -> Array:
        t = jnp.asarray(step, jnp.float32) / self.decay_steps
        return self.initial_learning_rate / (1.0 + self.decay_rate * (jnp.floor(t) if self.staircase else t))


@module
class PiecewiseConstantDecay(LearningRateSchedule):
    """`values[i]` while the step is at most `boundaries[i]`, the last value afterwards.

    Source: keras.optimizers.schedules.PiecewiseConstantDecay.
    """

    boundaries: tuple[Scalar, ...]
    values: tuple[Scalar, ...]
    name: str | None = label(default="PiecewiseConstant")

    def __call__(self, step: Any) -> Array:
        step = jnp.asarray(step, jnp.float32)
        place = sum((step > boundary).astype(jnp.int32) for boundary in self.boundaries)
        return jnp.stack([jnp.asarray(v, jnp.float32) for v in self.values])[place]


@module
class PolynomialDecay(LearningRateSchedule):
    """From `initial_learning_rate` to `end_learning_rate` over `decay_steps` as ``(1 − t)^power``; with `cycle`, again.

    Source: keras.optimizers.schedules.PolynomialDecay.
    """

    initial_learning_rate: Scalar
    decay_steps: Scalar
    end_learning_rate: Scalar = 1e-4
    power: Scalar = 1.0
    cycle: bool = static(False)
    name: str | None = label(default="PolynomialDecay")

    def __call__(self, step: Any) -> Array:
        step, length = jnp.asarray(step, jnp.float32), jnp.asarray(self.decay_steps, jnp.float32)
        if self.cycle:
            length = length * jnp.maximum(jnp.ceil(step / length), 1.0)
        else:
            step = jnp.minimum(step, length)
        fraction = jnp.power(1.0 - step / length, self.power)
        return (self.initial_learning_rate - self.end_learning_rate) * fraction + self.end_learning_rate


@module
class CosineDecay(LearningRateSchedule):
    """Half a cosine from the rate to `alpha` times it, after an optional linear warm-up to `warmup_target`.

    Source: keras.optimizers.schedules.CosineDecay; Loshchilov & Hutter 2016.
    """

    initial_learning_rate: Scalar
    decay_steps: Scalar
    alpha: Scalar = 0.0
    name: str | None = label(default="CosineDecay")
    warmup_target: Scalar | None = None
    warmup_steps: Scalar = 0.0

    def __call__(self, step: Any) -> Array:
        step = jnp.asarray(step, jnp.float32)
        if self.warmup_target is None:
            return self._decayed(jnp.minimum(step, self.decay_steps), self.initial_learning_rate)
        warm = jnp.maximum(jnp.asarray(self.warmup_steps, jnp.float32), 1e-9)
        rising = self.initial_learning_rate + (self.warmup_target - self.initial_learning_rate) * step / warm
        falling = self._decayed(jnp.minimum(step - self.warmup_steps, self.decay_steps), self.warmup_target)
        return jnp.where(step < self.warmup_steps, rising, falling)

    def _decayed(self, step: Array, top: Scalar) -> Array:
        cosine = 0.5 * (1.0 + jnp.cos(math.pi * step / self.decay_steps))
        return top * ((1.0 - self.alpha) * cosine + self.alpha)


@module
class CosineDecayRestarts(LearningRateSchedule):
    """Cosine decays one after another, each `t_mul` times as long and `m_mul` times as high.

    Source: keras.optimizers.schedules.CosineDecayRestarts; Loshchilov & Hutter 2016.
    """

    initial_learning_rate: Scalar
    first_decay_steps: Scalar
    t_mul: Scalar = static(2.0)
    m_mul: Scalar = 1.0
    alpha: Scalar = 0.0
    name: str | None = label(default="SGDRDecay")

    def __call__(self, step: Any) -> Array:
        done = jnp.asarray(step, jnp.float32) / self.first_decay_steps
        if self.t_mul == 1.0:
            restart = jnp.floor(done)
            fraction = done - restart
        else:
            restart = jnp.floor(jnp.log(1.0 - done * (1.0 - self.t_mul)) / math.log(float(self.t_mul)))
            before = (1.0 - self.t_mul**restart) / (1.0 - self.t_mul)
            fraction = (done - before) / self.t_mul**restart
        cosine = 0.5 * jnp.power(self.m_mul, restart) * (1.0 + jnp.cos(math.pi * fraction))
        return self.initial_learning_rate * ((1.0 - self.alpha) * cosine + self.alpha)
