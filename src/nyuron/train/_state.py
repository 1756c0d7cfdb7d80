"""The state of a run: everything that a later moment depends on."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from nyuron.core import Array, Params, State, fold, kept_program, key_of, seed_data
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
    key: Array
    """The data of the run's key, folded from the seed and the member's number."""
    epoch: Array
    step: Array
    """Next step of the epoch under way."""


@kept_program(static_argnums=(7,), results=(RunState, Sums, StoppingState))
def _started(
    task: Task,
    params: Params,
    layers: State,
    rule: StoppingRule | None,
    seed: Array,
    member: Array,
    epoch: Array,
    is_new: bool,
) -> RunState:
    return RunState(
        params=None,
        layers=None,
        optimizer=task.optimizer.init(params) if is_new else None,
        sums=zero_sums(task),
        stopping=None if rule is None else rule.init(params, layers),
        status=jnp.asarray(RUNNING, jnp.int32),
        key=jax.random.key_data(fold(key_of(seed), member)),
        epoch=epoch,
        step=jnp.zeros((), jnp.int32),
    )


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
    started = _started(
        task, params, layers, rule, seed_data(seed), np.int32(member), np.int32(epoch), optimizer is None
    )
    return (
        started._replace(params=params, layers=layers)
        if optimizer is None
        else started._replace(params=params, layers=layers, optimizer=optimizer)
    )


def member_axes() -> RunState:
    """`vmap` axes: 0 for what each member has of its own, None for the counters that all share."""
    return RunState(0, 0, 0, 0, 0, 0, 0, None, None)  # type: ignore[arg-type]


def select(active: Array, new: Any, old: Any) -> Any:
    """`new` where the member still runs, else `old`."""

    return jax.tree.map(lambda n, o: jnp.where(active, n, o), new, old)
