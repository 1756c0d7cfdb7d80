"""What every layer that goes through time keeps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from nyuron.core import ArgumentError, Array, Params, Shape, ShapeError, State
from nyuron.layers._axes import check_features
from nyuron.layers._call import Call
from nyuron.layers._gates import Gates, States
from nyuron.layers._layer import Layer
from nyuron.layers._resolve import resolve
from nyuron.layers._through_time import pick, through_time

KEPT = "_states"
"""Where a stateful layer's state holds its last states."""


class Recurrent(Layer):
    """Sequences in, an output for each step or for the last one out; states may go in and out.

    A subclass says what states there are, and `go` through the sequence.
    """

    call_inputs = ("sequences",)

    return_sequences: bool
    return_state: bool
    go_backwards: bool
    stateful: bool
    unroll: bool
    zero_output_for_mask: bool

    # What a subclass says.

    def state_shapes(self, step: Shape) -> tuple[Shape, ...]:
        """Shapes of the states for one step's input, batch first."""
        raise NotImplementedError

    def output_shape(self, step: Shape) -> Shape:
        """Shape of one step's output."""
        return self.state_shapes(step)[0]

    def first_states(self, step: Shape, dtype: Any) -> States:
        """States before the first step."""
        return tuple(jnp.zeros(shape, dtype) for shape in self.state_shapes(step))  # type: ignore[arg-type]

    def go(
        self, params: Params, state: State, xs: Array, states: States, mask: Array | None, call: Call
    ) -> tuple[Array, States, State]:
        """Outputs in the order of their making with time first, or the last one; the last states; what is carried along."""
        raise NotImplementedError

    # The contract.

    def check_shapes(self, *shapes: Shape) -> None:
        super().check_shapes(*shapes)
        if self.stateful and shapes[0][0] is None and not self.slot.is_built:
            raise ArgumentError(
                "a stateful layer must know how many sequences a batch has",
                who=self.described(),
                expected="a batch of fixed size",
                got=shapes[0],
                fix="Input(shape, batch_size=32), and the same batch_size in fit and predict",
            )

    def kept_states(self, shape: Shape) -> State:
        """The part of the state in which a stateful layer keeps its last states."""
        if not self.stateful:
            return {}
        step = step_shape(shape)
        return {KEPT: tuple(jnp.zeros(s) for s in self.state_shapes(step))}  # type: ignore[arg-type]

    def apply(
        self, params: Params, state: State, x: Array, *initial: Array, call: Call, initial_state: Any = None
    ) -> tuple[Any, State]:
        mask = None if call.mask is None else jnp.swapaxes(call.mask.astype(bool), 0, 1)
        states = self._begin(state, x, initial if initial_state is None else jax.tree.leaves(initial_state))
        output, states, state = self.go(params, state, jnp.swapaxes(x, 0, 1), states, mask, call)
        if mask is not None and self.zero_output_for_mask:
            seen = jnp.flip(mask, 0) if self.go_backwards else mask
            output = pick(seen if self.return_sequences else seen[-1], output, jnp.zeros((), output.dtype))
        if self.return_sequences:
            output = jnp.swapaxes(output, 0, 1)
        if self.stateful:
            state = {**state, KEPT: tuple(s.astype(old.dtype) for s, old in zip(states, state[KEPT], strict=True))}
        return ((output, *states) if self.return_state else output), state

    def _begin(self, state: State, x: Array, given: Any) -> States:
        step = step_shape(x.shape)
        if not given:
            given = state[KEPT] if self.stateful else self.first_states(step, x.dtype)
        wanted = self.state_shapes(step)
        if [s.shape for s in given] != list(wanted):
            raise ShapeError(
                "the initial states do not fit the input",
                who=self.described(),
                expected=", ".join(map(str, wanted)),
                got=", ".join(str(s.shape) for s in given),
                fix="use the batch_size that the layer was built with"
                if self.stateful
                else f"give {len(wanted)} states",
            )
        return tuple(s.astype(x.dtype) for s in given)

    def compute_output_shape(self, *shapes: Shape) -> Any:
        step = step_shape(shapes[0])
        one = self.output_shape(step)
        output = (one[0], shapes[0][1], *one[1:]) if self.return_sequences else one
        return (output, *self.state_shapes(step)) if self.return_state else output

    def compute_mask(self, inputs: tuple[Array, ...], call: Call) -> Any:
        return call.mask if self.return_sequences else None

    # The face.

    def __call__(self, *inputs: Any, **named: Any) -> Any:
        first = named.get("sequences", inputs[0] if inputs else None)
        if named.get("initial_state", 0) is None:
            del named["initial_state"]
        if self.stateful and not self.slot.is_built and isinstance(first, jax.Array | np.ndarray):
            self.build_for(first.shape)
        return super().__call__(*inputs, **named)

    def get_initial_state(self, batch_size: int) -> list[Array]:
        """The states before the first step."""
        shape = (batch_size, *((1,) * 9 if self.slot.shapes is None else self.slot.shapes[0][2:]))
        return list(self.first_states(shape, jnp.result_type(float)))

    @property
    def states(self) -> list[Array] | None:
        """The states that a stateful layer keeps for the next batch; else None."""
        return list(self.slot.state[KEPT]) if self.stateful and self.slot.is_built else None

    def reset_state(self) -> None:
        """Let the next batch begin with zeros."""
        if self.stateful and self.slot.is_built:
            state = self.slot.state
            self.slot.state = {**state, KEPT: jax.tree.map(jnp.zeros_like, state[KEPT])}

    reset_states = reset_state


