"""A search's space: which hyperparameters there are, and which combinations of their values."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from nyuron.core import ArgumentError, UnknownNameError, nearest
from nyuron.tuners._distributions import distribution_of
from nyuron.tuners._hyperparameter import HyperParameter, as_json, plain


class Space:
    """Hyperparameters in order, parents before what depends on them.

    A combination is a dictionary of the active ones' values, in this order.

    Raises: ArgumentError if a hyperparameter stands twice, or a condition can never hold.
    """

    def __init__(self, hyperparameters: Iterable[HyperParameter] = ()) -> None:
        self.hyperparameters = tuple(hyperparameters)
        self._validate()

    def __len__(self) -> int:
        return len(self.hyperparameters)

    def __iter__(self) -> Iterator[HyperParameter]:
        return iter(self.hyperparameters)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Space) and self.hyperparameters == other.hyperparameters

    def __hash__(self) -> int:
        return hash(self.hyperparameters)

    def __repr__(self) -> str:
        return f"Space({', '.join(self.names)})"

    @property
    def names(self) -> list[str]:
        """Each name once, in order."""
        return list(dict.fromkeys(found.name for found in self))

    @property
    def labels(self) -> Mapping[HyperParameter, str]:
        """The name that a study knows each by: its own, and its conditions where several of different values share it."""
        return self._labels

    @property
    def size(self) -> int | None:
        """How many combinations there are; None where a range has no step."""
        return self._count(0, {}, None)

    def count(self, points: int | None = None) -> int:
        """How many combinations `grid(points)` gives."""
        found = self._count(0, {}, points)
        if found is None:
            next(self.grid(points))
            raise ArgumentError("a grid needs finitely many values", fix="give each range a step")
        return found

    def defaults(self) -> dict[str, Any]:
        """The combination of the defaults."""
        return self.walk(lambda found: found.default)

    def sample(self, generator: np.random.Generator) -> dict[str, Any]:
        """A combination drawn at random, each value as its sampling says."""
        return self.walk(lambda found: found.at(generator.random()))

    def grid(self, points: int | None = None) -> Iterator[dict[str, Any]]:
        """Every combination, the last hyperparameter fastest; `points` values where a range has no step.

        Raises: ArgumentError if a range has no step, and no number of points is given.
        """
        return self._branches(0, {}, points)

    def check(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The combination in the space's order and kinds of numbers; what is inactive is left out.

        Raises: UnknownNameError for a name that the space does not have, ArgumentError if a value is missing or is out of
            its space.
        """
        for name in values:
            if name not in self.names:
                guess = nearest(str(name), self.names)
                raise UnknownNameError(
                    "no such hyperparameter",
                    expected=f"one of {', '.join(self.names)}",
                    got=repr(name),
                    fix=f"did you mean {guess!r}?" if guess else f"leave {name!r} out, or declare it in the space",
                )

        def given(found: HyperParameter) -> Any:
            if found.name not in values:
                raise ArgumentError(
                    "its value is missing",
                    who=found.who,
                    expected=found.describe(),
                    got=f"{values}",
                    fix=f"add {found.name!r}: {found.default!r} to the values",
                )
            return found.canonical(values[found.name])

        return self.walk(given)

    def walk(self, choose: Callable[[HyperParameter], Any]) -> dict[str, Any]:
        """The combination whose values are chosen one after the other, of the active ones."""
        values: dict[str, Any] = {}
        for found in self:
            if found.name not in values and found.is_active(values):
                values[found.name] = choose(found)
        return values

    def active(self, values: Mapping[str, Any]) -> dict[str, HyperParameter]:
        """The hyperparameter that each value of a combination belongs to, by the name that a study knows it by."""
        found: dict[str, HyperParameter] = {}
        taken: dict[str, HyperParameter] = {}
        for one in self:
            if one.name not in taken and one.is_active(values):
                found[self.labels[one]] = taken[one.name] = one
        return found

    def distributions(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Optuna's distribution of each active hyperparameter that varies, by its name in a study."""
        return {label: distribution_of(one) for label, one in self.active(values).items() if one.kind != "fixed"}

    def to_config(self) -> list[dict[str, Any]]:
        """As JSON takes it."""
        return [found.to_config() for found in self]

    @classmethod
    def from_config(cls, config: Iterable[Mapping[str, Any]]) -> Space:
        """What `to_config` gave, also after it was JSON."""
        return cls(HyperParameter.from_config(found) for found in config)

    def _label(self, one: HyperParameter) -> str:
        if all(other.domain == one.domain for other in self if other.name == one.name):
            return one.name
        when = (f"{parent}={'|'.join(map(str, allowed))}" for parent, allowed in one.conditions)
        return f"{one.name} ({', '.join(when) or 'else'})"

    def _branches(self, index: int, values: dict[str, Any], points: int | None) -> Iterator[dict[str, Any]]:
        while index < len(self) and not self._is_next(index, values):
            index += 1
        if index == len(self):
            yield dict(values)
            return
        found = self.hyperparameters[index]
        for value in found.values(points):
            yield from self._branches(index + 1, {**values, found.name: value}, points)

    def _count(self, index: int, values: dict[str, Any], points: int | None) -> int | None:
        while index < len(self) and not self._is_next(index, values):
            index += 1
        if index == len(self):
            return 1
        found = self.hyperparameters[index]
        if found.count is None and points is None:
            return None
        if found.name in self._parents:
            parts = [self._count(index + 1, {**values, found.name: value}, points) for value in found.values(points)]
            return None if None in parts else sum(part or 0 for part in parts)
        rest = self._count(index + 1, {**values, found.name: None}, points)
        number = found.count if points is None else len(found.values(points))
        return None if rest is None or number is None else number * rest

    def _is_next(self, index: int, values: Mapping[str, Any]) -> bool:
        found = self.hyperparameters[index]
        return found.name not in values and found.is_active(values)

    @cached_property
    def _labels(self) -> dict[HyperParameter, str]:
        return {one: self._label(one) for one in self}

    @cached_property
    def _parents(self) -> set[str]:
        return {parent for found in self for parent, _ in found.conditions}

    def _validate(self) -> None:
        before: dict[str, list[HyperParameter]] = {}
        for found in self:
            if any(other.conditions == found.conditions for other in before.get(found.name, ())):
                raise ArgumentError("it stands twice in the space", who=found.who, fix="leave one out, or rename it")
            for parent, allowed in found.conditions:
                if parent not in before:
                    guess = nearest(parent, before)
                    raise ArgumentError(
                        f"its condition names {parent!r}, which does not stand before it",
                        who=found.who,
                        expected=f"one of {', '.join(before) or 'none'}",
                        got=repr(parent),
                        fix=f"did you mean {guess!r}?" if guess else "put the parent before it",
                    )
                if not any(_takes(other, value) for other in before[parent] for value in allowed):
                    raise ArgumentError(
                        f"its condition on {parent!r} never holds",
                        who=found.who,
                        expected=" or ".join(other.describe() for other in before[parent]),
                        got=", ".join(map(repr, allowed)),
                        fix="take values that the parent can have",
                    )
            before.setdefault(found.name, []).append(found)


def combination_hash(values: Mapping[str, Any]) -> str:
    """SHA-256 of the combination as canonical JSON: the order of the names does not matter."""
    sorted_values = {name: as_json(plain(value)) for name, value in sorted(values.items())}
    text = json.dumps(sorted_values, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _takes(found: HyperParameter, value: Any) -> bool:
    try:
        found.canonical(value)
    except ArgumentError:
        return False
    return True
