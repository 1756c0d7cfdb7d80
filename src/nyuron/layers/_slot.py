"""The box in which a layer instance keeps its arrays: the one mutable thing about it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import jax
import numpy as np

from nyuron.core import Params, Shape, State, kept_program, key_from, key_of, seed_data
from nyuron.initializers import can_draw_on_host


class Wanted(NamedTuple):
    """First weights that are still to be made: of which description, for which inputs, from which seed."""

    description: Any
    shapes: tuple[Shape, ...]
    seed: int


class Slot:
    """Parameters and state of one layer instance, read by a model before a run and written after it.

    First weights are made when they are first read, so that those of a whole network are made by one program.
    """

    def __init__(self) -> None:
        self.shapes: tuple[Shape, ...] | None = None
        """Input shapes that the layer was built for; None while it is unbuilt."""
        self.wanted: Wanted | None = None
        self._params: Params = None
        self._state: State = None
        self._order: Any = None
        self.output: Any = None
        """What the layer's first application to symbolic tensors gave, or a function that makes it."""

    @property
    def is_built(self) -> bool:
        """Whether the weights exist, or are sure to."""
        return self.shapes is not None

    @property
    def params(self) -> Params:
        """What training changes."""
        make_first_weights([self])
        return self._params

    @params.setter
    def params(self, new: Params) -> None:
        make_first_weights([self])
        self._params = new

    @property
    def state(self) -> State:
        """What is carried along."""
        make_first_weights([self])
        return self._state

    @state.setter
    def state(self, new: State) -> None:
        make_first_weights([self])
        self._state = new

    @property
    def order(self) -> Any:
        """Paths to the weights in the order in which Keras lists them: (of params, of state)."""
        make_first_weights([self])
        return self._order

    def fill(self, params: Params, state: State) -> None:
        """Take first weights, in the order in which they were made."""
        self.wanted = None
        self._params, self._state = params, state
        self._order = (weight_paths(params), weight_paths(state))


def make_first_weights(slots: Iterable[Any]) -> None:
    """Make the weights that these slots still want, by one program where that can be."""
    waiting = [slot for slot in dict.fromkeys(slots) if getattr(slot, "wanted", None) is not None]
    if not waiting:
        return
    wanted = [slot.wanted for slot in waiting]
    made = _made_on_host(wanted)
    if made is None:
        made = _made_by_program(wanted)
    for slot, (params, state) in zip(waiting, made, strict=True):
        slot.fill(params, state)


def _made_on_host(wanted: list[Wanted]) -> list[tuple[Params, State]] | None:
    """First weights of layers for which nothing need be compiled; None where one is none of these."""
    if not can_draw_on_host() or any(None in shape[1:] for w in wanted for shape in w.shapes):
        return None
    made = []
    for w in wanted:
        one = w.description.init_on_host(seed_data(w.seed), *w.shapes)
        if one is None:
            return None
        made.append(one)
    # JAX sorts the names of a dictionary; the weights' order is that in which they were made.
    arrays = iter(jax.device_put([value for params, _ in made for value in params.values()]))
    return [({name: next(arrays) for name in params}, state) for params, state in made]


def _made_by_program(wanted: list[Wanted]) -> Iterable[tuple[Params, State]]:
    seeds = np.stack([seed_data(w.seed) for w in wanted])
    # A layer may be built while another function is traced; its weights are arrays all the same.
    with jax.ensure_compile_time_eval():
        made = _first_weights.if_kept(tuple(w.shapes for w in wanted), tuple(w.description for w in wanted), seeds)
        if made is None:
            made = [w.description.init(key_from(w.seed), *w.shapes) for w in wanted]
    return made


@kept_program(static_argnums=(0,))
def _first_weights(
    shapes: tuple[tuple[Shape, ...], ...], descriptions: tuple[Any, ...], seeds: Any
) -> tuple[tuple[Params, State], ...]:
    return tuple(description.init(key_of(seeds[i]), *shapes[i]) for i, description in enumerate(descriptions))


def weight_paths(tree: Any, prefix: tuple[Any, ...] = ()) -> tuple[tuple[Any, ...], ...]:
    """Paths to a tree's arrays in the order in which they were made (JAX itself sorts the names).

    What has a name with an underscore before it is no weight: the states that a recurrent layer keeps.
    """
    if isinstance(tree, dict):
        named = [(name, sub) for name, sub in tree.items() if not str(name).startswith("_")]
        return tuple(path for name, sub in named for path in weight_paths(sub, (*prefix, name)))
    if isinstance(tree, list | tuple):
        return tuple(path for i, sub in enumerate(tree) for path in weight_paths(sub, (*prefix, i)))
    return (prefix,)
