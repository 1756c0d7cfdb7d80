"""The box in which a layer instance keeps its arrays: the one mutable thing about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nyuron.core import Params, Shape, State


@dataclass(eq=False)
class Slot:
    """Parameters and state of one layer instance, read by a model before a run and written after it."""

    params: Params = None
    state: State = None
    order: Any = None
    """Names of the weights in the order in which Keras lists them: (of params, of state)."""
    shapes: tuple[Shape, ...] | None = None
    """Input shapes that the layer was built for; None while it is unbuilt."""

    @property
    def is_built(self) -> bool:
        return self.shapes is not None
