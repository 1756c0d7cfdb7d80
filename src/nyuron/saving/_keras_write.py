"""Our layers, losses, optimizers … as Keras's configs."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from nyuron.core import KindError, find_custom
from nyuron.core._config import registered_name
from nyuron.core._lookup import Held
from nyuron.initializers import Zeros
from nyuron.saving._keras_names import ACTIVATIONS, OURS, ROOMS, classes_in

WRAPPERS = (
    *("FunctionLoss", "FunctionMetric", "LayerActivation"),
    *("CustomInitializer", "CustomRegularizer", "CustomConstraint"),
)
"""Classes of ours around a user's function, which alone is written."""
UNSAID = ("slot", "input_shape")


@dataclasses.dataclass(frozen=True)
class KerasWriter:
    """Writes configs: `write` gives JSON values in Keras's form.

    `who` is named in errors; `models` writes what is a whole model, and gives None for anything else.

    Raises: KindError for what Keras does not have.
    """

    who: str
    models: Callable[[KerasWriter, Any], dict[str, Any] | None] = lambda _, __: None

    def write(self, value: Any) -> Any:
        """Keras's form of a value."""
        if value is None or isinstance(value, bool | int | float | str):
            return value
        if isinstance(value, np.generic):
            return value.item()
        if isinstance(value, np.ndarray | jax.Array):
            return np.asarray(value).tolist()
        if isinstance(value, list | tuple):
            return [self.write(item) for item in value]
        if isinstance(value, Held):
            return self.write(value.value)
        if isinstance(value, dict):
            return {str(name): self.write(item) for name, item in value.items()}
        if isinstance(value, types.FunctionType) or (not hasattr(value, "get_config") and hasattr(value, "__name__")):
            return self._function(value)
        return self.models(self, value) or self.instance(value)

    def instance(self, value: Any) -> dict[str, Any]:
        """Keras's form of a layer, loss, optimizer …"""
        cls = type(value)
        own = getattr(value, "function", None)
        if own is not None and cls.__name__ in WRAPPERS:
            return self.write(own)
        if cls.__name__ == "FromArray":
            # What a weight began with is in the file as its value.
            return self.write(Zeros())
        words = cls.__module__.split(".")
        room = next((ROOMS[w] for w in reversed(words) if w in ROOMS), None) if words[0] == "nyuron" else None
        if room is None:
            return self._custom(value)
        if cls.__name__ not in classes_in(room) or cls.__name__ in OURS:
            raise self.not_in_keras(room.rpartition(".")[2].removesuffix("s"), cls.__name__)
        config = {}
        for field in dataclasses.fields(value):
            if not field.init or field.name in UNSAID:
                continue
            entry = getattr(value, field.name)
            is_left_out = entry is None and (field.default is None or field.name in ("name", "dtype"))
            # Some of Keras's layers without weights know no `trainable`.
            is_said = field.name == "trainable" and (entry or not value.weights)
            if is_left_out or is_said or (room != "layers" and _is_default(field, entry)):
                continue
            config[field.name] = self.write(entry)
        return {"module": f"keras.{room}", "class_name": cls.__name__, "config": config, "registered_name": None}

    def _custom(self, value: Any) -> dict[str, Any]:
        if not hasattr(value, "get_config"):
            raise KindError(
                "an object has no config", who=self.who, got=repr(value)[:60], fix="give the class get_config()"
            )
        name = type(value).__name__
        return {
            "module": None,
            "class_name": name,
            "config": self.write(value.get_config()),
            "registered_name": f"Custom>{name}",
        }

    def _function(self, function: Any) -> Any:
        name = function.__name__
        if str(function.__module__).startswith("nyuron.activations") and name not in ACTIVATIONS:
            raise self.not_in_keras("activation", name)
        if str(function.__module__).startswith("nyuron."):
            return name
        if name == "<lambda>":
            raise KindError(
                "a lambda has no name by which a file could ask for it", who=self.who, fix="use a function with a name"
            )
        registered = registered_name(function)
        is_known = find_custom(registered) is function
        return {
            "module": "builtins",
            "class_name": "function",
            "config": name,
            "registered_name": registered if is_known else "function",
        }

    def not_in_keras(self, kind: str, name: str) -> KindError:
        """The error for what Keras has nothing like."""
        return KindError(
            f"Keras has no {kind} {name!r}, so a Keras file cannot hold it",
            who=self.who,
            expected=f"what Keras has too: {kind}s by Keras's names",
            got=name,
            fix="save the model as .nyuron",
        )


def _is_default(field: dataclasses.Field[Any], value: Any) -> bool:
    if field.default is dataclasses.MISSING or isinstance(value, np.ndarray | jax.Array):
        return False
    return value is field.default or (isinstance(value, bool | int | float | str | tuple) and value == field.default)
