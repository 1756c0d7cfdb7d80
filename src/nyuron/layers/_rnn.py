"""Any cell, through time."""

from __future__ import annotations

from typing import Any, ClassVar

from nyuron.core import Array, Params, Shape, State, module, static
from nyuron.layers._call import Call
from nyuron.layers._cell import (
    check_cell,
    first_states,
    held_state,
    output_size,
    run_cell,
    state_shapes,
)
from nyuron.layers._gates import States
from nyuron.layers._recurrent import Recurrent, step_shape
from nyuron.layers._stacked_rnn_cells import StackedRNNCells
from nyuron.layers._through_time import through_time
from nyuron.layers._wrapper import Wrapper


@module
class RNN(Wrapper, Recurrent):
    """A cell, applied to each step: ``(y_t, s_t) = cell(x_t, s_{t−1})``; the output is the last y, or all of them.

    A cell is one of ours, a list of cells, or a layer of the user's with `state_size` (a number, or a list of them) and
    ``call(inputs, states) -> (output, new_states)``. A masked step changes nothing: its output is the first state of
    the (last) cell, or zeros with `zero_output_for_mask`. Initial states are given as further inputs or by
    ``initial_state=``; a stateful layer begins each batch where the last one ended.

    Differs from Keras: with `return_state` the states of stacked cells come one by one; evaluate begins every batch of a
    stateful layer with the states that fit left.

    Shapes: x (batch, time, …) -> (batch, units), or (batch, time, units) with return_sequences; with return_state also
        the last states.
    Raises: KindError for something that is no cell; ArgumentError for a stateful layer without a fixed batch size;
        ShapeError for initial states that do not fit.
    Source: keras.layers.RNN.
    Example:
        >>> from nyuron.layers import GRUCell, LSTMCell
        >>> RNN([LSTMCell(4), GRUCell(3)], return_sequences=True)(jnp.ones((2, 5, 6))).shape
        (2, 5, 3)
    """

    cell: Any
    return_sequences: bool = static(False)
    return_state: bool = static(False)
    go_backwards: bool = static(False)
    stateful: bool = static(False)
    unroll: bool = static(False)
    zero_output_for_mask: bool = static(False)
    frozen: Any = static((), init=False, repr=False)

    parts: ClassVar[dict[str, str]] = {"cell": "cell"}

    def __post_init__(self) -> None:
        cell = StackedRNNCells(self.cell) if isinstance(self.cell, list | tuple) else check_cell(self.cell, "RNN")
        object.__setattr__(self, "cell", cell)
        super().__post_init__()

    def part_shapes(self, *shapes: Shape) -> Any:
        return (("cell", (step_shape(shapes[0]),)),)

    def first_own_state(self, *shapes: Shape) -> State:
        return self.kept_states(shapes[0])

    def state_shapes(self, step: Shape) -> tuple[Shape, ...]:
        return state_shapes(self.cell, step)

    def output_shape(self, step: Shape) -> Shape:
        return (step[0], output_size(self.cell))

    def first_states(self, step: Shape, dtype: Any) -> States:
        return first_states(self.cell.description, step, dtype)

    def go(
        self, params: Params, state: State, xs: Array, states: States, mask: Array | None, call: Call
    ) -> tuple[Array, States, State]:
        cell, inside = self.cell, params["cell"]
        local = Call(call.key, call.training, call.trainable)

        def step(states: States, carried: State, x: Array) -> Any:
            return run_cell(cell, inside, carried, x, states, local)

        outputs, states, carried = through_time(
            step,
            states,
            state["cell"],
            xs,
            mask,
            held=held_state(cell),
            is_backwards=self.go_backwards,
            is_unrolled=self.unroll,
        )
        return (outputs if self.return_sequences else outputs[-1]), states, {**state, "cell": carried}
