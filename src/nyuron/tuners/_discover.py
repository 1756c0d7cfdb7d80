"""Finding a builder's space by running it, on every branch that it has."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

from nyuron.core import ArgumentError, KindError, NyuronError
from nyuron.tuners._dictionary import space_from_dictionary, space_from_file
from nyuron.tuners._hyperparameter import HyperParameter
from nyuron.tuners._hyperparameters import HyperParameters
from nyuron.tuners._make import builder, check_arguments, takes_hyperparameters
from nyuron.tuners._space import Space

_MOST_VALUES = 32
_MOST_RUNS = 512


def as_space(source: Any = None, build: Any = None) -> Space:
    """The space that is meant: a Space, an `hp`, a dictionary, a file of YAML or JSON; None asks the builder.

    Raises: ArgumentError if the builder declares nothing, or has no argument for what the space names; KindError.
    """
    if source is None:
        return _asked(build)
    if isinstance(source, Space):
        space = source
    elif isinstance(source, HyperParameters):
        space = Space(source.space)
    elif isinstance(source, Mapping):
        space = space_from_dictionary(source)
    elif isinstance(source, str | os.PathLike):
        space = space_from_file(source)
    else:
        raise KindError(
            "not a space",
            who="space",
            expected="a dictionary, a file of YAML or JSON, HyperParameters, a Space, or None",
            got=type(source).__name__,
            fix="{'units': [64, 128], 'rate': (1e-4, 1e-1, 'log')}, or a file with such lines",
        )
    if build is not None and not takes_hyperparameters(builder(build), space.names):
        check_arguments(builder(build), space.names)
    return space


def _asked(build: Any) -> Space:
    function = None if build is None else builder(build)
    if function is None or not takes_hyperparameters(function):
        raise ArgumentError(
            "there is no space to search",
            who="space",
            expected="a space, or a builder that declares it: build(hp)",
            got="neither",
            fix="give a dictionary such as {'units': [64, 128]}",
        )
    space = discover(function)
    if not len(space):
        raise ArgumentError(
            "the builder declares no hyperparameter", who="build(hp)", fix="call hp.Int, hp.Float, hp.Choice … in it"
        )
    return space


def discover(build: Any) -> Space:
    """The space of `build(hp)`: it is run with the defaults, and then with each value of each hyperparameter of few values,
    until nothing new appears.

    What is declared on some branches only (`if hp.Choice(…) == "cnn":`, `for i in range(hp.Int("layers", 1, 4))`) is
    conditional on what the branches hang on, if that explains every run; otherwise it is always active. The first run
    must succeed; branches that fail are left to the trials.
    """
    search = _Exploration(builder(build))
    search.run({}, must_succeed=True)
    base = 0
    while base < len(search.fresh):
        context = search.fresh[base]
        for found in list(search.found.values()):
            for value in _tried(found):
                search.run({**context, found.name: value})
        base += 1
    return Space(search.explained())


class _Exploring(HyperParameters):
    """An `hp` that takes a wished value only where it fits, since names may mean something else on another branch."""

    def __init__(self, wished: Mapping[str, Any]) -> None:
        super().__init__()
        self.wished = wished

    def _value(self, found: HyperParameter) -> Any:
        if found.name not in self.values and found.name in self.wished:
            try:
                self.values[found.name] = found.canonical(self.wished[found.name])
            except NyuronError:
                self.values[found.name] = found.default
        return super()._value(found)


class _Exploration:
    """What the runs of a builder showed."""

    def __init__(self, build: Any) -> None:
        self.build = build
        self.found: dict[tuple[str, Any], HyperParameter] = {}
        self.orders: list[list[tuple[str, Any]]] = []
        self.runs: list[tuple[dict[str, Any], set[tuple[str, Any]]]] = []
        self.fresh: list[dict[str, Any]] = []
        """Runs that showed something new: their neighbours are tried as well."""

    def run(self, wished: dict[str, Any], must_succeed: bool = False) -> None:
        """Run the builder, and remember what it declared under which values."""
        if len(self.runs) >= _MOST_RUNS:
            return
        hp = _Exploring(wished)
        try:
            self.build(hp)
        except Exception:
            if must_succeed:
                raise
            return
        declared = [(found.name, found.conditions) for found in hp.space]
        run = (dict(hp.values), set(declared))
        if run in self.runs:
            return
        active_before = {name for values, _ in self.runs for name in values}
        new = [key for key in declared if key not in self.found] or set(hp.values) - active_before
        self.found.update({(found.name, found.conditions): found for found in reversed(hp.space)} | self.found)
        self.orders.append(declared)
        self.runs.append(run)
        if new:
            self.fresh.append(dict(hp.values))

    def explained(self) -> list[HyperParameter]:
        """What was found, parents first, with the conditions that explain where it appeared."""
        order = self._ordered()
        explained = []
        for index, key in enumerate(order):
            found, before = self.found[key], [self.found[other] for other in order[:index]]
            conditions = [] if all(key in declared for _, declared in self.runs) else self._conditions(key, before)
            extra = tuple(condition for condition in conditions if condition not in found.conditions)
            explained.append(replace(found, conditions=found.conditions + extra))
        return explained

    def _conditions(self, key: tuple[str, Any], before: list[HyperParameter]) -> list[tuple[str, tuple[Any, ...]]]:
        conditions = []
        for parent in before:
            tried = _tried(parent)
            is_whole = len(tried) == parent.count and all(
                other.name != parent.name or other is parent for other in before
            )
            if parent.name == key[0] or not is_whole:
                continue
            allowed = tuple(
                v for v in tried if any(key in d and values.get(parent.name) == v for values, d in self.runs)
            )
            if len(allowed) < len(tried) and self._decides(parent.name, key):
                conditions.append((parent.name, allowed))
        for values, declared in self.runs:
            holds = all(name in values and values[name] in allowed for name, allowed in conditions)
            if holds != (key in declared):
                return []
        return conditions

    def _decides(self, parent: str, key: tuple[str, Any]) -> bool:
        """Whether two runs that agree in what was before differ in the parent, and one of them declared it only."""
        for values, declared in self.runs:
            for others, other_declared in self.runs:
                if (key in declared) > (key in other_declared) and values.get(parent) != others.get(parent):
                    shared = (set(values) & set(others)) - {parent}
                    if parent in others and all(values[name] == others[name] for name in shared):
                        return True
        return False

    def _ordered(self) -> list[tuple[str, Any]]:
        """The order of declaration, in agreement with every run where these agree."""
        after: dict[Any, set[Any]] = {key: set() for key in self.found}
        for declared in self.orders:
            for one, following in pairwise(declared):
                after[one].add(following)
        waiting, order = [key for declared in self.orders for key in declared], []
        waiting = list(dict.fromkeys(waiting))
        while waiting:
            free = [key for key in waiting if not any(key in after[other] for other in waiting if other != key)]
            order.append((free or waiting)[0])
            waiting.remove(order[-1])
        return order


def _tried(found: HyperParameter) -> list[Any]:
    count = found.count
    if count is None or count > _MOST_VALUES:
        return [found.low, found.high] if count is not None else []
    return found.values()
