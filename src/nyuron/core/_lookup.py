"""From a name, class, config or callable to the thing that it stands for."""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import jax
import numpy as np
from jax.core import Tracer

from nyuron.core._config import Configurable, find_custom, from_config
from nyuron.core._errors import FileFormatError, KindError, unknown_name
from nyuron.core._module import is_module


@dataclass(frozen=True, eq=False, repr=False)
class Held(Configurable):
    """A callable as a static value: hashable, and equal to another of the same class and attributes.

    So a user's object made anew for every model does not make a new compiled program.
    """

    value: Any
    signature: Any = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "signature", (type(self), signature(self.value)))

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        return self.value(*inputs, **options)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Held) and self.signature == other.signature

    def __hash__(self) -> int:
        return hash(self.signature)

    def __repr__(self) -> str:
        return getattr(self.value, "__name__", None) or repr(self.value)


class _Same:
    """Equal to itself only; keeps the object alive, so that its id is not given to another."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.value is self.value

    def __hash__(self) -> int:
        return id(self.value)


def signature(value: Any) -> Any:
    """What makes two callables the same: class and attributes; identity where these do not say everything."""
    if isinstance(value, functools.partial):
        content = (value.args, value.keywords)
        return (signature(value.func), *_content(content, value))
    if not jax.tree_util.all_leaves([value]):
        return (type(value), *_content(value, value))
    # Only a class written in Python keeps everything that its call depends on in its attributes.
    if isinstance(inspect.getattr_static(type(value), "__call__", None), types.FunctionType) and hasattr(
        value, "__dict__"
    ):
        return (type(value), *_content(vars(value), value))
    return _Same(value)


def _content(tree: Any, whole: Any) -> tuple[Any, ...]:
    leaves, structure = jax.tree.flatten(tree)
    try:
        content = (structure, *map(_comparable, leaves))
        hash(content)
    except TypeError:
        return (_Same(whole),)
    return content


def _comparable(leaf: Any) -> Any:
    if isinstance(leaf, Tracer):
        return _Same(leaf)
    if isinstance(leaf, np.ndarray | jax.Array):
        array = np.asarray(leaf)
        return (array.dtype.str, array.shape, array.tobytes())
    return (type(leaf), leaf)


def find(
    kind: str, identifier: Any, names: Mapping[str, Any], *, base: type, wrap: Callable[[Any], Any], room: str
) -> Any:
    """The instance that a name, class, config, instance or callable stands for; None stays None.

    Raises: UnknownNameError for an unknown string, KindError for what cannot be called.
    """
    if identifier is None:
        return None
    found = identifier
    if isinstance(identifier, str):
        found = find_named(kind, identifier, names)
    elif isinstance(identifier, Mapping):
        found = find_configured(kind, identifier, names)
    if isinstance(found, type):
        found = found()
    if isinstance(found, base) and is_module(type(found)):
        return found
    if callable(found):
        return wrap(found)
    raise not_callable(kind, identifier, room)


def find_named(kind: str, name: str, names: Mapping[str, Any]) -> Any:
    """The class or function of that name: ours, or one that the user registered."""
    found = find_custom(name) or names.get(name)
    if found is None:
        raise unknown_name(kind, name, names)
    return found


def find_configured(kind: str, config: Mapping[str, Any], names: Mapping[str, Any]) -> Any:
    """What our own config or one of Keras's form ({'class_name': …, 'config': …}) describes."""
    if "class_name" not in config:
        found = from_config(dict(config))
        if isinstance(found, Mapping):
            raise FileFormatError(
                f"the config of {'an' if kind[0] in 'aeiou' else 'a'} {kind} cannot be read",
                expected="{'class_name': …, 'config': {…}}",
                got=repr(dict(config))[:80],
                fix=f"pass what serialize() of a {kind} returned",
            )
        return found
    content = config.get("config") or {}
    package, _, room = str(config.get("module", "")).partition(".")
    if package == "nyuron":
        return from_config({"class": f"{room}.{config['class_name']}", "config": content})
    if isinstance(content, str):
        return find_named(kind, content, names)
    found = find_named(kind, config.get("registered_name") or config["class_name"], names)
    make = getattr(found, "from_config", None)
    return make(content) if make else found(**content)


def not_callable(kind: str, identifier: Any, room: str) -> KindError:
    """The error for a value that can be no `kind`."""
    article = "an" if kind[0] in "aeiou" else "a"
    return KindError(
        f"this cannot be used as {article} {kind}",
        expected="a name, a class, an instance, a config or a callable",
        got=f"{type(identifier).__name__}: {repr(identifier)[:60]}",
        fix=f"pass one of nyuron.{room}, or a function",
    )


def keras_config(instance: Any) -> dict[str, Any]:
    """An instance in the form of Keras's `serialize`."""
    cls = type(instance)
    ours = cls.__module__.startswith("nyuron.")
    return {
        "module": ".".join(cls.__module__.split(".")[:2]) if ours else cls.__module__,
        "class_name": cls.__name__,
        "config": instance.get_config(),
        "registered_name": None if ours else cls.__name__,
    }
