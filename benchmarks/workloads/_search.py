"""The lectures' search: which configurations are timed, the same for everybody."""

from __future__ import annotations

from typing import NamedTuple

SPACE = {
    "nodes1": [64, 128, 256],
    "nodes2": [64, 128, 256],
    "dropout1": [0.2, 0.3, 0.4],
    "dropout2": [0.2, 0.3, 0.4],
    "optimizer": ["rmsprop", "adam"],
    "batch_size": [16, 32, 64, 128],
}
SAMPLE, SEED = 0.7, 1
PATIENCE, VALIDATION = 25, 0.2


class Configuration(NamedTuple):
    """One combination of the space."""

    nodes1: int
    nodes2: int
    dropout1: float
    dropout2: float
    optimizer: str
    batch_size: int


CONFIGURATIONS = tuple(
    Configuration(*values)
    for values in (
        (64, 64, 0.3, 0.4, "adam", 16),
        (256, 64, 0.4, 0.4, "adam", 16),
        (64, 64, 0.3, 0.3, "adam", 64),
        (128, 256, 0.4, 0.3, "rmsprop", 16),
        (128, 128, 0.4, 0.3, "adam", 16),
        (128, 64, 0.2, 0.4, "adam", 128),
        (64, 64, 0.4, 0.4, "rmsprop", 128),
        (64, 128, 0.2, 0.4, "adam", 64),
        (256, 256, 0.4, 0.3, "rmsprop", 128),
        (256, 128, 0.2, 0.2, "adam", 64),
        (256, 256, 0.2, 0.3, "rmsprop", 32),
        (64, 256, 0.3, 0.4, "rmsprop", 64),
        (256, 64, 0.4, 0.2, "rmsprop", 64),
        (64, 64, 0.4, 0.3, "rmsprop", 16),
        (64, 128, 0.4, 0.2, "adam", 128),
        (256, 128, 0.4, 0.3, "rmsprop", 64),
        (128, 256, 0.3, 0.3, "rmsprop", 32),
        (128, 256, 0.2, 0.2, "adam", 16),
        (64, 128, 0.3, 0.2, "rmsprop", 16),
        (64, 128, 0.2, 0.2, "adam", 16),
        (64, 256, 0.4, 0.4, "adam", 64),
        (64, 128, 0.4, 0.3, "adam", 32),
        (64, 64, 0.4, 0.2, "adam", 64),
        (64, 256, 0.4, 0.2, "rmsprop", 64),
    )
)
"""The first that ``nyuron.tune(method="random", sample=0.7, seed=1)`` draws."""
