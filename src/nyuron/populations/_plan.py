"""How many members a device trains side by side, and why."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jax

from nyuron.models import costs_of
from nyuron.populations._calibration import WIDTHS, calibration
from nyuron.populations._member import Job

SHARE = 0.6
"""The part of a device's free memory that members may take: the rest is for data and what XLA puts aside."""
COPIES = 6
"""Arrays of a member's size that a step holds: weights, gradients, two of the optimizer, the best epoch's, a new state."""


@dataclass(frozen=True)
class MemberPlan:
    """`width` members side by side on each device; `reasons` say why."""

    width: int
    reasons: tuple[str, ...]


def plan_members(job: Job, wanted: int | None = None, devices: Sequence[Any] | None = None) -> MemberPlan:
    """The plan for members like this one; `wanted` is what the user said."""
    devices = list(devices or jax.devices())
    kind = devices[0].platform
    size, free = member_bytes(job), free_bytes(devices[0])
    room = max(1, int(SHARE * free / size / (len(devices) if kind == "cpu" else 1))) if free else None
    where = f"{len(devices)} {kind} device{'s' * (len(devices) > 1)}"
    if wanted is not None:
        width, why = wanted, "as was asked"
    elif kind == "cpu":
        width, why = 1, "a core gains little from batches of small products, and each result is that of the run alone"
    else:
        width, why = _fastest(job, devices[0], room or WIDTHS[-1])
    reasons = [f"{where}, {width} member{'s' * (width > 1)} side by side on each: {why}"]
    if room is not None:
        reasons.append(f"a member takes about {_megabytes(size)}; there is room for {room:,} on a device")
        if width > room:
            width = 1 << (room.bit_length() - 1)
            reasons.append(f"so {width} side by side")
    return MemberPlan(width, tuple(reasons))


def _fastest(job: Job, device: Any, most: int) -> tuple[int, str]:
    """The width whose members are done first, as far as was measured on this device, and the estimates behind it."""
    found, rows = calibration(device), job.settings.batch_size
    layers = [float(cost.multiply_adds * rows) for cost in costs_of(job.seat.model) if cost.multiply_adds]
    width = found.best_width(layers, most)
    alone, beside = (1e6 * found.member_seconds(layers, n) for n in (1, width))
    said = f"a member's step is estimated at {alone:,.0f} µs alone and {beside:,.2g} µs so, from what this device was measured at"
    return width, said


def member_bytes(job: Job) -> int:
    """What a member needs while it trains: copies of its weights, and its activations on one batch, forward and back."""
    member, rows = job.member, job.settings.batch_size
    weights = sum(a.nbytes for a in jax.tree.leaves((member.params, member.frozen, member.layers)))
    graph = member.task.graph
    inputs = [(rows, *entry.shape[1:]) for entry in graph.inputs]
    total = 0
    for layer_shape in _shapes(graph, inputs):
        count = 1
        for n in layer_shape:
            count *= n if isinstance(n, int) else 1
        total += count
    return COPIES * weights + 2 * 4 * total


def _shapes(graph: Any, inputs: list[Any]) -> list[tuple[int, ...]]:
    """The shapes of all values in the graph, as far as the layers say them."""
    entries: list[Any] = list(inputs)
    for step in graph.steps:
        shapes = [entries[i] if part is None else entries[i][part] for i, part in step.positional]
        entries.append(graph.layers[step.layer].compute_output_shape(*shapes))
    flat: list[tuple[int, ...]] = []
    for shape in entries:
        several = bool(shape) and isinstance(shape[0], tuple)
        flat += list(shape) if several else [shape]
    return flat


def free_bytes(device: Any) -> int | None:
    """Free memory of a device; of a CPU what the system has. None where it is not known."""
    if device.platform != "cpu":
        stats = device.memory_stats() or {}
        return stats["bytes_limit"] - stats.get("bytes_in_use", 0) if "bytes_limit" in stats else None
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError, AttributeError):
        return None


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.3g} MB"
