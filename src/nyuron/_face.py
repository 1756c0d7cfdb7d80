"""The names of `nyuron` itself, each imported when it is first used."""

from __future__ import annotations

import importlib
import sys
from typing import Any

_ROOMS = (
    "activations",
    "callbacks",
    "constraints",
    "core",
    "data",
    "datasets",
    "explain",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "models",
    "optimizers",
    "populations",
    "preprocessing",
    "regularizers",
    "runs",
    "saving",
    "train",
    "tuners",
    "utils",
)
_HOMES = {
    "Initializer": "initializers",
    "Input": "layers",
    "Layer": "layers",
    "Loss": "losses",
    "Metric": "metrics",
    "Model": "models",
    "NyuronError": "core",
    "Optimizer": "optimizers",
    "Population": "populations",
    "Regularizer": "regularizers",
    "Sequential": "models",
    "cross_validate": "populations",
    "fit_many": "populations",
    "folds": "populations",
    "set_random_seed": "utils",
    "tune": "tuners",
}


def face_getattr(name: str) -> Any:
    """The room or the class of that name: PEP 562's hook of the package."""
    if name in _ROOMS:
        return importlib.import_module(f"nyuron.{name}")
    if name in _HOMES:
        value = getattr(importlib.import_module(f"nyuron.{_HOMES[name]}"), name)
        setattr(sys.modules["nyuron"], name, value)
        return value
    raise AttributeError(f"module 'nyuron' has no attribute {name!r}")


def face_dir() -> list[str]:
    """Every public name, imported yet or not."""
    return sorted((*_ROOMS, *_HOMES, "__version__"))
