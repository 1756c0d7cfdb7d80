"""Which configurations of a search a process trains, one after another."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from typing import Any, NamedTuple

from benchmarks.peers._processes import NUMBER
from benchmarks.workloads import CONFIGURATIONS, Configuration


class Trained(NamedTuple):
    """A network with its configuration, and what came of it."""

    network: Any
    configuration: Configuration
    found: list[float]
    """The validation loss of each epoch."""

    @property
    def epochs_trained(self) -> int:
        return len(self.found)


def turns(members: int, processes: int) -> Iterator[Configuration]:
    """The first `members` configurations over and over; of several processes each has its own."""
    number = int(os.environ.get(NUMBER, "0"))
    return itertools.cycle(CONFIGURATIONS[number:members:processes])
