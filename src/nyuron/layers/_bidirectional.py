"""A recurrent layer in both directions."""

from __future__ import annotations

from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from nyuron.core import ArgumentError, Array, KindError, Params, Shape, State, from_config, module, static, to_config
from nyuron.layers._call import Call, Forward
from nyuron.layers._layer import Layer, forward
from nyuron.layers._wrapper import Wrapper

MERGES = ("concat", "sum", "mul", "ave", None)
COMMON = ("stateful", "return_sequences", "return_state")


@module
class Bidirectional(Wrapper):
    """``merge(→h, ←h)``: the layer, and a second one that reads the sequence backwards, whose outputs are put in order.

    `merge_mode` is "concat", "sum", "mul", "ave", or None for both as they are. The layer is copied; `backward_layer`
    is a copy that goes backwards unless one is given. With initial states, the first half is the forward layer's.

    Shapes: x (batch, time, …) -> (batch, 2 units), or (batch, time, 2 units) with return_sequences; units where they
        are not concatenated; with return_state also the states of both layers.
    Raises: KindError for something that does not go through time; ArgumentError for an unknown merge_mode, or two
        layers that do not go together.
    Source: Schuster & Paliwal 1997; keras.layers.Bidirectional.
    Example:
        >>> from nyuron.layers import LSTM
        >>> Bidirectional(LSTM(4))(jnp.ones((2, 5, 3))).shape
        (2, 8)
    """

    layer: Any
    merge_mode: Any = static("concat")
    backward_layer: Any = None
    frozen: Any = static((), init=False, repr=False)

    parts: ClassVar[dict[str, str]] = {"forward_layer": "layer", "backward_layer": "backward_layer"}
    call_inputs = ("sequences",)

    def __post_init__(self) -> None:
        for layer in (self.layer, self.backward_layer):
            if layer is not None and not (isinstance(layer, Layer) and hasattr(layer, "go_backwards")):
                raise KindError(
                    "this layer does not go through time",
                    who="Bidirectional",
                    expected="a recurrent layer",
                    got=repr(layer)[:80],
                    fix="Bidirectional(LSTM(32))",
                )
        name = self.layer.name
        first = _copied(self.layer, f"forward_{name.removeprefix('forward_')}")
        second = self.backward_layer
        if second is None:
            name = f"backward_{name.removeprefix('forward_').removeprefix('backward_')}"
            second = _copied(self.layer, name, go_backwards=not self.layer.go_backwards)
        self._check(first, second)
        for layer in (first, second):
            object.__setattr__(layer, "zero_output_for_mask", layer.return_sequences)
        object.__setattr__(self, "layer", first)
        object.__setattr__(self, "backward_layer", second)
        super().__post_init__()

    def _check(self, first: Any, second: Any) -> None:
        if self.merge_mode not in MERGES:
            raise ArgumentError(
                "the merge_mode is unknown", who="Bidirectional", expected=MERGES, got=self.merge_mode, fix="'concat'"
            )
        wrong = [name for name in COMMON if getattr(first, name) != getattr(second, name)]
        if wrong or first.go_backwards == second.go_backwards:
            name = wrong[0] if wrong else "go_backwards"
            raise ArgumentError(
                f"the two layers do not go together in {name}",
                who="Bidirectional",
                expected="the same value" if wrong else "one of each",
                got=f"{getattr(first, name)} and {getattr(second, name)}",
                fix=f"backward_layer={type(second).__name__}(…, {name}="
                f"{getattr(first, name) if wrong else not first.go_backwards})",
            )

    @property
    def forward_layer(self) -> Any:
        """The layer that reads from the first step to the last."""
        return self.layer

    @property
    def stateful(self) -> bool:
        """Whether the layers keep their states for the next batch."""
        return self.layer.stateful

    @property
    def return_sequences(self) -> bool:
        """Whether every step has an output."""
        return self.layer.return_sequences

    @property
    def return_state(self) -> bool:
        """Whether the last states are returned too."""
        return self.layer.return_state

    @property
    def states(self) -> list[Array] | None:
        """The states that both layers keep for the next batch, or None."""
        first, second = self.layer.states, self.backward_layer.states
        return None if first is None or second is None else [*first, *second]

    def reset_state(self) -> None:
        """Let the next batch begin with zeros."""
        self.layer.reset_state()
        self.backward_layer.reset_state()

    reset_states = reset_state

    def check_shapes(self, *shapes: Shape) -> None:
        for layer in (self.layer, self.backward_layer):
            layer.check_shapes(shapes[0])

    def part_shapes(self, *shapes: Shape) -> Any:
        return (("forward_layer", (shapes[0],)), ("backward_layer", (shapes[0],)))

    def apply(
        self, params: Params, state: State, x: Array, *initial: Array, call: Call, initial_state: Any = None
    ) -> tuple[Any, State]:
        done = self.forward(params, state, x, *initial, call=call, initial_state=initial_state)
        return done.output, done.state

    def forward(
        self, params: Params, state: State, x: Array, *initial: Array, call: Call, initial_state: Any = None
    ) -> Forward:
        """Output, next state, mask, and both layers' activity penalties."""
        given = list(initial) if initial_state is None else jax.tree.leaves(initial_state)
        half = len(given) // 2
        done = []
        for number, (name, at) in enumerate(self.parts.items()):
            key = None if call.key is None else jax.random.fold_in(call.key, number)
            local = Call(key, call.training, call.trainable and name not in self.frozen, call.masks[:1])
            states = given[half:] if number else given[:half]
            layer = getattr(self, at)
            done.append(forward(layer, params[name], state[name], (x, *states), local))
        outputs = [d.output if self.return_state else (d.output,) for d in done]
        (y, *states), (back, *back_states) = outputs
        merged = self._merge(y, jnp.flip(back, 1) if self.return_sequences else back)
        output = (*merged, *states, *back_states)
        new = {name: d.state for name, d in zip(self.parts, done, strict=True)}
        mask = call.mask if self.return_sequences else None
        masks = tuple(mask if i < len(merged) else None for i in range(len(output)))
        penalty = done[0].penalty + done[1].penalty
        if len(output) == 1:
            return Forward(output[0], new, mask, penalty)
        return Forward(output, new, masks, penalty)

    def _merge(self, y: Array, back: Array) -> tuple[Array, ...]:
        match self.merge_mode:
            case "concat":
                return (jnp.concatenate([y, back], -1),)
            case "sum":
                return (y + back,)
            case "ave":
                return ((y + back) / 2,)
            case "mul":
                return (y * back,)
        return (y, back)

    def compute_output_shape(self, *shapes: Shape) -> Any:
        shape = self.layer.compute_output_shape(shapes[0])
        other = self.backward_layer.compute_output_shape(shapes[0])
        (first, *states), (second, *others) = (shape, other) if self.return_state else ((shape,), (other,))
        merged: tuple[Shape, ...]
        if self.merge_mode == "concat":
            merged = ((*first[:-1], first[-1] + second[-1]),)
        else:
            merged = (first, second) if self.merge_mode is None else (first,)
        found = [*merged, *states, *others]
        return tuple(found) if len(found) > 1 else found[0]


def _copied(layer: Any, name: str, **changes: Any) -> Any:
    config = to_config(layer)
    return from_config({**config, "config": {**config["config"], "name": name, **changes}})