def step_shape(shape: Shape) -> Shape:
    """The shape of one step's input."""
    return (shape[0], *shape[2:])


class GatedRecurrent(Gates, Recurrent):
    """A recurrent layer whose cell has gates. Inputs are projected for all steps at once."""

    input_ndim = 3

    def __post_init__(self) -> None:
        super().__post_init__()
        resolve(self)
        self.tidy()

    def check_shapes(self, *shapes: Shape) -> None:
        self.check_numbers()
        super().check_shapes(*shapes)
        check_features(self, shapes[0])

    def init(self, key: Any, *shapes: Shape) -> tuple[Params, State]:
        return self.first_params(key, step_shape(shapes[0])), self.kept_states(shapes[0])

    def go(
        self, params: Params, state: State, xs: Array, states: States, mask: Array | None, call: Call
    ) -> tuple[Array, States, State]:
        drops = self.draw(call, xs.shape[1:], states[0].shape, xs.dtype)
        kernel = None if self.unroll or drops.recurrent is not None else self.kernel()
        if kernel is None:
            outputs, states = self.scan(params, self.project(params, xs, drops.inputs), states, mask, drops.recurrent)
            return (outputs if self.return_sequences else states[0]), states, state
        xs = xs if drops.inputs is None else xs * drops.inputs[0]
        weights = params["kernel"], params["recurrent_kernel"], params.get("bias")
        outputs, *last = kernel(xs, *weights, *states, mask, self.go_backwards, self.return_sequences)
        if not self.return_sequences:
            return last[0], tuple(last), state
        return (jnp.flip(outputs, 0) if self.go_backwards else outputs), tuple(last), state

    def kernel(self) -> Callable[..., Any] | None:
        """The function that takes whole sequences, if there is one for these activations."""
        return None

    def scan(
        self, params: Params, zs: Array, states: States, mask: Array | None, dropped: Array | None
    ) -> tuple[Array, States]:
        """Outputs and last states from projected inputs, step by step."""

        def step(states: States, carried: Any, z: Array) -> Any:
            return *self.advance(params, z, states, dropped), carried

        outputs, states, _ = through_time(
            step, states, (), zs, mask, is_backwards=self.go_backwards, is_unrolled=self.unroll
        )
        return outputs, states
