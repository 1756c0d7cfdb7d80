"""Calling a user's builder with one combination."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from nyuron.core import ArgumentError, KindError, nearest
from nyuron.models import Model
from nyuron.tuners._hyperparameters import HyperParameters

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def make(build: Any, values: Mapping[str, Any]) -> Any:
    """The model that `build` makes of these values: `build(hp)` or `build(**values)`, as its signature says.

    Also a KerasTuner hypermodel, an object with a `build(hp)`. What `build(hp)` declares and `values` lacks has its default.

    Raises: ArgumentError if `build` has no argument for a value, or needs one that is not there.
    Example:
        >>> nyuron.tuners.make(lambda units, rate=0.1: (units, rate), {"units": 8})
        (8, 0.1)
        >>> nyuron.tuners.make(lambda hp: hp.Int("units", 1, 64), {"units": 8})
        8
    """
    function = builder(build)
    if takes_hyperparameters(function, values):
        hp = HyperParameters()
        hp.values = dict(values)
        return function(hp)
    check_arguments(function, values)
    return function(**values)


def builder(build: Any) -> Callable[..., Any]:
    """The function of a builder: itself, or the `build` of a hypermodel.

    Raises: KindError if it is neither.
    """
    found = build if inspect.isroutine(build) else getattr(build, "build", build)
    if isinstance(build, Model) or not callable(found) or (isinstance(build, type) and found is not build):
        raise KindError(
            "a builder makes a model",
            who="build",
            expected="a function build(hp) or build(**values), or an object with build(hp)",
            got=f"{build!r} ({type(build).__name__})",
            fix=f"make an instance of it first: {build.__name__}()"
            if isinstance(build, type)
            else "def build(hp): … return model",
        )
    return found


def takes_hyperparameters(build: Callable[..., Any], names: Any = ()) -> bool:
    """Whether it is `build(hp)`: one argument must be given, it is called `hp`, or is none of the names to be given."""
    found = inspect.signature(build).parameters.values()
    first = next((one for one in found if one.kind in _POSITIONAL), None)
    if first is None:
        return False
    if first.name in ("hp", "hyperparameters", "hps") or first.annotation in (HyperParameters, "HyperParameters"):
        return True
    needed = [one for one in found if one.default is one.empty and one.kind in (*_POSITIONAL, one.KEYWORD_ONLY)]
    takes_any = any(one.kind is one.VAR_KEYWORD for one in found)
    return (
        [first] == needed and first.name not in names and not takes_any and not any(one.name in names for one in found)
    )


def check_arguments(build: Callable[..., Any], names: Any) -> None:
    """That `build(**values)` may be called with values of these names.

    Raises: ArgumentError if not.
    """
    found = inspect.signature(build).parameters
    who = f"{getattr(build, '__name__', 'build')}()"
    if not any(one.kind is one.VAR_KEYWORD for one in found.values()):
        known = [name for name, one in found.items() if one.kind is not one.POSITIONAL_ONLY]
        for name in names:
            if name not in known:
                guess = nearest(name, known)
                raise ArgumentError(
                    "the builder has no argument for a hyperparameter",
                    who=who,
                    expected=f"one of {', '.join(known) or 'none'}",
                    got=repr(name),
                    fix=f"did you mean {guess!r}?" if guess else f"give the builder an argument {name!r}",
                )
    named = (found[name] for name in found if found[name].kind in (*_POSITIONAL, inspect.Parameter.KEYWORD_ONLY))
    missing = [one.name for one in named if one.default is one.empty and one.name not in names]
    if missing:
        raise ArgumentError(
            "the builder needs an argument that the space does not have",
            who=who,
            expected=", ".join(missing),
            got=", ".join(names) or "none",
            fix="put it into the space, fixed if it is the same in every trial, or give it a default",
        )
