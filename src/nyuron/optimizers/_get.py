"""Optimizers by name."""

from __future__ import annotations

from typing import Any

from nyuron.core import KindError
from nyuron.core._lookup import find
from nyuron.optimizers._adam import Adam, Adamax, AdamW, Lamb, Nadam
from nyuron.optimizers._adaptive import Adadelta, Adagrad, Ftrl, RMSprop
from nyuron.optimizers._descent import SGD, Lion
from nyuron.optimizers._full_batch import LBFGS, FullBatch, LevenbergMarquardt, Newton, NonlinearCG
from nyuron.optimizers._optimizer import Optimizer

_FIRST = (SGD, RMSprop, Adam, AdamW, Adagrad, Adadelta, Nadam, Adamax, Ftrl, Lion, Lamb)
NAMES: dict[str, Any] = {
    **{cls.__name__: cls for cls in (*_FIRST, LBFGS, NonlinearCG, LevenbergMarquardt, Newton)},
    **{cls.__name__.lower(): cls for cls in _FIRST},
    "lbfgs": LBFGS,
    "cg": NonlinearCG,
    "nonlinear_cg": NonlinearCG,
    "lm": LevenbergMarquardt,
    "levenberg_marquardt": LevenbergMarquardt,
    "newton": Newton,
}


def get(identifier: Any) -> Any:
    """The optimizer that a name, class, instance or config stands for.

    Raises: UnknownNameError with the nearest name; KindError for anything else.
    Source: keras.optimizers.get.
    Example:
        >>> get("adam")
        Adam()
    """
    if isinstance(identifier, str) and identifier not in NAMES and identifier.lower() in NAMES:
        identifier = identifier.lower()
    if isinstance(identifier, FullBatch):
        return identifier
    if isinstance(identifier, type) and issubclass(identifier, FullBatch):
        return identifier()
    if isinstance(identifier, str) and identifier in NAMES:
        return NAMES[identifier]()
    return find("optimizer", identifier, NAMES, base=Optimizer, wrap=_refuse, room="optimizers")


def _refuse(thing: Any) -> Any:
    raise KindError(
        "this is not an optimizer of Nyuron's",
        who="compile",
        expected="a name such as 'adam', or one of nyuron.optimizers",
        got=repr(thing)[:60],
        fix="optimizer=nyuron.optimizers.Adam(1e-3)",
    )
