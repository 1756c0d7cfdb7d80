"""An optimizer's state in the order in which Keras stores it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from nyuron.core import Array
from nyuron.layers import split_frozen
from nyuron.saving import stored_weights
from nyuron.train import numbers_as_arrays

SLOTS: dict[str, tuple[tuple[str, ...], ...]] = {
    "SGD": (("momentum",),),
    "Adam": (("m", "v"), ("most",)),
    "AdamW": (("m", "v"), ("most",)),
    "Nadam": (("m", "v"),),
    "Adamax": (("m", "u"),),
    "Lamb": (("m", "v"),),
    "Lion": (("momentum",),),
    "RMSprop": (("s",), ("momentum",), ("mean",)),
    "Adagrad": (("s",),),
    "Adadelta": (("s", "u"),),
    "Ftrl": (("n", "z"),),
}
"""What is remembered of each weight, by our names, in Keras's order: one pass over the weights for each group."""


def optimizer_arrays(model: Any) -> list[np.ndarray]:
    """The state: iterations, learning rate, and what is remembered of the weights."""
    optimizer, state = model.compiled.optimizer, model.optimizer_state
    if state is None:
        state = numbers_as_arrays(optimizer).init(split_frozen(model.graph, model.slot.params)[0])
    arrays: list[np.ndarray] = [np.asarray(state["iterations"], np.int64)]
    if not callable(optimizer.learning_rate):
        arrays.append(np.asarray(optimizer.learning_rate, np.float32))
    arrays += [np.asarray(_at(state, place)) for place in _places(model, state)]
    if type(optimizer).__name__ == "Nadam":
        first = next(iter(state["slots"]), {"product": 1.0})
        arrays.append(np.asarray(first["product"], np.float32))
    return arrays


def restore_optimizer(model: Any, arrays: list[np.ndarray], who: str) -> None:
    """Give a compiled model the state that a file holds; one of another optimizer is left alone, with a warning."""
    optimizer = model.compiled.optimizer
    if type(optimizer).__name__ not in SLOTS:
        return
    params, _ = split_frozen(model.graph, model.slot.params)
    state = numbers_as_arrays(optimizer).init(params)
    first = 1 if callable(optimizer.learning_rate) else 2
    places = list(_places(model, state))
    is_nadam = type(optimizer).__name__ == "Nadam"
    shapes = [tuple(np.shape(_at(state, place))) for place in places] + [()] * is_nadam
    if len(arrays) != first + len(shapes) or [a.shape for a in arrays[first:]] != shapes:
        warnings.warn(
            f"{who}: the optimizer's state is not that of {type(optimizer).__name__} for these weights; it begins anew",
            stacklevel=4,
        )
        return
    slots = [dict(slot) for slot in state["slots"]]
    lists = {name: list(state[name]) for name in ("average", "gathered") if name in state}
    for (name, leaf, key), array in zip(places, arrays[first:], strict=False):
        if name == "slots":
            slots[leaf][key] = jnp.asarray(array, slots[leaf][key].dtype)
        else:
            lists[name][leaf] = jnp.asarray(array, lists[name][leaf].dtype)
    if is_nadam:
        for slot in slots:
            slot["product"] = jnp.asarray(arrays[-1], slot["product"].dtype)
    state = {**state, **{name: tuple(values) for name, values in lists.items()}, "slots": tuple(slots)}
    state["iterations"] = jnp.asarray(arrays[0], state["iterations"].dtype)
    model.optimizer_state = state


Place = tuple[str, int, str]
"""A part of the state, the number of the weight in it, and which of the things that are remembered of it."""


def _at(state: Any, place: Place) -> Any:
    name, leaf, key = place
    return state[name][leaf][key] if name == "slots" else state[name][leaf]


def _places(model: Any, state: Any) -> Iterator[Place]:
    order = _weight_order(model)
    for name in ("average", "gathered"):
        if name in state:
            yield from ((name, leaf, "") for leaf in order)
    for group in SLOTS[type(model.compiled.optimizer).__name__]:
        for leaf in order:
            yield from (("slots", leaf, key) for key in group if key in state["slots"][leaf])


def _weight_order(model: Any) -> list[int]:
    """For each trained weight in Keras's order its number among the leaves of the parameters."""
    seen: set[int] = set()
    for stored in stored_weights(model):
        if id(stored.value) in seen:
            # Each weight is known by its array, so each must have one of its own.
            stored.place.write(jnp.array(stored.value, copy=True))
        seen.add(id(stored.value))
    leaves: list[Array] = jax.tree.leaves(split_frozen(model.graph, model.slot.params)[0])
    number = {id(leaf): i for i, leaf in enumerate(leaves)}
    return [number[id(stored.value)] for stored in stored_weights(model) if id(stored.value) in number]
