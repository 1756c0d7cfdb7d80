"""Data sets that are drawn from a formula by a seed."""

from __future__ import annotations

import numpy as np

from nyuron.core import unknown_name
from nyuron.data import CLASSIFICATION, REGRESSION, Dataset, split

OPERATIONS = {
    "false": 0b0000,
    "and": 0b1000,
    "a_and_not_b": 0b0100,
    "a": 0b1100,
    "not_a_and_b": 0b0010,
    "b": 0b1010,
    "xor": 0b0110,
    "or": 0b1110,
    "nor": 0b0001,
    "xnor": 0b1001,
    "not_b": 0b0101,
    "b_implies_a": 0b1101,
    "not_a": 0b0011,
    "a_implies_b": 0b1011,
    "nand": 0b0111,
    "true": 0b1111,
}


def boolean(operation: str = "and") -> tuple[np.ndarray, np.ndarray]:
    """The four inputs (0,0), (0,1), (1,0), (1,1) and what a Boolean operation makes of them.

    Raises: UnknownNameError for a name that is none of the sixteen operations.
    Example:
        >>> boolean("xor")[1].tolist()
        [0, 1, 1, 0]
    """
    if operation not in OPERATIONS:
        raise unknown_name("operation", operation, OPERATIONS)
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
    return x, np.array([OPERATIONS[operation] >> i & 1 for i in range(4)], np.int32)


def _xor(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    corner = rng.integers(0, 2, (n, 2))
    return corner + rng.normal(0, 0.15, (n, 2)), corner[:, 0] ^ corner[:, 1]


def _moons(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    angle, y = rng.uniform(0, np.pi, n), rng.integers(0, 2, n)
    x = np.where(y[:, None] == 0, np.c_[np.cos(angle), np.sin(angle)], np.c_[1 - np.cos(angle), 0.5 - np.sin(angle)])
    return x + rng.normal(0, 0.15, (n, 2)), y


def _circles(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    angle, y = rng.uniform(0, 2 * np.pi, n), rng.integers(0, 2, n)
    return np.where(y == 0, 1.0, 0.5)[:, None] * np.c_[np.cos(angle), np.sin(angle)] + rng.normal(0, 0.08, (n, 2)), y


def _spirals(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    t, y = np.sqrt(rng.uniform(0.02, 1, n)), rng.integers(0, 3, n)
    angle = 3.5 * t + y * 2 * np.pi / 3
    return t[:, None] * np.c_[np.cos(angle), np.sin(angle)] + rng.normal(0, 0.02, (n, 2)), y


def _blobs(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    centres, y = rng.uniform(-6, 6, (4, 2)), rng.integers(0, 4, n)
    return centres[y] + rng.normal(0, 1, (n, 2)), y


def _nonlinear(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    x = rng.uniform(0, 1, n)
    return x[:, None], 0.5 + 0.4 * np.sin(2 * np.pi * x) * (1 - 0.5 * x) + rng.normal(0, 0.1, n)


def _windows(series: np.ndarray, length: int = 12) -> tuple[np.ndarray, np.ndarray]:
    rows = np.lib.stride_tricks.sliding_window_view(series, length + 1)
    return rows[:, :-1], rows[:, -1]


def _sine(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return _windows(np.sin(np.arange(n + 12) * 0.3) + rng.normal(0, 0.05, n + 12))


def _ar(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    series, noise = np.zeros(n + 12), rng.normal(0, 1, n + 12)
    for t in range(2, n + 12):
        series[t] = 0.6 * series[t - 1] + 0.3 * series[t - 2] + noise[t]
    return _windows(series)


GENERATORS = {
    "xor": (_xor, CLASSIFICATION, "points around the corners of a square, opposite corners alike"),
    "moons": (_moons, CLASSIFICATION, "two half moons that reach into each other"),
    "circles": (_circles, CLASSIFICATION, "a ring around another"),
    "spirals": (_spirals, CLASSIFICATION, "three spiral arms"),
    "blobs": (_blobs, CLASSIFICATION, "four Gaussian clouds"),
    "nonlinear": (_nonlinear, REGRESSION, "a wave with noise over one input between 0 and 1"),
    "sine": (_sine, REGRESSION, "the next value of a noisy sine from the last twelve"),
    "ar": (_ar, REGRESSION, "the next value of xₜ = 0.6 xₜ₋₁ + 0.3 xₜ₋₂ + ε from the last twelve"),
}


def load_generated(name: str, n: int = 1000, test: float = 0.2, seed: int = 0) -> Dataset:
    """`n` rows drawn by the seed, then split; series keep their order, so that the test part is the future."""
    draw, task, description = GENERATORS[name]
    x, y = draw(n, np.random.default_rng(seed))
    x = np.asarray(x, np.float32)
    y = np.asarray(y, np.int32 if task == CLASSIFICATION else np.float32)
    if name in ("sine", "ar"):
        at = len(x) - int(len(x) * test)
        pieces = (x[:at], y[:at], x[at:], y[at:])
    else:
        parts = split(x, y, test=test, validation=0, seed=seed)
        pieces = (parts.train.x, parts.train.y, parts.test.x, parts.test.y)
    names = tuple(f"x{i + 1}" for i in range(x.shape[1]))
    classes = tuple(str(c) for c in range(int(y.max()) + 1)) if task == CLASSIFICATION else ()
    return Dataset(
        name, *pieces, task, feature_names=names, class_names=classes, description=description, target_name="y"
    )
