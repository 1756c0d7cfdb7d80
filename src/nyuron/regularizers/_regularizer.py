"""The contract that every regularizer keeps."""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp

from nyuron.core import ArgumentError, Array, Configurable, module, static
from nyuron.core._lookup import Held


@module
class Regularizer(Configurable):
    """A penalty: ``regularizer(x) -> scalar``, added to the loss. This one is 0.

    A user's own is a subclass with `__call__`, or any function of an array.

    Shapes: x (…) -> ().
    Source: keras.regularizers.Regularizer.
    Example:
        >>> float(Regularizer()(jnp.ones(3)))
        0.0
    """

    def __call__(self, x: Any) -> Array:
        return jnp.zeros((), jnp.asarray(x).dtype)

    def check(self) -> None:
        """Raise ArgumentError for settings that cannot be used; called where a layer takes the regularizer."""


@module
class CustomRegularizer(Regularizer):
    """A user's function or Keras-style object as a regularizer.

    Shapes: x (…) -> ().
    Source: callables in the place of keras.regularizers.Regularizer.
    Example:
        >>> float(CustomRegularizer(jnp.max)(jnp.array([1.0, 3.0])))
        3.0
    """

    function: Any = static()

    def __post_init__(self) -> None:
        if not isinstance(self.function, Held):
            object.__setattr__(self, "function", Held(self.function))

    def __call__(self, x: Any) -> Array:
        return self.function(x)


def check_strength(who: object, name: str, value: Any) -> None:
    """Raise ArgumentError for a plain number that is negative or not finite."""
    if isinstance(value, int | float) and not (math.isfinite(value) and value >= 0):
        raise ArgumentError(
            "a penalty's strength cannot be used",
            who=repr(who),
            expected=f"{name} finite and ≥ 0",
            got=value,
            fix=f"{type(who).__name__}({name}=0.01)",
        )
