"""What the page knows of a search: the two documents of its folder, and an axis for each hyperparameter."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from nyuron.core import DataError, FileFormatError
from nyuron.report._numbers import number
from nyuron.saving import RunFolder
from nyuron.tuners import COMPLETE, FAILED, PRUNED, TrialRecord

MANY_CHOICES = 12
"""Numbers to choose among from which on they are drawn as a range."""


@dataclass(frozen=True)
class Axis:
    """A hyperparameter as it is drawn: a range of numbers, or a list of words."""

    name: str
    low: float = 0.0
    high: float = 1.0
    is_log: bool = False
    words: tuple[str, ...] = ()
    is_whole: bool = False

    def place(self, value: Any) -> float | None:
        """Where a value lies, from 0 to 1; None where it cannot be drawn."""
        if self.words:
            shown = text_of(value)
            return (self.words.index(shown) + 0.5) / len(self.words) if shown in self.words else None
        if not is_number(value):
            return None
        low, high, at = (math.log(v) if self.is_log else v for v in (self.low, self.high, value))
        return (at - low) / (high - low) if high > low else 0.5

    def ticks(self) -> list[tuple[float, str]]:
        """Places and what is written there."""
        if self.words:
            return [((i + 0.5) / len(self.words), shorten(word)) for i, word in enumerate(self.words)]
        found = _log_ticks(self.low, self.high) if self.is_log else _ticks(self.low, self.high, self.is_whole)
        return [(at, short_number(v)) for v in found if (at := self.place(v)) is not None and -1e-9 <= at <= 1 + 1e-9]


class SearchRecord:
    """A search's folder, read once.

    Raises: DataError if the folder holds no search, FileFormatError for a document that is damaged.
    """

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        self.about: dict[str, Any] = folder.read("search")
        if not self.about:
            raise DataError(
                "the folder holds no search",
                who=str(folder.path),
                expected="search.json and trials.json",
                got=", ".join(sorted(p.name for p in folder.path.glob("*"))) or "nothing",
                fix="name a folder that `nyuron tune` made",
            )
        try:
            self.trials = [TrialRecord.from_dict(entry) for entry in folder.read("trials") or []]
            self.objective, self.is_minimized = self.about["objective"], self.about["direction"] != "maximize"
        except (KeyError, TypeError) as error:
            raise FileFormatError(
                "the search is damaged",
                who=str(folder.path),
                expected="trials as `nyuron tune` writes them",
                got=error,
                fix=f"nyuron tune again, or put back the search.json and trials.json of {folder.path} from a copy",
            ) from error
        self.environment: dict[str, Any] = folder.read("environment")

    @cached_property
    def complete(self) -> list[TrialRecord]:
        """Trials that ran to their end with a value that is a number, the best first."""
        found = [t for t in self.trials if t.state == COMPLETE and is_number(t.value)]
        return sorted(found, key=lambda t: (self.sign * (t.value or 0.0), t.number))

    @property
    def sign(self) -> float:
        """What makes less the better."""
        return 1.0 if self.is_minimized else -1.0

    @property
    def best(self) -> TrialRecord | None:
        """The trial that was chosen: of search.json, or else the best of the complete ones."""
        chosen = self.about.get("best")
        return next((t for t in self.complete if t.number == chosen), self.complete[0] if self.complete else None)

    @property
    def pruned(self) -> list[TrialRecord]:
        return [t for t in self.trials if t.state == PRUNED]

    @property
    def failed(self) -> list[TrialRecord]:
        """Trials that raised, or whose value is no number."""
        return [t for t in self.trials if t.state == FAILED or (t.state == COMPLETE and not is_number(t.value))]

    @property
    def values(self) -> np.ndarray:
        """Of `complete`, in its order."""
        return np.asarray([t.value for t in self.complete], np.float64)

    @cached_property
    def axes(self) -> list[Axis]:
        """One for each hyperparameter that varies, in the space's order."""
        return [axis for name in self.names if (axis := self._axis(name)) is not None]

    @cached_property
    def names(self) -> list[str]:
        """Every hyperparameter, in the space's order."""
        known = [entry["name"] for entry in self.space]
        return list(dict.fromkeys([*known, *(name for t in self.trials for name in t.hyperparameters)]))

    @property
    def space(self) -> list[dict[str, Any]]:
        return self.about.get("space") or []

    @cached_property
    def fixed(self) -> dict[str, str]:
        """Hyperparameters that have one value only, and it."""
        seen = {n: list(dict.fromkeys(text_of(v) for v in self._seen(n))) for n in self.names}
        varying = {axis.name for axis in self.axes}
        return {n: ", ".join(v) for n, v in seen.items() if n not in varying and v}

    def ranks(self) -> dict[int, float]:
        """Of each complete trial by its number: 1 for the best, 0 for the worst."""
        last = max(len(self.complete) - 1, 1)
        return {t.number: 1 - i / last for i, t in enumerate(self.complete)}

    def title(self, trial: TrialRecord) -> str:
        """A trial in a line, shown under the pointer."""
        value = number(float(trial.value)) if trial.value is not None and is_number(trial.value) else trial.state
        return f"trial {trial.number}: {value}"

    def course(self, trial: TrialRecord, execution: int = 0) -> np.ndarray:
        """The objective after each epoch."""
        if execution >= len(trial.curves):
            return np.zeros(0)
        curve = trial.curves[execution].get(self.objective) or []
        return np.asarray([v if v is not None else np.nan for v in curve], np.float64)

    def _seen(self, name: str) -> list[Any]:
        return [t.hyperparameters[name] for t in self.trials if name in t.hyperparameters]

    def _axis(self, name: str) -> Axis | None:
        entries = [entry for entry in self.space if entry["name"] == name]
        seen = self._seen(name)
        listed = [v for entry in entries for v in entry.get("choices") or []]
        numeric = [v for v in [*seen, *listed] if is_number(v)]
        seen = [v for v in seen if is_number(v) or not isinstance(v, float)]
        is_range = len(numeric) == len(seen) + len(listed) and (
            not listed or len(set(map(text_of, listed))) > MANY_CHOICES
        )
        if numeric and is_range:
            ends = [e[k] for e in entries for k in ("low", "high") if is_number(e.get(k))]
            every = [*numeric, *ends]
            low, high = float(min(every)), float(max(every))
            is_log = low > 0 and (any(e.get("log") for e in entries) or (bool(listed) and high > 50 * low))
            return (
                Axis(name, low, high, is_log, is_whole=all(isinstance(v, int) for v in every)) if high > low else None
            )
        words = list(dict.fromkeys([*map(text_of, listed), *map(text_of, _sorted(seen))]))
        return Axis(name, words=tuple(words)) if len(words) > 1 else None


