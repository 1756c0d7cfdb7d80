"""Whether more or less of a figure is better."""

from __future__ import annotations

from typing import Any

from nyuron.core import ArgumentError, snake_case

_MORE = (
    "acc",
    "accuracy",
    "auc",
    "precision",
    "recall",
    "f1_score",
    "fbeta_score",
    "r2_score",
    "iou",
    "io_u",
    "correlation",
    "similarity",
    "sensitivity",
    "specificity",
    "positives",
    "negatives",
)
_LESS = (
    "loss",
    "error",
    "mse",
    "mae",
    "mape",
    "msle",
    "rmse",
    "crossentropy",
    "divergence",
    "hinge",
    "poisson",
    "logcosh",
)


def direction(monitor: str, mode: str, who: str, model: Any = None) -> int:
    """+1 where more is better, −1 where less is. In mode 'auto' the name says it, or the class of the model's metric.

    Raises: ArgumentError in mode 'auto' for a name whose direction is not known.
    """
    if mode in ("min", "max"):
        return 1 if mode == "max" else -1
    name = monitor.removeprefix("val_")
    for word in (_class_name(model, name), name.lower()):
        if word.startswith("false_") or any(part in word for part in _LESS):
            return -1
        if any(part in word for part in _MORE):
            return 1
    raise ArgumentError(
        f"it is not known whether more or less of {monitor!r} is better",
        who=who,
        expected="mode='min' or mode='max'",
        got=f"mode={mode!r}",
        fix=f"{who}(monitor={monitor!r}, mode='min')",
    )


def _class_name(model: Any, name: str) -> str:
    """The class of the metric that the model keeps under this name, or nothing."""
    compiled = getattr(model, "compiled", None)
    stack = [getattr(compiled, "metrics", None), getattr(compiled, "weighted_metrics", None)]
    while stack:
        entry = stack.pop()
        if isinstance(entry, list | tuple):
            stack += entry
        elif isinstance(entry, dict):
            stack += entry.values()
        elif getattr(entry, "name", None) == name:
            return snake_case(type(entry).__name__)
    return ""
