"""Early stopping as part of the compiled run."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from nyuron.core import Array, Configurable, Params, Scalar, State, module, static


class StoppingState(NamedTuple):
    """What the rule remembers between epochs."""

    best: Array
    wait: Array
    best_epoch: Array
    best_params: Params
    """Parameters and layer state of the best epoch; None unless they are to be restored."""
    is_kept: Array
    """Whether `best_params` holds an epoch's weights."""


@module
class StoppingRule(Configurable):
    """Stop when a logged figure has not improved by more than `min_delta` for `patience` epochs.

    `monitor` is the figure's place in the logs; `sign` is +1 where more is better, −1 where less is.

    Source: keras.callbacks.EarlyStopping.
    """

    monitor: int = static(0)
    sign: Scalar = -1.0
    min_delta: Scalar = 0.0
    patience: Scalar = 0.0
    baseline: Scalar | None = None
    start_from_epoch: Scalar = 0.0
    restores_best: bool = static(False)

    def init(self, params: Params, layers: State) -> StoppingState:
        zero = jnp.zeros((), jnp.int32)
        kept = (params, layers) if self.restores_best else None
        worst = jnp.asarray(-jnp.inf, jnp.float32) * jnp.asarray(self.sign, jnp.float32)
        return StoppingState(worst, zero, zero, kept, jnp.zeros((), bool))

    def update(
        self, state: StoppingState, value: Array, is_logged: Array, epoch: Array, params: Params, layers: State
    ) -> tuple[StoppingState, Array]:
        """The rule's next state after an epoch, and whether to stop."""
        value = value.astype(jnp.float32)
        counts = is_logged & (epoch.astype(jnp.float32) >= self.start_from_epoch)
        wait = state.wait + 1
        improved = self._exceeds(value, state.best)
        resets = (
            improved
            if self.baseline is None
            else improved & self._exceeds(value, jnp.asarray(self.baseline, jnp.float32))
        )
        keeps = counts & (improved | ~state.is_kept)
        kept = state.best_params
        if self.restores_best:
            kept = jax.lax.cond(keeps, lambda: (params, layers), lambda: state.best_params)
        new = StoppingState(
            best=jnp.where(counts & improved, value, state.best),
            wait=jnp.where(counts, jnp.where(resets, 0, wait), state.wait),
            best_epoch=jnp.where(keeps, epoch, state.best_epoch),
            best_params=kept,
            is_kept=state.is_kept | counts,
        )
        stops = counts & ~improved & (wait.astype(jnp.float32) >= self.patience) & (epoch > 0)
        return new, stops

    def _exceeds(self, value: Array, reference: Array) -> Array:
        return (value - reference) * self.sign > self.min_delta


def restored(rule: StoppingRule | None, state: Any, params: Params, layers: State) -> tuple[Params, State]:
    """The weights that a finished run, or a member, leaves: the best epoch's where the rule says so, else the last."""
    if rule is None or not rule.restores_best or state is None:
        return params, layers
    return state.best_params if bool(np.asarray(state.is_kept)) else (params, layers)
