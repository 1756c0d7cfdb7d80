"""Users' own losses: functions, and Keras-style classes."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from nyuron.core import Array, module, static, to_config
from nyuron.core._lookup import Held
from nyuron.losses._loss import Loss


@module
class FunctionLoss(Loss):
    """A function ``f(y_true, y_pred)`` of the user's, or an object with `call`, as a loss.

    Shapes: the function returns one value per example, or already their mean.
    Source: keras.losses (a callable as a loss).
    """

    function: Any = static(None)
    matches_ranks = False

    def per_example(self, y_true: Array, y_pred: Array) -> Array:
        if y_true.ndim + 1 == y_pred.ndim and y_pred.shape[-1] == 1:
            y_true = y_true[..., None]
        if not jnp.issubdtype(y_true.dtype, jnp.inexact):
            y_true = y_true.astype(y_pred.dtype)
        return jnp.asarray(self.function(y_true, y_pred))

    def get_config(self) -> dict[str, Any]:
        return {"function": to_config(getattr(self.function, "value", self.function)), "reduction": self.reduction}


def wrap(thing: Any) -> Loss:
    """A user's function or Keras-style loss object as a description."""
    call = getattr(thing, "call", None)
    if isinstance(thing, Loss):
        return FunctionLoss(function=Held(_Call(thing)), reduction=thing.reduction, name=thing.name)
    if call is not None:
        return FunctionLoss(function=Held(_Call(thing)))
    try:
        hash(thing)
    except TypeError:
        thing = Held(thing)
    return FunctionLoss(function=thing, name=getattr(thing, "__name__", None))


class _Call:
    """The `call` method of a user's loss as a function with attributes that can be compared."""

    def __init__(self, owner: Any) -> None:
        self.owner_class = type(owner)
        self.attributes = tuple(sorted((k, v) for k, v in vars(owner).items() if k not in ("name", "slot")))
        self._owner = (_Quiet(owner),)

    def __call__(self, y_true: Array, y_pred: Array) -> Any:
        return self._owner[0].value.call(y_true, y_pred)


class _Quiet:
    """Holds a value and equals any other: what it is, the attributes beside it say."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Quiet)

    def __hash__(self) -> int:
        return 0
