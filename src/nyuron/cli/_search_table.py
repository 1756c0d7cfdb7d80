"""A search while it goes on: a table that stays in its place in a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Any

from rich.console import Group
from rich.live import Live
from rich.text import Text

from nyuron.cli._console import bar, console, facts, number, sparkline
from nyuron.tuners import COMPLETE, FAILED, PRUNED, Search, TrialRecord

TOLD = 10
"""Trials after which a line says how far the search is, where there is no terminal."""


RECENT = 24
"""Trials whose speed is told."""


class SearchTable:
    """Follows a search by `on_told`: the best so far, how many trials, how fast, how long it will still take.

    A context manager. Its terminal is asked once a part of a second for what has changed, so that the clock goes on while
    trials train.
    """

    def __init__(self, wanted: int | None = None, out: Any = None, clock: Any = time.monotonic) -> None:
        self._console, self._clock = out or console(), clock
        self._began, self._wanted = clock(), wanted
        self._states: dict[str, int] = {}
        self._known, self._ends = 0, [self._began]
        self._best: TrialRecord | None = None
        self._bests: list[float] = []
        self._search: Search | None = None
        self._is_terminal = self._console.is_terminal
        self._live = Live(console=self._console, get_renderable=self.table, refresh_per_second=4, transient=True)

    def __enter__(self) -> SearchTable:
        if self._is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._is_terminal:
            self._live.stop()

    def on_told(self, record: TrialRecord, search: Search) -> None:
        """One more trial is over."""
        is_first, self._search = self._search is None, search
        # A search that goes on has trials that took none of this time.
        for one in search.trials if is_first else ():
            if one.number != record.number:
                self._count(one)
        self._ends = [*self._ends[-RECENT:], self._clock()]
        self._wanted = search.wanted or self._wanted
        self._count(record)
        if not self._is_terminal:
            self._say(record, search)

    def _count(self, record: TrialRecord) -> None:
        self._states[record.state] = self._states.get(record.state, 0) + 1
        self._known += 1
        if record.state == COMPLETE and record.value is not None and self._is_better(record.value):
            self._best = record
        if self._best is not None and self._best.value is not None:
            self._bests.append(self._best.value)

    def _is_better(self, value: float) -> bool:
        if self._best is None or self._best.value is None:
            return True
        is_minimized = self._search is None or self._search.direction == "minimize"
        return value < self._best.value if is_minimized else value > self._best.value

    @property
    def per_minute(self) -> float | None:
        """Trials a minute, over the last ones: the first wait for programs to be compiled."""
        passed = self._clock() - self._ends[0]
        return 60 * (len(self._ends) - 1) / passed if len(self._ends) > 1 and passed > 0 else None

    @property
    def seconds_left(self) -> float | None:
        """How long the trials that are still wanted will take at this speed."""
        if not self.per_minute or not self._wanted:
            return None
        return 60 * max(self._wanted - self._known, 0) / self.per_minute

    def table(self) -> Group:
        """What the terminal shows now."""
        shown = facts()
        objective = self._search.objective if self._search is not None else "best"
        if self._best is None:
            shown.add_row("best", Text("no trial is complete yet", "dim"))
        else:
            value = Text.assemble((number(self._best.value), "bold green"), f"  trial {self._best.number}")
            shown.add_row(objective, value.append(f"  {sparkline(self._bests, 24)}", "blue"))
            shown.add_row("with", settings(self._best))
        shown.add_row("trials", self._progress())
        shown.add_row("speed", self._speed())
        return Group(shown)

    def _progress(self) -> Text:
        done = f"{self._known:,}" + (f" of {self._wanted:,}" if self._wanted else "")
        text = Text(done)
        if self._wanted:
            text.append("  ").append(bar(min(self._known / self._wanted, 1.0), 20), "blue")
        for state, style in ((PRUNED, "dim"), (FAILED, "red")):
            if self._states.get(state):
                text.append(f"  {self._states[state]:,} {state}", style)
        return text

    def _speed(self) -> Text:
        parts = [f"{number(round(self.per_minute, 1))} trials a minute"] if self.per_minute else []
        in_flight = self._search.in_flight if self._search is not None else 0
        parts += [f"{in_flight} in flight"] if in_flight else []
        parts.append(f"{span(self._clock() - self._began)} so far")
        parts += [f"{span(self.seconds_left)} left"] if self.seconds_left is not None else []
        return Text(", ".join(parts))

    def _say(self, record: TrialRecord, search: Search) -> None:
        of = f" of {self._wanted}" if self._wanted else ""
        if record.state == FAILED:
            error = (record.error or "").strip().splitlines()
            self._console.print(f"trial {record.number} failed: {error[0] if error else ''}", markup=False)
        if record is self._best:
            said = f"trial {record.number}{of}: {search.objective} {number(record.value)}, the best so far: {settings(record)}"
            self._console.print(said, markup=False)
        elif self._known % TOLD == 0:
            best = f", best {number(self._best.value)}" if self._best else ""
            left = f", {span(self.seconds_left)} left" if self.seconds_left else ""
            self._console.print(f"{self._known}{of} trials{best}{left}", markup=False)


def settings(record: TrialRecord) -> str:
    """A trial's hyperparameters in a line.

    Example:
        >>> settings(TrialRecord(0, "complete", {"units": 64, "hidden": (32, 16), "learning_rate": 0.00123456}))
        'units 64, hidden 32 16, learning_rate 0.001235'
    """
    parts = []
    for name, value in record.hyperparameters.items():
        shown = " ".join(map(number, value)) if isinstance(value, list | tuple) else number(value)
        parts.append(f"{name} {shown}")
    return ", ".join(parts)


def span(seconds: float) -> str:
    """A time as a clock shows it.

    Example:
        >>> span(7.6), span(75), span(3700)
        ('8 s', '1:15', '1:01:40')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"
