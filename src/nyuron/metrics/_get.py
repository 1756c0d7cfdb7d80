"""Metrics by name, and what 'accuracy' means for targets of a shape."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nyuron import losses
from nyuron.core import is_module, replace, snake_case, unknown_name
from nyuron.core._lookup import find
from nyuron.losses import Loss, kind_of_target
from nyuron.metrics import _accuracy, _correlation, _counts, _curves, _f_score, _iou, _means
from nyuron.metrics._custom import wrap
from nyuron.metrics._metric import Metric

_ALIASES = {
    "mse": "MeanSquaredError",
    "mae": "MeanAbsoluteError",
    "mape": "MeanAbsolutePercentageError",
    "msle": "MeanSquaredLogarithmicError",
    "rmse": "RootMeanSquaredError",
    "bce": "BinaryCrossentropy",
    "auc": "AUC",
    "r2": "R2Score",
    "r2_score": "R2Score",
    "kld": "KLDivergence",
    "kl_divergence": "KLDivergence",
    "logcosh": "LogCoshError",
    "log_cosh": "LogCoshError",
    "fbeta_score": "FBetaScore",
}
_BY_SHAPE = {"accuracy": "accuracy", "acc": "accuracy", "crossentropy": "crossentropy", "ce": "crossentropy"}


def _classes() -> dict[str, type[Metric]]:
    found: dict[str, type[Metric]] = {}
    for file in (_means, _accuracy, _counts, _curves, _f_score, _iou, _correlation):
        for name, thing in vars(file).items():
            is_own = isinstance(thing, type) and thing.__module__ == file.__name__ and not name.startswith("_")
            if is_own and issubclass(thing, Metric) and name not in ("LossMean", "MeanOfLoss", "Counting"):
                found[name] = thing
    return found


CLASSES = _classes()
NAMES: dict[str, type[Metric]] = {
    **CLASSES,
    **{snake_case(name): cls for name, cls in CLASSES.items()},
    **{alias: CLASSES[name] for alias, name in _ALIASES.items()},
    **{alias.upper(): CLASSES[name] for alias, name in _ALIASES.items()},
}


def get(identifier: Any) -> Any:
    """The metric that a name, class, instance, config, function or loss stands for; named as it was asked for.

    Raises: UnknownNameError with the nearest name.
    Source: keras.metrics.get.
    Example:
        >>> get("mse").name
        'mse'
    """
    if isinstance(identifier, Loss):
        return _means.MeanOfLoss(of=identifier, name=identifier.name)
    if isinstance(identifier, str) and identifier in _BY_SHAPE:
        return NAMES[f"categorical_{_BY_SHAPE[identifier]}"](name=identifier)
    if isinstance(identifier, str) and identifier in NAMES:
        return NAMES[identifier](name=identifier)
    if isinstance(identifier, str) and identifier in losses.NAMES:
        return get(losses.get(identifier))
    if isinstance(identifier, Metric) and not is_module(type(identifier)):
        return wrap(identifier)
    if isinstance(identifier, str):
        from nyuron.core import find_custom

        if find_custom(identifier) is None:
            raise unknown_name("metric", identifier, [*NAMES, *_BY_SHAPE])
    return find("metric", identifier, NAMES, base=Metric, wrap=wrap, room="metrics")


def resolve(identifier: Any, y_shape: Sequence[int | None], pred_shape: Sequence[int | None]) -> Metric:
    """As `get`, where 'accuracy' and 'crossentropy' follow from the shapes of targets and predictions."""
    if isinstance(identifier, str) and identifier in _BY_SHAPE:
        return NAMES[f"{kind_of_target(y_shape, pred_shape)}_{_BY_SHAPE[identifier]}"](name=identifier)
    found = get(identifier)
    return (found if found.name else replace(found, name="metric")).sized(y_shape, pred_shape)
