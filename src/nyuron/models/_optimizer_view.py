"""`model.optimizer`: an immutable optimizer that may be adjusted while a model trains."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from nyuron.core import replace


class Setting(float):
    """A number of the optimizer, with Keras's `assign` and `numpy`."""

    _view: Any
    _name: str

    def assign(self, value: Any) -> None:
        setattr(self._view, self._name, value)

    def numpy(self) -> np.float32:
        return np.float32(self)

    @property
    def value(self) -> float:
        return float(self)


class OptimizerView:
    """Reads as the model's optimizer; assigning one of its numbers replaces the optimizer by one with that number."""

    def __init__(self, model: Any) -> None:
        object.__setattr__(self, "_model", model)

    @property
    def description(self) -> Any:
        """The optimizer itself."""
        return self._model.compiled.optimizer

    @property
    def iterations(self) -> int:
        """Updates done."""
        state = self._model.optimizer_state
        return 0 if state is None else int(state["iterations"])

    @property
    def variables(self) -> list[Any]:
        """The arrays of the optimizer's state."""
        return jax.tree.leaves(self._model.optimizer_state)

    def get_config(self) -> dict[str, Any]:
        return self.description.get_config()

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.description, name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            setting = Setting(value)
            setting._view, setting._name = self, name
            return setting
        return value

    def __setattr__(self, name: str, value: Any) -> None:
        getattr(self.description, name)
        if not callable(value):
            value = float(value)
        self._model.compiled.optimizer = replace(self.description, **{name: value})

    def __repr__(self) -> str:
        return repr(self.description)
