"""Keras's configs of layers, losses, optimizers … as ours, by closed lists: a config runs no code."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nyuron.core import FileFormatError, NyuronError, find_custom, nearest
from nyuron.layers import Layer
from nyuron.saving._keras_names import ALIASES, HARMLESS, LAYERS, ROOMS, classes_in

MOST_NUMBERS, DEEPEST = 50_000_000, 60
FUNCTION_ROOMS = ("activations", "losses", "metrics")


@dataclass(frozen=True)
class KerasReader:
    """Reads configs: `read` gives an object of ours, a number, a text, or a list or dict of these.

    `who` is named in errors; `models` reads the classes that are whole models; `is_ours` says that Nyuron wrote them.

    Raises: FileFormatError for a class that is neither ours nor given as a custom object, for code, and for settings
    that Nyuron does not have.
    """

    who: str
    models: Mapping[str, Callable[[KerasReader, Mapping[str, Any], int], Any]] = dataclasses.field(default_factory=dict)
    is_ours: bool = False
    shared: dict[int, Any] = dataclasses.field(default_factory=dict)
    """Objects that occur in several places of a config, by Keras's numbers for them."""

    def read(self, value: Any, depth: int = 0) -> Any:
        """What a config describes."""
        if depth > DEEPEST:
            raise self.error("the config nests without end", f"at most {DEEPEST} levels", "more")
        if isinstance(value, list):
            return [self.read(item, depth + 1) for item in value]
        if not isinstance(value, dict):
            return value
        if "class_name" not in value:
            return {name: self.read(item, depth + 1) for name, item in value.items()}
        number = value.get("shared_object_id")
        if not isinstance(number, int):
            return self._read_object(value, depth)
        if number not in self.shared:
            self.shared[number] = self._read_object(value, depth)
        return self.shared[number]

    def _read_object(self, value: Mapping[str, Any], depth: int) -> Any:
        kind, config = value["class_name"], value.get("config")
        if not isinstance(kind, str):
            raise self.error("a class has no name", "a text", repr(kind)[:60])
        if kind == "__lambda__" or (kind == "Lambda" and not _names_a_function(config)):
            raise self._refuse_code(config)
        if kind in ("__numpy__", "__tensor__"):
            return self._array(config)
        if kind == "function":
            return self._function(str(config))
        if kind.endswith("DTypePolicy"):
            return self._dtype(kind, config)
        if kind == "SeedGenerator":
            return config.get("seed") if isinstance(config, dict) else None
        if kind in self.models and find_custom(kind) is None:
            return self.models[kind](self, value, depth)
        return self.make(self.find_class(value), config, depth)

    def find_class(self, entry: Mapping[str, Any]) -> type:
        """The class of ours, or of the user's, that an entry names."""
        name, registered = str(entry["class_name"]), str(entry.get("registered_name") or "")
        for known in (registered, registered.rpartition(">")[2], name):
            if isinstance(found := find_custom(known), type):
                return found
        name = ALIASES.get(name, name)
        rooms = [ROOMS[w] for w in str(entry.get("module") or "").split(".") if w in ROOMS]
        places = rooms or list(ROOMS.values())
        for place in places:
            if name in (known := classes_in(place)):
                return known[name]
        guess = nearest(name, {n for place in places for n in classes_in(place)})
        what = f"Keras has {name!r}, which Nyuron does not have" if name in LAYERS else f"{name!r} is not known"
        raise self.error(
            what,
            "classes that Nyuron has, or that are given as custom_objects",
            f"{entry.get('module')}.{name}",
            f"load_model(path, custom_objects={{{name!r}: {name}}})"
            + (f", or did you mean {guess!r}?" if guess else ""),
        )

    def make(self, cls: type, config: Any, depth: int = 0) -> Any:
        """An instance with a config's settings; those that this class lacks must be such as to change nothing."""
        if not isinstance(config, dict):
            raise self.error(f"{cls.__name__} has no settings", "a config", repr(config)[:60])
        is_ours = cls.__module__.startswith("nyuron.")
        known = argument_names(cls) if is_ours else set(config)
        for name in config.keys() - known:
            if not _changes_nothing(name, config[name]):
                raise self.error(
                    f"{cls.__name__} has the setting {name!r}, which Nyuron does not have",
                    f"settings among {sorted(known)}",
                    f"{name}={config[name]!r}"[:80],
                    f"save the model with {name} at its default",
                )
        settings = {n: as_argument(self.read(v, depth + 1)) for n, v in config.items() if n in known}
        if issubclass(cls, Layer) and settings.get("dtype") == "float32":
            del settings["dtype"]
        if is_ours and isinstance(settings.get("vocabulary"), str):
            raise self.error(
                f"the vocabulary of {cls.__name__} lies in another file, which is not opened",
                "a vocabulary within the file",
                settings["vocabulary"][:80],
                "give the layer a list of tokens, and save the model again",
            )
        make = None if is_ours else getattr(cls, "from_config", None)
        try:
            return make(settings) if make else cls(**settings)
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            if isinstance(error, NyuronError):
                raise
            raise self.error(
                f"{cls.__name__} cannot be made of these settings",
                f"settings among {sorted(known)}",
                f"{settings}: {error}"[:200],
                "the file is damaged; save the model again",
            ) from error

    def _array(self, config: Any) -> np.ndarray:
        try:
            kind = np.dtype(config["dtype"])
            if kind.kind not in "fiub":
                raise ValueError(f"dtype {kind}")
            return np.asarray(config["value"], kind)
        except (TypeError, ValueError, KeyError, OverflowError) as error:
            raise self.error("an array in the config cannot be read", "numbers", str(error)[:120]) from error

    def _function(self, name: str) -> Any:
        found = find_custom(name) or find_custom(name.rpartition(">")[2])
        if found is not None:
            return found
        known = {n for room in FUNCTION_ROOMS for n in importlib.import_module(f"nyuron.{room}").__all__}
        if name in known:
            return name
        guess = nearest(name, known)
        bare = name.rpartition(">")[2]
        raise self.error(
            f"the file names the function {name!r}, which is neither Keras's nor given",
            "a function that Nyuron has, or one given as a custom object",
            repr(name),
            f"load_model(path, custom_objects={{{bare!r}: {bare}}})"
            + (f", or did you mean {guess!r}?" if guess else ""),
        )

    def _dtype(self, kind: str, config: Any) -> str | None:
        name = config.get("name") if isinstance(config, dict) else None
        if kind not in ("DTypePolicy", "FloatDTypePolicy") or not isinstance(name, str):
            raise self.error("the weights are quantised", "floating point", name, "save the model before quantisation")
        return None if name.startswith("mixed_") else name

    def _refuse_code(self, config: Any) -> FileFormatError:
        name = config.get("name", "lambda") if isinstance(config, dict) else "lambda"
        return self.error(
            f"the Lambda {name!r} holds Python code, which is never run from a file",
            "layers, and functions that are named and registered",
            "compiled code in the config",
            "in Keras, register the function: @keras.saving.register_keras_serializable() def f(x): …, use Lambda(f), "
            "and save again; here load_model(path, custom_objects={'f': f})",
        )

    def error(
        self, what: str, expected: Any, got: Any, fix: Any = "the file is damaged; save it again"
    ) -> FileFormatError:
        """An error about this file."""
        return FileFormatError(what, who=self.who, expected=expected, got=got, fix=fix)


def _names_a_function(config: Any) -> bool:
    function = config.get("function") if isinstance(config, dict) else None
    return isinstance(function, dict) and function.get("class_name") == "function"


def _changes_nothing(name: str, value: Any) -> bool:
    if value is None or value is False:
        return True
    neutral = HARMLESS.get(name, None)
    return neutral is ... or (neutral is not None and value == neutral)


def as_argument(value: Any) -> Any:
    """Lists as tuples, so that they can be static."""
    return tuple(as_argument(item) for item in value) if isinstance(value, list) else value


def argument_names(cls: type) -> set[str]:
    """The names of a class's constructor arguments."""
    if dataclasses.is_dataclass(cls):
        return {f.name for f in dataclasses.fields(cls) if f.init}
    return set(inspect.signature(cls).parameters)
