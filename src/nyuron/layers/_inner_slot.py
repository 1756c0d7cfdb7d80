"""The box of a layer that wraps others: its arrays are theirs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nyuron.core import Params, Shape, State
from nyuron.layers._boxes import read_weights, write_weights
from nyuron.layers._layer import Layer
from nyuron.layers._slot import make_first_weights


class InnerSlot:
    """Parameters and state of the wrapped layers, by the names of the parts, and some state of the wrapper's own."""

    wanted = None

    def __init__(self, parts: Mapping[str, Layer | tuple[Layer, ...]]) -> None:
        self.parts = dict(parts)
        self.shapes: tuple[Shape, ...] | None = None
        self.own: State = {}

    @property
    def layers(self) -> tuple[Layer, ...]:
        """All wrapped layers."""
        return tuple(layer for part in self.parts.values() for layer in (part if isinstance(part, tuple) else (part,)))

    @property
    def is_built(self) -> bool:
        """Whether the weights exist, or are sure to."""
        return self.shapes is not None

    @property
    def params(self) -> Params:
        """What training changes."""
        return self._read(0)

    @params.setter
    def params(self, new: Params) -> None:
        self._write(new, None)

    @property
    def state(self) -> State:
        """What is carried along."""
        return {**self._read(1), **self.own}

    @state.setter
    def state(self, new: State) -> None:
        self.own = {name: new[name] for name in new if name not in self.parts}
        self._write(None, new)

    @property
    def order(self) -> Any:
        """Paths to the weights: (of params, of state)."""
        found = []
        for which in (0, 1):
            paths: list[tuple[Any, ...]] = []
            for name, part in self.parts.items():
                for i, layer in enumerate(part if isinstance(part, tuple) else (part,)):
                    prefix = (name, i) if isinstance(part, tuple) else (name,)
                    paths += [(*prefix, *path) for path in layer.slot.order[which]]
            found.append(tuple(paths))
        return tuple(found)

    def fill(self, params: Params, state: State) -> None:
        """Take first weights."""
        self.params, self.state = params, state

    def _read(self, which: int) -> dict[str, Any]:
        make_first_weights(layer.slot for layer in self.layers)
        return {
            name: tuple(read_weights(layer)[which] for layer in part)
            if isinstance(part, tuple)
            else read_weights(part)[which]
            for name, part in self.parts.items()
        }

    def _write(self, params: Params, state: State) -> None:
        for name, part in self.parts.items():
            layers = part if isinstance(part, tuple) else (part,)
            for i, layer in enumerate(layers):
                old = read_weights(layer)
                new = [
                    before if tree is None else tree[name][i] if isinstance(part, tuple) else tree[name]
                    for before, tree in zip(old, (params, state), strict=True)
                ]
                write_weights(layer, new[0], new[1])