def is_number(value: Any) -> bool:
    """Whether it is a finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def text_of(value: Any) -> str:
    """A hyperparameter's value for people."""
    if isinstance(value, list | tuple | dict):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, float):
        return number(value) if math.isfinite(value) else "no number"
    return str(value)


def shorten(text: str, most: int = 18) -> str:
    """The beginning of a long word."""
    return text if len(text) <= most else text[: most - 1] + "…"


def short_number(value: float) -> str:
    """A number for a tick."""
    if value == 0:
        return "0"
    if 1e-3 <= abs(value) < 1e5:
        return f"{value:.4g}".replace("-", "−")
    whole, _, power = f"{value:.3g}".partition("e")
    return f"{whole}e{int(power)}".replace("-", "−") if power else whole.replace("-", "−")


def _sorted(values: list[Any]) -> list[Any]:
    return sorted(values, key=lambda v: (not is_number(v), v if is_number(v) else 0.0, text_of(v)))


def _ticks(low: float, high: float, is_whole: bool) -> Iterable[float]:
    from matplotlib.ticker import MaxNLocator

    found = MaxNLocator(nbins=5, integer=is_whole, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    return [v for v in map(float, found) if low - 1e-12 <= v <= high + 1e-12]


def _log_ticks(low: float, high: float) -> list[float]:
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    for steps in ((1,), (1, 3), (1, 2, 5), (1, 2, 3, 4, 6, 8)):
        found = [s * 10.0**k for k in range(first, last + 1) for s in steps]
        found = [v for v in found if low * (1 - 1e-9) <= v <= high * (1 + 1e-9)]
        if len(found) >= 3:
            return found[:: 1 + len(found) // 8]
    return [low, high]
