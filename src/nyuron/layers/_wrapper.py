"""Layers that hold other layers."""

from __future__ import annotations

from typing import Any, ClassVar

import jax

from nyuron.core import Array, Key, Params, Shape, State, replace
from nyuron.layers._inner_slot import InnerSlot
from nyuron.layers._layer import Layer
from nyuron.layers._penalties import constrain_layer, layer_penalty


class Wrapper(Layer):
    """What wrappers share. Parameters are those of the parts, by name; the arrays live in the wrapped layers."""

    frozen: Any
    """Of a description: the names of parts, or (name, number), whose `trainable` is off."""

    parts: ClassVar[dict[str, str]] = {}
    """Name of a part among the parameters -> the field that holds it: one layer, or a tuple of them."""

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "frozen", ())
        object.__setattr__(self, "slot", InnerSlot({name: getattr(self, at) for name, at in self.parts.items()}))

    def part_shapes(self, *shapes: Shape) -> tuple[tuple[Any, tuple[Shape, ...]], ...]:
        """Each wrapped layer's key, a name or (name, number), with the shapes of its inputs."""
        raise NotImplementedError

    def first_own_state(self, *shapes: Shape) -> State:
        """State besides that of the parts."""
        return {}

    def part(self, key: Any) -> Layer:
        """The wrapped layer of that key."""
        if isinstance(key, tuple):
            return getattr(self, self.parts[key[0]])[key[1]]
        return getattr(self, self.parts[key])

    def part_keys(self) -> list[Any]:
        """Keys of all wrapped layers."""
        found: list[Any] = []
        for name, at in self.parts.items():
            value = getattr(self, at)
            found += [(name, i) for i in range(len(value))] if isinstance(value, tuple) else [name]
        return found

    # The contract.

    @property
    def description(self) -> Layer:
        changes: dict[str, Any] = {}
        for at in self.parts.values():
            value = getattr(self, at)
            changes[at] = tuple(v.description for v in value) if isinstance(value, tuple) else value.description
        frozen = tuple(key for key in self.part_keys() if not self.part(key).trainable)
        return replace(self, **changes, frozen=frozen)

    def build_for(self, *shapes: Shape, key: Key | None = None) -> None:
        """Build every wrapped layer that is not built."""
        self.check_shapes(*shapes)
        for number, (at, inputs) in enumerate(self.part_shapes(*shapes)):
            layer = self.part(at)
            if not layer.slot.is_built:
                layer.build_for(*inputs, key=None if key is None else jax.random.fold_in(key, number))
        self.slot.shapes = tuple(shapes)
        self.slot.own = self.first_own_state(*shapes)  # type: ignore[attr-defined]

    def init(self, key: Key, *shapes: Shape) -> tuple[Params, State]:
        params: dict[str, Any] = {}
        state: dict[str, Any] = {}
        for number, (at, inputs) in enumerate(self.part_shapes(*shapes)):
            first = self.part(at).init(jax.random.fold_in(key, number), *inputs)
            for tree, value in zip((params, state), first, strict=True):
                if isinstance(at, tuple):
                    tree[at[0]] = (*tree.get(at[0], ()), value)
                else:
                    tree[at] = value
        return params, {**state, **self.first_own_state(*shapes)}

    def penalty(self, params: Params) -> Array | float:
        """Σ of the weights' regularizers, frozen layers left out."""
        trained = [key for key in self.part_keys() if key not in self.frozen]
        return sum((layer_penalty(self.part(key), inside(params, key)) for key in trained), 0.0)

    def constrain(self, params: Params) -> Params:
        """Parameters after the weights' constraints, frozen layers left out."""
        new = {key: inside(params, key) for key in self.part_keys()}
        new.update({k: constrain_layer(self.part(k), p) for k, p in new.items() if k not in self.frozen})
        return by_parts(new)


def inside(tree: Any, key: Any) -> Any:
    """What a tree by parts holds for a key."""
    return tree[key[0]][key[1]] if isinstance(key, tuple) else tree[key]


def by_parts(found: dict[Any, Any]) -> dict[str, Any]:
    """From values by key to a tree by parts."""
    tree: dict[str, Any] = {}
    for key, value in found.items():
        if isinstance(key, tuple):
            tree[key[0]] = (*tree.get(key[0], ()), value)
        else:
            tree[key] = value
    return tree
