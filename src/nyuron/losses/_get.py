"""Losses by name."""

from __future__ import annotations

from typing import Any

from nyuron.core import snake_case
from nyuron.core._lookup import find
from nyuron.losses import _crossentropy, _hinge, _overlap, _regression
from nyuron.losses._function import wrap
from nyuron.losses._loss import Loss

_ALIASES = {
    "mse": "MeanSquaredError",
    "mae": "MeanAbsoluteError",
    "mape": "MeanAbsolutePercentageError",
    "msle": "MeanSquaredLogarithmicError",
    "kld": "KLDivergence",
    "kl_divergence": "KLDivergence",
    "kullback_leibler_divergence": "KLDivergence",
    "bce": "BinaryCrossentropy",
    "log_cosh": "LogCosh",
    "logcosh": "LogCosh",
}


def _classes() -> dict[str, type[Loss]]:
    found: dict[str, type[Loss]] = {}
    for file in (_regression, _crossentropy, _hinge, _overlap):
        for name, thing in vars(file).items():
            is_own = isinstance(thing, type) and thing.__module__ == file.__name__
            if is_own and issubclass(thing, Loss) and not name.startswith("_"):
                found[name] = thing
    return found


CLASSES = _classes()
NAMES: dict[str, type[Loss]] = {
    **CLASSES,
    **{snake_case(name): cls for name, cls in CLASSES.items()},
    **{alias: CLASSES[name] for alias, name in _ALIASES.items()},
    **{alias.upper(): CLASSES[name] for alias, name in _ALIASES.items()},
}


def get(identifier: Any, y_shape: Any = None, pred_shape: Any = None) -> Any:
    """The loss that a name, class, instance, config or function ``f(y_true, y_pred)`` stands for; None stays None.

    'crossentropy' and 'ce' are resolved by the shapes of targets and predictions.

    Raises: UnknownNameError with the nearest name.
    Source: keras.losses.get.
    Example:
        >>> get("mse")
        MeanSquaredError()
    """
    if isinstance(identifier, str) and identifier.lower() in ("crossentropy", "ce"):
        if y_shape is None or pred_shape is None:
            return NAMES["categorical_crossentropy"]()
        return NAMES[f"{kind_of_target(y_shape, pred_shape)}_crossentropy"]()
    if isinstance(identifier, str) and identifier not in NAMES and identifier.lower() in NAMES:
        identifier = identifier.lower()
    return find("loss", identifier, NAMES, base=Loss, wrap=wrap, room="losses")


def kind_of_target(y_shape: Any, pred_shape: Any) -> str:
    """'binary', 'sparse_categorical' or 'categorical', by the shapes alone, as Keras decides it."""
    if pred_shape[-1] == 1:
        return "binary"
    is_sparse = len(y_shape) < len(pred_shape) or (y_shape[-1] == 1 and pred_shape[-1] != 1)
    return "sparse_categorical" if is_sparse else "categorical"
