"""Frozen dataclasses that are pytrees: the form of every description."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, TypeVar, dataclass_transform

import jax

from nyuron.core._errors import StateError

T = TypeVar("T")
_ROLE = "nyuron"
_STATIC, _LABEL = "static", "label"


def static(default: Any = dataclasses.MISSING, **options: Any) -> Any:
    """A field that shapes the computation: part of the compiled program's cache key, so it must be hashable."""
    return dataclasses.field(default=default, metadata={_ROLE: _STATIC}, **options)


def label(default: Any = None, **options: Any) -> Any:
    """A field that the computation never sees, such as a name: no leaf, and not part of the cache key."""
    if "default_factory" not in options:
        options["default"] = default
    return dataclasses.field(metadata={_ROLE: _LABEL}, **options)


def fields_by_role(cls: type) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Names of the data, static and label fields of a module class."""
    roles: dict[str | None, list[str]] = {None: [], _STATIC: [], _LABEL: []}
    for field in dataclasses.fields(cls):
        roles[field.metadata.get(_ROLE)].append(field.name)
    return tuple(roles[None]), tuple(roles[_STATIC]), tuple(roles[_LABEL])


@dataclass_transform(field_specifiers=(label, dataclasses.field))
def module(cls: type[T]) -> type[T]:
    """Make `cls` a frozen dataclass and a pytree.

    Plain fields are children (numbers, arrays, other modules); `static()` fields are part of the tree's structure;
    `label()` fields are left behind when the tree is flattened and come back as None. Instances compare by identity.
    Attributes named in the class's `mutable_attributes` may be assigned after construction; nothing else may.
    """
    made = dataclasses.dataclass(frozen=True, eq=False, repr=False)(cls)
    made.__setattr__ = _refuse_assignment  # type: ignore[method-assign]
    made.__delattr__ = _refuse_deletion  # type: ignore[method-assign]
    data, statics, labels = fields_by_role(made)
    keys = tuple(jax.tree_util.GetAttrKey(name) for name in data)

    def flatten(self: Any) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        values = self.__dict__
        return tuple([values[name] for name in data]), tuple([values[name] for name in statics])

    def flatten_with_keys(self: Any) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        children, aux = flatten(self)
        return tuple(zip(keys, children, strict=True)), aux

    def unflatten(aux: tuple[Any, ...], children: Any) -> T:
        new = object.__new__(made)
        values = new.__dict__
        values.update(zip(data, children, strict=True))
        values.update(zip(statics, aux, strict=True))
        for name in labels:
            values[name] = None
        return new

    jax.tree_util.register_pytree_with_keys(made, flatten_with_keys, unflatten, flatten)
    return made


def is_module(cls: type) -> bool:
    """Whether `cls` itself (not only a base of it) was made by `module`."""
    return "__dataclass_fields__" in cls.__dict__


def _refuse_assignment(self: Any, name: str, value: Any) -> None:
    cls = type(self)
    if name in cls.__dict__.get("mutable_attributes", getattr(cls, "mutable_attributes", ())) or not is_module(cls):
        object.__setattr__(self, name, value)
        return
    raise StateError(
        f"a {cls.__name__} is a description and cannot be changed after it is made",
        got=f"assignment to .{name}",
        fix=f"make a new one: dataclasses.replace(it, {name}=…)",
    )


def _refuse_deletion(self: Any, name: str) -> None:
    if is_module(type(self)):
        raise StateError(
            f"a {type(self).__name__} is a description and cannot lose .{name}",
            fix=f"make a new one with another value: dataclasses.replace(it, {name}=…)",
        )
    object.__delattr__(self, name)


def replace(instance: T, **changes: Any) -> T:
    """A copy of a module with some fields changed; nothing is converted or validated again."""
    new: Any = object.__new__(type(instance))
    new.__dict__.update(instance.__dict__)
    new.__dict__.update(changes)
    return new


Factory = Callable[..., T]
