"""Whether more or less of a figure is better."""

from __future__ import annotations

from nyuron.core import ArgumentError

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


def direction(monitor: str, mode: str, who: str) -> int:
    """+1 where more is better, −1 where less is.

    Raises: ArgumentError in mode 'auto' for a name whose direction is not known.
    """
    if mode in ("min", "max"):
        return 1 if mode == "max" else -1
    name = monitor.removeprefix("val_").lower()
    if name.startswith("false_"):
        return -1
    if any(word in name for word in _LESS):
        return -1
    if any(word in name for word in _MORE):
        return 1
    raise ArgumentError(
        f"it is not known whether more or less of {monitor!r} is better",
        who=who,
        expected="mode='min' or mode='max'",
        got=f"mode={mode!r}",
        fix=f"{who}(monitor={monitor!r}, mode='min')",
    )
