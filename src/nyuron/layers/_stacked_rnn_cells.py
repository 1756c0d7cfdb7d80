"""Several cells as one."""

from __future__ import annotations

from typing import Any, ClassVar

import jax

from nyuron.core import Array, Params, Shape, State, module, static
from nyuron.layers._call import Call
from nyuron.layers._cell import Cell, check_cell, first_states, nested, output_size, run_cell, state_shapes, users_cell
from nyuron.layers._wrapper import Wrapper, by_parts, inside


@module
class StackedRNNCells(Wrapper, Cell):
    """One step of cells on top of each other: each takes the output of the one below. The states are those of all.

    Shapes: x (batch, features), states of each cell -> (batch, units of the last), [states of each cell].
    Raises: KindError for something that is no cell.
    Source: keras.layers.StackedRNNCells.
    Example:
        >>> from nyuron.layers import GRUCell, LSTMCell
        >>> cell = StackedRNNCells([LSTMCell(4), GRUCell(3)])
        >>> cell.state_size
        [[4, 4], 3]
    """

    cells: Any = ()
    frozen: Any = static((), init=False, repr=False)
    parts: ClassVar[dict[str, str]] = {"cells": "cells"}

    def __post_init__(self) -> None:
        cells = tuple(check_cell(cell, "StackedRNNCells") for cell in self.cells)
        object.__setattr__(self, "cells", cells)
        super().__post_init__()

    @property
    def state_size(self) -> Any:
        return [users_cell(cell).state_size for cell in self.cells]

    @property
    def output_size(self) -> int:
        return output_size(self.cells[-1])

    def part_shapes(self, *shapes: Shape) -> Any:
        found, step = [], shapes[0]
        for i, cell in enumerate(self.cells):
            found.append((("cells", i), (step,)))
            step = (step[0], output_size(cell))
        return tuple(found)

    def state_shapes(self, step: Shape) -> tuple[Shape, ...]:
        inputs = [shapes[0] for _, shapes in self.part_shapes(step)]
        return tuple(s for cell, x in zip(self.cells, inputs, strict=True) for s in state_shapes(cell, x))

    def get_initial_state(self, batch_size: int | None = None) -> list[Any]:
        flat = [s for cell in self.cells for s in first_states(cell.description, (batch_size or 1, 1), "float32")]
        return nested(self.state_size, flat)

    def apply(self, params: Params, state: State, x: Array, *states: Array, call: Call) -> tuple[Any, State]:
        rest, new, kept = list(states), [], {}
        for i, cell in enumerate(self.cells):
            count = len(jax.tree.leaves(users_cell(cell).state_size))
            mine, rest = tuple(rest[:count]), rest[count:]
            local = Call(None if call.key is None else jax.random.fold_in(call.key, i), call.training, call.trainable)
            at = ("cells", i)
            x, after, kept[at] = run_cell(cell, inside(params, at), inside(state, at), x, mine, local)
            new += after
        return (x, *new), by_parts(kept)
