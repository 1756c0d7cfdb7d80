"""The contract of the optimizers, and what all first-order ones share."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp

from nyuron.core import Array, Configurable, Params, Scalar, State, label, module, static

Slots = dict[str, Array]


def option(default: Any) -> Any:
    """A keyword-only number of an optimizer, which is a leaf."""
    return dataclasses.field(default=default, kw_only=True)


@module
class Optimizer(Configurable):
    """Gradients to new parameters::

        init(params) -> state
        update(grads, state, params) -> (params, state)

    A concrete optimizer says what it remembers of each array (`slots`) and how it moves one (`move`). Shared, as in
    Keras: clipping, decoupled weight decay ``w −= w·wd·lr``, a moving average of the weights, gradient accumulation,
    and a learning rate that is a number or a schedule of the iteration before the increment.

    Source: keras.optimizers.Optimizer.
    """

    weight_decay: Scalar | None = option(default=None)
    clipnorm: Scalar | None = option(default=None)
    clipvalue: Scalar | None = option(default=None)
    global_clipnorm: Scalar | None = option(default=None)
    use_ema: bool = static(False, kw_only=True)
    ema_momentum: Scalar = option(default=0.99)
    ema_overwrite_frequency: int | None = static(None, kw_only=True)
    loss_scale_factor: Scalar | None = option(default=None)
    gradient_accumulation_steps: int | None = static(None, kw_only=True)
    name: str | None = label(default=None, kw_only=True)

    def slots(self, w: Array) -> Slots:
        """What is remembered of one array."""
        return {}

    def move(self, w: Array, g: Array, slots: Slots, lr: Array, t: Array) -> tuple[Array, Slots]:
        """The array and its slots after a step; `t` counts steps from 1, as a float."""
        raise NotImplementedError

    def init(self, params: Params) -> State:
        """The state before the first update."""
        leaves = jax.tree.leaves(params)
        state: dict[str, Any] = {"iterations": jnp.zeros((), jnp.int32), "slots": tuple(self.slots(w) for w in leaves)}
        if self.use_ema:
            state["average"] = tuple(leaves)
        if self.gradient_accumulation_steps:
            state["gathered"] = tuple(jnp.zeros_like(w) for w in leaves)
        return state

    def update(self, grads: Params, state: State, params: Params) -> tuple[Params, State]:
        """One step. Everything elementwise fuses into one pass over each array."""
        weights, form = jax.tree.flatten(params)
        slopes = jax.tree.leaves(grads)
        every = self.gradient_accumulation_steps
        if not every:
            new, state = self._step(slopes, state, weights, state["iterations"])
            return jax.tree.unflatten(form, new), {**state, "iterations": state["iterations"] + 1}
        summed = [old + g for old, g in zip(state["gathered"], slopes, strict=True)]
        is_due = (state["iterations"] + 1) % every == 0
        moved, stepped = self._step([g / every for g in summed], state, weights, state["iterations"] // every)
        moved, kept = jax.tree.map(lambda a, b: jnp.where(is_due, a, b), (moved, stepped), (weights, {**state}))
        kept["gathered"] = tuple(jnp.where(is_due, jnp.zeros_like(g), g) for g in summed)
        return jax.tree.unflatten(form, moved), {**kept, "iterations": state["iterations"] + 1}

    def _step(
        self, slopes: list[Array], state: State, weights: list[Array], iteration: Array
    ) -> tuple[list[Array], State]:
        lr = self.rate(iteration)
        t = (iteration + 1).astype(jnp.float32)
        moved, slots = [], []
        for w, g, s in zip(weights, self.clipped(slopes), state["slots"], strict=True):
            here = jnp.asarray(lr, w.dtype)
            start = w if self.weight_decay is None else w - w * self.weight_decay * here
            new, kept = self.move(start, g, s, here, t.astype(w.dtype))
            moved.append(new)
            slots.append(kept)
        state = {**state, "slots": tuple(slots)}
        if self.use_ema:
            moved, state["average"] = self._averaged(moved, state["average"], iteration)
        return moved, state

    def rate(self, iteration: Array) -> Any:
        """The learning rate at an iteration."""
        lr = self.learning_rate  # type: ignore[attr-defined]
        return lr(iteration) if callable(lr) else lr

    def clipped(self, slopes: list[Array]) -> list[Array]:
        """Gradients after the one kind of clipping that is set."""
        if self.clipnorm is not None:
            return [_scaled_to(g, jnp.sqrt(jnp.sum(jnp.square(g))), self.clipnorm) for g in slopes]
        if self.global_clipnorm is not None:
            norm = jnp.sqrt(sum((jnp.sum(jnp.square(g)) for g in slopes), jnp.zeros(())))
            return [_scaled_to(g, norm, self.global_clipnorm) for g in slopes]
        if self.clipvalue is not None:
            return [jnp.clip(g, -self.clipvalue, self.clipvalue) for g in slopes]
        return slopes

    def _averaged(self, moved: list[Array], average: Any, iteration: Array) -> tuple[list[Array], Any]:
        keep = jnp.where(iteration == 0, 0.0, self.ema_momentum)
        average = tuple(
            keep.astype(w.dtype) * a + (1.0 - keep).astype(w.dtype) * w for a, w in zip(average, moved, strict=True)
        )
        if self.ema_overwrite_frequency:
            is_due = (iteration + 1) % self.ema_overwrite_frequency == 0
            moved = [jnp.where(is_due, a, w) for a, w in zip(average, moved, strict=True)]
        return moved, average

    def finalize(self, state: State, params: Params) -> Params:
        """The parameters that a finished training leaves: the moving average where there is one."""
        return jax.tree.unflatten(jax.tree.structure(params), state["average"]) if self.use_ema else params


def _scaled_to(g: Array, norm: Array, most: Any) -> Array:
    return g * jnp.where(norm > most, most / jnp.maximum(norm, 1e-30), 1.0).astype(g.dtype)
