"""Descriptions to plain JSON values and back, by a closed list of classes: files carry no code."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import jax
import numpy as np

from nyuron.core._errors import FileFormatError, KindError, nearest
from nyuron.core._module import fields_by_role

T = TypeVar("T")

_known: dict[str, Any] = {}
_custom: dict[str, Any] = {}


def registered_name(thing: Any) -> str:
    """'room.Name' of one of our classes or functions; the bare name of anyone else's."""
    parts = thing.__module__.split(".")
    return f"{parts[1]}.{thing.__name__}" if parts[0] == "nyuron" and len(parts) > 1 else thing.__name__


def register(thing: T) -> T:
    """Let configs name this class or function of ours."""
    _known[registered_name(thing)] = thing
    return thing


def register_custom(package: str = "Custom", name: str | None = None) -> Callable[[T], T]:
    """Decorator: let saved models name this class or function of the user's.

    Source: keras.saving.register_keras_serializable.
    """

    def decorate(thing: T) -> T:
        _custom[name or thing.__name__] = thing  # type: ignore[attr-defined]
        return thing

    return decorate


@contextmanager
def custom_objects(objects: Mapping[str, Any] | None):
    """Within the block, configs may also name `objects`."""
    before = dict(_custom)
    _custom.update(objects or {})
    try:
        yield
    finally:
        _custom.clear()
        _custom.update(before)


def find_custom(name: str) -> Any:
    """The user's class or function of that name, or None."""
    return _custom.get(name)


def init_arguments(instance: Any) -> dict[str, Any]:
    """Constructor arguments that make an equal module, defaults included."""
    return {f.name: getattr(instance, f.name) for f in dataclasses.fields(instance) if f.init and f.name != "slot"}


def to_config(value: Any) -> Any:
    """A JSON value that `from_config` turns back into an equal `value`.

    Raises: KindError for a value that has no such form.
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple):
        return [to_config(item) for item in value]
    if isinstance(value, dict):
        return {str(name): to_config(item) for name, item in value.items()}
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray | jax.Array):
        array = np.asarray(value)
        return array.item() if array.ndim == 0 else {"array": array.tolist(), "dtype": str(array.dtype)}
    if isinstance(value, types.FunctionType | types.BuiltinFunctionType):
        return {"function": registered_name(value)}
    if hasattr(value, "get_config"):
        return {"class": registered_name(type(value)), "config": value.get_config()}
    raise KindError(
        f"{type(value).__name__} cannot be written to a config",
        expected="numbers, strings, lists, arrays, functions, or objects with get_config()",
        got=repr(value)[:80],
        fix="give the class a get_config() method that returns its constructor arguments",
    )


def from_config(config: Any) -> Any:
    """The value that `to_config` described. Only registered classes are ever made.

    Raises: FileFormatError for a class that is not on the list.
    """
    if isinstance(config, list):
        return [from_config(item) for item in config]
    if not isinstance(config, dict):
        return config
    if config.keys() == {"array", "dtype"}:
        return np.asarray(config["array"], dtype=config["dtype"])
    if config.keys() == {"function"}:
        return _lookup(config["function"])
    if config.keys() == {"class", "config"}:
        cls = _lookup(config["class"])
        if not isinstance(cls, type):
            raise FileFormatError(f"{config['class']!r} is not a class", fix="the file is damaged; save it again")
        make = getattr(cls, "from_config", None)
        return make(config["config"]) if make else cls(**from_config(config["config"]))
    return {name: from_config(item) for name, item in config.items()}


def _lookup(name: str) -> Any:
    found = _custom.get(name) or _known.get(name)
    if found is None:
        guess = nearest(name, [*_known, *_custom])
        raise FileFormatError(
            f"the file names {name!r}, which Nyuron does not know",
            expected="one of Nyuron's own names, or one passed as custom_objects",
            got=repr(name),
            fix=f"load_model(path, custom_objects={{{name!r}: {name.split('.')[-1]}}})"
            + (f", or did you mean {guess!r}?" if guess else ""),
        )
    return found


class Configurable:
    """get_config/from_config for modules: the constructor's arguments, nothing more."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if cls.__module__.startswith("nyuron."):
            register(cls)

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments as JSON values."""
        return {name: to_config(value) for name, value in init_arguments(self).items()}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Any:
        """An equal instance from `get_config`'s result."""
        return cls(**{name: _as_argument(from_config(value)) for name, value in config.items()})

    def __repr__(self) -> str:
        data, statics, _ = fields_by_role(type(self)) if dataclasses.is_dataclass(self) else ((), (), ())
        parts = []
        for field in dataclasses.fields(self) if dataclasses.is_dataclass(self) else ():
            value = self.__dict__.get(field.name)
            if field.name in (*data, *statics) and field.repr and not _is_default(field, value):
                parts.append(f"{field.name}={_short(value)}")
        return f"{type(self).__name__}({', '.join(parts)})"


def _as_argument(value: Any) -> Any:
    return tuple(_as_argument(item) for item in value) if isinstance(value, list) else value


def _is_default(field: dataclasses.Field[Any], value: Any) -> bool:
    if field.default is not dataclasses.MISSING:
        return value is field.default or (isinstance(value, int | float | str | tuple) and value == field.default)
    return False


def _short(value: Any) -> str:
    return value.__name__ if isinstance(value, types.FunctionType) else repr(value)
