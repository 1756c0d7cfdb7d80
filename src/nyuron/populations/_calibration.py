"""How long a step takes with members side by side: measured once on a device, and estimated from that."""

from __future__ import annotations

import functools
import hashlib
import json
import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from nyuron.core import cache_folder
from nyuron.saving import atomic

ROWS = 32
"""Rows of the batch that is measured."""
SIZES = (16, 64, 256, 1024)
"""Inputs and units of the dense layer that is measured."""
WIDTHS = (1, 4, 16, 64, 256)
"""Members side by side."""
LARGEST = 1 << 26
"""Weights of all members together beyond which is not measured: the device is busy, and time goes with the work."""
LEAST_SECONDS = 5e-3
"""A measurement that is shorter is repeated with more steps."""
ENOUGH = 1.1
"""Of the widths whose members take at most so many times the best's time, the smallest is chosen."""


class Calibration(NamedTuple):
    """Seconds that one step of one dense layer (forward and back) takes for all members together."""

    widths: tuple[int, ...]
    sizes: tuple[int, ...]
    seconds: tuple[tuple[float, ...], ...]
    """A row for each size, a column for each width."""

    def layer_seconds(self, multiply_adds: float, width: int) -> float:
        """What a layer of so many multiply-adds a batch takes, one member's share of a step of `width` members.

        Linear between the measured points in the logarithms of work and width; beyond the largest in proportion.
        """
        work = np.log([ROWS * size**2 for size in self.sizes])
        wanted, lanes = math.log(max(multiply_adds, 1.0)), math.log(width)
        by_width = [_interpolated(lanes, np.log(self.widths), np.log(row)) for row in self.seconds]
        return math.exp(_interpolated(wanted, work, by_width)) / width

    def member_seconds(self, layers: Sequence[float], width: int) -> float:
        """What a member's step takes where `width` train side by side; `layers` are the multiply-adds of each layer."""
        return sum(self.layer_seconds(adds, width) for adds in layers)

    def best_width(self, layers: Sequence[float], most: int) -> int:
        """The smallest of the measured widths up to `most` that is about as fast as any."""
        times = {width: self.member_seconds(layers, width) for width in self.widths if width <= max(most, 1)}
        least = min(times.values())
        return min(width for width, seconds in times.items() if seconds <= ENOUGH * least)


def calibration(device: Any) -> Calibration:
    """What was measured on a device of this kind: read from the cache folder, or measured now."""
    name = f"{device.platform} {device.device_kind} {jax.__version__}"
    return _calibrated(name, device)


@functools.cache
def _calibrated(name: str, device: Any) -> Calibration:
    path = cache_folder() / "speeds" / f"{hashlib.sha256(name.encode()).hexdigest()[:16]}.json"
    found = _read(path, name)
    if found is None:
        found = measure(device)
        _write(path, name, found)
    return found


def measure(device: Any, sizes: Sequence[int] = SIZES, widths: Sequence[int] = WIDTHS) -> Calibration:
    """Time the step of a dense layer for each size and number of members."""
    rows = []
    for size in sizes:
        row: list[float] = []
        for width in widths:
            if row and width * size**2 > LARGEST:
                row.append(row[-1] * width / widths[len(row) - 1])
            else:
                row.append(_step_seconds(device, size, width))
        rows.append(tuple(row))
    return Calibration(tuple(widths), tuple(sizes), tuple(rows))


def _step_seconds(device: Any, size: int, width: int) -> float:
    rng = np.random.default_rng(0)
    shape = (size, size) if width == 1 else (width, size, size)
    given = jax.device_put(
        (
            rng.normal(0, size**-0.5, shape).astype(np.float32),
            rng.normal(size=(*shape[:-2], ROWS, size)).astype(np.float32),
        ),
        device,
    )
    program = _steps if width == 1 else _steps_of_members
    count, run = 4, _timed(program, given)
    run(1)
    while True:
        taken = min(run(count) for _ in range(3))
        if taken >= LEAST_SECONDS or count >= 1 << 20:
            return taken / count
        count *= max(2, min(64, math.ceil(LEAST_SECONDS / max(taken, 1e-9))))


def _timed(program: Callable[..., Any], given: tuple[Any, Any]) -> Callable[[int], float]:
    def run(count: int) -> float:
        began = time.perf_counter()
        jax.block_until_ready(program(*given, jnp.int32(count)))
        return time.perf_counter() - began

    return run


def _dense_steps(kernel: jax.Array, x: jax.Array, count: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Steps of gradient descent on a dense layer and on its input: the three products of a hidden layer."""

    def loss(kernel: jax.Array, x: jax.Array) -> jax.Array:
        return jnp.sum(jnp.tanh(x @ kernel) ** 2)

    def step(_: Any, now: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        gradients = jax.grad(loss, (0, 1))(*now)
        return now[0] - 1e-4 * gradients[0], now[1] - 1e-4 * gradients[1]

    return jax.lax.fori_loop(0, count, step, (kernel, x))


_steps = jax.jit(_dense_steps)
_steps_of_members = jax.jit(jax.vmap(_dense_steps, (0, 0, None)))


def _interpolated(at: float, points: Any, values: Any) -> float:
    """Linear between the points; beyond the last in proportion (slope 1 of logarithms), before the first constant."""
    if at > points[-1]:
        return float(values[-1] + at - points[-1])
    return float(np.interp(at, points, values))


def _read(path: Path, name: str) -> Calibration | None:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        seconds = np.asarray(kept["seconds"], float)
        if kept["name"] != name or tuple(kept["sizes"]) != SIZES or tuple(kept["widths"]) != WIDTHS:
            return None
        if seconds.shape != (len(SIZES), len(WIDTHS)) or not (np.isfinite(seconds) & (seconds > 0)).all():
            return None
        return Calibration(WIDTHS, SIZES, tuple(map(tuple, seconds.tolist())))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(path: Path, name: str, found: Calibration) -> None:
    """Keep what was measured; a folder that cannot be written is no reason to stop."""
    try:
        with atomic(path) as draft:
            draft.write_text(json.dumps({"name": name, **found._asdict()}), encoding="utf-8")
    except OSError:
        return
