"""Cells: one step through time, as layers."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from nyuron.core import Array, Key, KindError, Params, Shape, State
from nyuron.layers._axes import check_features
from nyuron.layers._call import Call
from nyuron.layers._custom import CustomLayer
from nyuron.layers._gates import Gates, States
from nyuron.layers._layer import Layer, forward
from nyuron.layers._resolve import resolve


class Cell(Layer):
    """A layer that maps one step's input and the states before to an output and the states after.

    `apply` takes and gives the states one by one; a call takes and gives them as Keras does: in a list.
    """

    passes_mask = False

    @property
    def state_size(self) -> Any:
        """Sizes of the states: one number, or a list."""
        raise NotImplementedError

    @property
    def output_size(self) -> int:
        """Size of the output."""
        raise NotImplementedError

    def state_shapes(self, step: Shape) -> tuple[Shape, ...]:
        """Shapes of the states for one step's input, batch first."""
        return tuple((step[0], size) for size in jax.tree.leaves(self.state_size))

    def get_initial_state(self, batch_size: int | None = None) -> list[Any]:
        """The states before the first step: zeros."""
        zeros = [jnp.zeros((batch_size or 1, size)) for size in jax.tree.leaves(self.state_size)]
        return nested(self.state_size, zeros)

    def __call__(self, inputs: Any, states: Any, **named: Any) -> Any:  # type: ignore[override]
        output, *new = super().__call__(inputs, *jax.tree.leaves(states), **named)
        return output, nested(self.state_size, new)

    def compute_output_shape(self, *shapes: Shape) -> Any:
        return ((*shapes[0][:-1], self.output_size), *self.state_shapes(shapes[0]))


class GatedCell(Gates, Cell):
    """A cell with gates."""

    def __post_init__(self) -> None:
        super().__post_init__()
        resolve(self)
        self.tidy()

    def check_shapes(self, *shapes: Shape) -> None:
        self.check_numbers()
        check_features(self, shapes[0])

    def init(self, key: Key, *shapes: Shape) -> tuple[Params, State]:
        return self.first_params(key, shapes[0]), {}

    def apply(self, params: Params, state: State, x: Array, *states: Array, call: Call) -> tuple[Any, State]:
        drops = self.draw(call, x.shape, states[0].shape, x.dtype)
        output, new = self.advance(params, self.project(params, x, drops.inputs), states, drops.recurrent)
        return (output, *new), state


def nested(sizes: Any, flat: list[Any]) -> Any:
    """States in the form of a `state_size`: a list always, with inner lists where a cell has several states."""
    if not isinstance(sizes, list | tuple):
        return list(flat)
    rest = iter(flat)

    def take(size: Any) -> Any:
        return [take(part) for part in size] if isinstance(size, list | tuple) else next(rest)

    return [take(size) for size in sizes]


# Any cell: one of ours, or a user's.


def check_cell(cell: Any, who: str) -> Any:
    """The cell, or KindError for what is none."""
    if not isinstance(cell, Layer) or not hasattr(cell, "state_size"):
        raise KindError(
            "this is no cell",
            who=who,
            expected="a layer with state_size, whose call(inputs, states) returns (output, new_states)",
            got=repr(cell)[:80],
            fix=f"{who}(LSTMCell(32))",
        )
    return cell


def users_cell(cell: Any) -> Any:
    """The user's object behind a description; one of our cells is itself."""
    return cell.body.layer if isinstance(cell, CustomLayer) else cell


def output_size(cell: Any) -> int:
    """Size of a cell's output: its own word, or the size of its first state."""
    cell = users_cell(cell)
    size = getattr(cell, "output_size", None)
    return jax.tree.leaves(cell.state_size)[0] if size is None else size


def state_shapes(cell: Any, step: Shape) -> tuple[Shape, ...]:
    """Shapes of a cell's states."""
    if isinstance(cell, Cell):
        return cell.state_shapes(step)
    return tuple((step[0], size) for size in jax.tree.leaves(users_cell(cell).state_size))


def first_states(cell: Any, step: Shape, dtype: Any) -> States:
    """States before the first step: a user's own, or zeros."""
    own = getattr(users_cell(cell), "get_initial_state", None)
    if isinstance(cell, CustomLayer) and own is not None:
        return tuple(jnp.asarray(s, dtype) for s in jax.tree.leaves(own(batch_size=step[0])))
    return tuple(jnp.zeros(shape, dtype) for shape in state_shapes(cell, step))  # type: ignore[arg-type]


def held_state(cell: Any) -> int:
    """Which of a cell's flat states is its previous output: the first one of the last cell."""
    sizes = users_cell(cell).state_size
    cells = getattr(users_cell(cell), "cells", None)
    if cells is None:
        return 0
    return len(jax.tree.leaves(sizes)) - len(jax.tree.leaves(users_cell(cells[-1]).state_size))


def run_cell(
    cell: Any, params: Params, state: State, x: Array, states: States, call: Call
) -> tuple[Array, States, State]:
    """One step of any cell: output, next states, and what it carries along."""
    if isinstance(cell, Cell):
        (output, *new), state = cell.apply(params, state, x, *states, call=call)
        return output, tuple(new), state
    given = nested(users_cell(cell).state_size, list(states))
    done = forward(cell, params, state, (x, given), Call(call.key, call.training, call.trainable))  # type: ignore[arg-type]
    output, new = done.output
    return output, tuple(jax.tree.leaves(new)), done.state
