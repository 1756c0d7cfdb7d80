"""Where combinations come from: each sampler draws the next one, given what was asked and told before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from nyuron.core import ArgumentError
from nyuron.tuners._setup import SearchSetup, share_of
from nyuron.tuners._space import combination_hash
from nyuron.tuners._trial import TrialRecord

_TRIES = 100
_MOST_LISTED = 1_000_000


@dataclass
class History:
    """What was asked, in order, and what was told of it, by the place in that order."""

    asked: list[dict[str, Any]] = field(default_factory=list)
    hashes: set[str] = field(default_factory=set)
    told: dict[int, TrialRecord] = field(default_factory=dict)

    def add(self, values: dict[str, Any]) -> None:
        """Note that a combination is asked."""
        self.asked.append(values)
        self.hashes.add(combination_hash(values))

    def has(self, values: dict[str, Any]) -> bool:
        """Whether it was asked before."""
        return combination_hash(values) in self.hashes


class Sampler(Protocol):
    """Draws combinations, none twice. The same setup and history give the same one."""

    def needs(self, index: int) -> int:
        """How many of the first trials must be told before the one of this index can be drawn."""
        ...

    def draw(self, index: int, history: History) -> dict[str, Any] | None:
        """The combination of that index; None when there is none left."""
        ...


class GridSampler:
    """Every combination in order, or a share of them in random order."""

    def __init__(self, setup: SearchSetup) -> None:
        self.setup = setup
        size = setup.space.count(setup.points)
        if setup.sample is not None and size > _MOST_LISTED:
            raise ArgumentError(
                "the grid is too large to draw a share of it",
                who="search",
                expected=f"at most {_MOST_LISTED} combinations",
                got=size,
                fix="method='random' with trials=…",
            )
        self._rest: Iterator[dict[str, Any]] = setup.space.grid(setup.points)
        self._listed: list[dict[str, Any]] = []
        self._order: np.ndarray | None = None
        if setup.sample is not None:
            generator = np.random.default_rng(np.random.SeedSequence([setup.seed & (2**64 - 1), size]))
            self._order = generator.permutation(size)[: share_of(setup.sample, size)]

    def needs(self, index: int) -> int:
        """None: a grid learns nothing."""
        return 0

    def draw(self, index: int, history: History) -> dict[str, Any] | None:
        """The combination of that index."""
        if self._order is None:
            return self._at(index)
        return self._at(int(self._order[index])) if index < len(self._order) else None

    def _at(self, place: int) -> dict[str, Any] | None:
        while len(self._listed) <= place:
            following = next(self._rest, None)
            if following is None:
                return None
            self._listed.append(following)
        return self._listed[place]


class RandomSampler:
    """Each value drawn as its sampling says; what was asked before is drawn again."""

    def __init__(self, setup: SearchSetup) -> None:
        self.setup = setup

    def needs(self, index: int) -> int:
        """None: drawing at random learns nothing."""
        return 0

    def draw(self, index: int, history: History) -> dict[str, Any] | None:
        """A combination that was not asked before; None when every one was."""
        space = self.setup.space
        size = space.size
        if size is not None and len(history.hashes) >= size:
            return None
        for attempt in range(_TRIES):
            values = space.sample(self._generator(index, attempt))
            if not history.has(values):
                return values
        if size is None or size > _MOST_LISTED:
            return None
        left = [values for values in space.grid() if not history.has(values)]
        return left[int(self._generator(index, _TRIES).integers(len(left)))] if left else None

    def _generator(self, index: int, attempt: int) -> np.random.Generator:
        return np.random.default_rng(np.random.SeedSequence([self.setup.seed & (2**64 - 1), index, attempt]))
