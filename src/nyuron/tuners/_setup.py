"""What decides which trials a search has: two searches of one setup ask for the same combinations."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nyuron.core import ArgumentError, unknown_name
from nyuron.tuners._space import Space

SAMPLED_BY = {"grid": "grid", "random": "random", "tpe": "tpe", "hyperband": "random", "pbt": "random"}
"""How each method draws its combinations."""


@dataclass(frozen=True)
class SearchSetup:
    """The space, and how it is searched."""

    space: Space
    method: str = "random"
    objective: str = "val_loss"
    direction: str = "minimize"
    trials: int | None = None
    """How many; None: until the space is exhausted."""
    sample: float | None = None
    """The share of the grid that is drawn, without replacement and in random order; None: all of it, in order."""
    seed: int = 0
    executions_per_trial: int = 1
    window: int = 16
    """How many trials may be in flight where the method learns: the sequence depends on it, and on no number of devices."""
    points: int | None = None
    """How many values a grid takes of a range without a step."""
    startup: int = 10
    """How many finished trials TPE waits for before it learns."""
    sampling: str | None = None
    """"grid", "random" or "tpe": how combinations are drawn, where it is not as `method` says."""
    name: str = "search"

    @property
    def sampler(self) -> str:
        """How combinations are drawn."""
        return self.sampling or SAMPLED_BY[self.method]

    @property
    def wanted(self) -> int | None:
        """How many trials the search has, as far as that can be known."""
        size = self.space.size
        if self.sampler == "grid":
            size = self.space.count(self.points)
            size = size if self.sample is None else share_of(self.sample, size)
        return size if self.trials is None else self.trials if size is None else min(size, self.trials)

    def validate(self) -> SearchSetup:
        """Itself.

        Raises: UnknownNameError, ArgumentError if it cannot be searched so.
        """
        if self.method not in SAMPLED_BY:
            raise unknown_name("method", self.method, SAMPLED_BY)
        if self.sampler not in ("grid", "random", "tpe"):
            raise unknown_name("sampling", self.sampler, ("grid", "random", "tpe"))
        if self.direction not in ("minimize", "maximize"):
            raise unknown_name("direction", self.direction, ("minimize", "maximize"))
        numbers = {"executions_per_trial": self.executions_per_trial, "window": self.window, "startup": self.startup}
        numbers |= {"trials": self.trials, "points": self.points}
        for what, value in numbers.items():
            if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 1):
                raise ArgumentError(
                    f"{what} cannot be used",
                    who="search",
                    expected="a whole number, 1 or more",
                    got=repr(value),
                    fix=f"{what}={max(round(value), 1) if isinstance(value, float) and math.isfinite(value) else 10}",
                )
        if self.sample is not None and not 0 < self.sample <= 1:
            raise ArgumentError(
                "sample is a share",
                who="search",
                expected="0 < sample ≤ 1",
                got=self.sample,
                fix=f"sample={self.sample / 100:g}"
                if 1 < self.sample <= 100
                else "sample=0.1 for a tenth of the combinations, None for all",
            )
        if self.sample is not None and self.sampler != "grid":
            raise ArgumentError(
                "sample draws from a grid",
                who="search",
                expected="method='grid'",
                got=f"method={self.method!r}",
                fix="say trials=… instead",
            )
        if self.wanted is None:
            raise ArgumentError(
                "the space has no end, so the number of trials must be given",
                who="search",
                got="trials=None",
                fix="trials=100",
            )
        return self

    def to_config(self) -> dict[str, Any]:
        """As JSON takes it."""
        names = (name for name in self.__dataclass_fields__ if name != "space")
        return {**{name: getattr(self, name) for name in names}, "space": self.space.to_config()}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> SearchSetup:
        """What `to_config` gave, also after it was JSON."""
        return cls(**{**config, "space": Space.from_config(config["space"])})

    def resumed_from(self, before: SearchSetup) -> SearchSetup:
        """This setup as a continuation of one that was begun: only the number of trials may differ.

        Raises: ArgumentError that names what differs.
        """
        if self.space != before.space:
            pairs = {
                one.name: (one, other) for one, other in zip(before.space, self.space, strict=False) if one != other
            }
            what = next(iter(pairs), None) or (set(before.space.names) ^ set(self.space.names)).pop()
            raise _differs("space", f"as it was, also {what!r}", "another one")
        for name in (
            "method",
            "sampling",
            "objective",
            "direction",
            "sample",
            "seed",
            "executions_per_trial",
            "points",
        ):
            if getattr(self, name) != getattr(before, name):
                raise _differs(name, repr(getattr(before, name)), repr(getattr(self, name)))
        return replace(before, trials=self.trials)


def trial_seeds(seed: int, key: str | int, executions: int = 1) -> tuple[int, ...]:
    """Seeds of 31 bits, one an execution, from the search's seed and a trial's number or its combination's hash.

    The first ones stay the same when there are more executions.
    """
    entropy = [seed & (2**64 - 1), int(key, 16) if isinstance(key, str) else key]
    words = np.random.SeedSequence(entropy).generate_state(executions, np.uint32)
    return tuple(int(word) >> 1 for word in words)


def share_of(sample: float, size: int) -> int:
    """How many of `size` combinations are drawn: 454 of 648 for 0.7."""
    return max(1, round(sample * size))


def _differs(name: str, expected: str, got: str) -> ArgumentError:
    return ArgumentError(
        f"the search was begun with another {name}",
        who="search",
        expected=expected,
        got=got,
        fix="resume with the same one, or begin a new search in a folder of its own",
    )
