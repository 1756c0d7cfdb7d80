"""The state of a run: everything that a later moment depends on."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from nyuron.core import Array, Key, Params, State, fold, key_from
from nyuron.train._stopping import StoppingRule, StoppingState
from nyuron.train._task import Sums, Task, zero_sums

RUNNING, STOPPED, CONVERGED, NOT_FINITE = 0, 1, 2, 3


class RunState(NamedTuple):
    """One run, or with a leading member axis (on all but `epoch` and `step`) many."""

    params: Params
    """Trainable parameters."""
    layers: State
    optimizer: State
    sums: Sums
    """Sums of the epoch under way."""
    stopping: StoppingState | None
    status: Array
    """RUNNING, STOPPED by a rule, CONVERGED, or NOT_FINITE."""
    key: Key
    """The run's key, folded from the seed and the member's number."""
    epoch: Array
    step: Array
    """Next step of the epoch under way."""


def start_state(
    task: Task,
    params: Params,
    layers: State,
    rule: StoppingRule | None,
    seed: int,
    *,
    member: int = 0,
    epoch: int = 0,
    optimizer: State = None,
) -> RunState:
    """The state before the first step; `optimizer` is what an earlier fit left of the optimizer's state."""
    return RunState(
        params=params,
        layers=layers,
        optimizer=task.optimizer.init(params) if optimizer is None else optimizer,
        sums=zero_sums(task),
        stopping=None if rule is None else rule.init(params, layers),
        status=jnp.asarray(RUNNING, jnp.int32),
        key=fold(key_from(seed), member),
        epoch=jnp.asarray(epoch, jnp.int32),
        step=jnp.asarray(0, jnp.int32),
    )


def member_axes() -> RunState:
    """`vmap` axes: 0 for what each member has of its own, None for the counters that all share."""
    return RunState(0, 0, 0, 0, 0, 0, 0, None, None)  # type: ignore[arg-type]


def select(active: Array, new: Any, old: Any) -> Any:
    """`new` where the member still runs, else `old`."""

    def choose(n: Any, o: Any) -> Any:
        if jnp.issubdtype(n.dtype, jax.dtypes.prng_key):
            return n
        return jnp.where(active, n, o)

    return jax.tree.map(choose, new, old)
