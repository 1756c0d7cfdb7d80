"""Medians over the rounds, ratios round by round, and the goals."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Iterable, Sequence
from typing import Any

from benchmarks.contenders import GOALS, METHODS_TABLE, OURS, Goal
from benchmarks.rounds import Outcome

SECONDS = (
    "cold",
    "fit",
    "second_fit",
    "epoch",
    "member_epoch",
    "second_member_epoch",
    "configuration",
    "second_configuration",
    "trained_epoch",
)
FIGURES = ("import", "load", "cold_scored", *SECONDS, "memory", "score", "median_score", "worst_score", "epochs")


def figures_of(outcomes: Iterable[Outcome], workload: str, name: str, figure: str) -> dict[int, float]:
    """A contender's figure by round, without round 0."""
    return {
        o.round: o.result[figure]
        for o in outcomes
        if o.workload == workload and o.contender == name and o.round > 0 and o.result and figure in o.result
    }


def ratio(outcomes: Sequence[Outcome], workload: str, figure: str, peer: str) -> float | None:
    """Median over the rounds of ours divided by the peer's."""
    ours, theirs = figures_of(outcomes, workload, OURS, figure), figures_of(outcomes, workload, peer, figure)
    pairs = [ours[r] / theirs[r] for r in ours if r in theirs]
    return statistics.median(pairs) if pairs else None


def fastest(
    outcomes: Sequence[Outcome], workload: str, figure: str, beginning: str = "", besides: str | None = None
) -> str | None:
    """The peer whose median is the smallest."""
    names = {o.contender for o in outcomes if o.workload == workload} - {OURS, besides}
    medians = {
        name: statistics.median(values.values())
        for name in sorted(names)
        if name.startswith(beginning) and (values := figures_of(outcomes, workload, name, figure))
    }
    return min(medians, key=medians.__getitem__, default=None)


def verdict(outcomes: Sequence[Outcome], goal: Goal) -> dict[str, Any] | None:
    """How a goal stands; None where it was not measured."""
    if goal.is_seconds:
        found = figures_of(outcomes, goal.workload, OURS, goal.figure)
        return _against(goal, None, statistics.median(found.values())) if found else None
    peer = fastest(outcomes, goal.workload, goal.figure, goal.peer, goal.besides)
    reached = None if peer is None else ratio(outcomes, goal.workload, goal.figure, peer)
    if reached is None:
        return None
    return _against(goal, peer, reached)


def _against(goal: Goal, peer: str | None, reached: float) -> dict[str, Any]:
    return {
        "workload": goal.workload,
        "figure": goal.figure,
        "peer": peer,
        "seconds" if goal.is_seconds else "ratio": reached,
        "goal": goal.limit,
        "is_met": reached <= goal.limit,
    }


def summarize(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """All that was measured, as it is written to JSON."""
    workloads: dict[str, Any] = {}
    for workload in dict.fromkeys(o.workload for o in outcomes):
        rows = {}
        for name in dict.fromkeys(o.contender for o in outcomes if o.workload == workload):
            mine = [o for o in outcomes if o.workload == workload and o.contender == name]
            problem = next((o.problem for o in mine if o.problem), None)
            first = next((o.result for o in mine if o.round == 0 and o.result), None)
            row: dict[str, Any] = {"version": first["version"]} if first else {}
            if problem:
                row["problem"] = problem
            for figure in FIGURES:
                values = figures_of(outcomes, workload, name, figure)
                if values:
                    row[figure] = statistics.median(values.values())
            row["with_empty_caches"] = first and {f: first[f] for f in ("cold", "fit") if f in first}
            if name != OURS and workload != METHODS_TABLE:
                found = {figure: ratio(outcomes, workload, figure, name) for figure in SECONDS}
                row["ours_divided_by_this"] = {figure: value for figure, value in found.items() if value is not None}
            rows[name] = row
        workloads[workload] = rows
    return {
        "machine": machine(),
        "workloads": workloads,
        "goals": [found for goal in GOALS if (found := verdict(outcomes, goal))],
        "rounds": [
            {"workload": o.workload, "contender": o.contender, "round": o.round, **(o.result or {})} for o in outcomes
        ],
    }


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    model = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo") as file:
            model = next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    return {"system": platform.system(), "processor": model, "cores": cores, "python": platform.python_version()}
