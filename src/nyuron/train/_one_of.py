"""An optimizer chosen by a number, so that runs which differ in their optimizer share a program."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from nyuron.core import Configurable, Params, Scalar, State, module, replace
from nyuron.optimizers import Optimizer
from nyuron.train._task import Task


@module
class OneOf(Configurable):
    """Several optimizers of which `chosen` is the one that moves the weights; the others' state stays as it is.

    A run alone takes the branch of the chosen one, so that its results are those of that optimizer by itself. Members
    side by side compute all branches, and each keeps its own.
    """

    options: tuple[Any, ...] = ()
    chosen: Scalar = 0

    def init(self, params: Params) -> State:
        return {"each": tuple(option.init(params) for option in self.options)}

    def update(self, grads: Params, state: State, params: Params) -> tuple[Params, State]:
        def branch(i: int) -> Any:
            def move(grads: Params, each: tuple[State, ...], params: Params) -> tuple[Params, tuple[State, ...]]:
                moved, after = self.options[i].update(grads, each[i], params)
                return moved, (*each[:i], after, *each[i + 1 :])

            return move

        branches = [branch(i) for i in range(len(self.options))]
        moved, each = jax.lax.switch(jnp.asarray(self.chosen, jnp.int32), branches, grads, state["each"], params)
        return moved, {"each": each}

    def finalize(self, state: State, params: Params) -> Params:
        return self._own.finalize(self.state_of_own(state), params)

    def state_of_own(self, state: State) -> State:
        """The state of the chosen optimizer."""
        return state["each"][int(np.asarray(self.chosen))]

    @property
    def _own(self) -> Any:
        return self.options[int(np.asarray(self.chosen))]


def with_one_of(task: Task, options: Sequence[Any]) -> Task:
    """The task with its optimizer as one of the options, which are of one structure each; its own numbers count."""
    mine = jax.tree.structure(task.optimizer)
    place = next(i for i, option in enumerate(options) if jax.tree.structure(option) == mine)
    own = [task.optimizer if i == place else option for i, option in enumerate(options)]
    return replace(task, optimizer=OneOf(tuple(own), place))


def can_be_one_of(task: Task) -> bool:
    """Whether a number can choose the task's optimizer: each first-order one, not those of the whole data."""
    return isinstance(task.optimizer, Optimizer)
