"""The contract that every constraint keeps."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from nyuron.core import Array, Configurable, module, static
from nyuron.core._lookup import Held


@module
class Constraint(Configurable):
    """A projection of weights: ``constraint(w) -> w``, after every update. This one changes nothing.

    A user's own is a subclass with `__call__`, or any function of an array.

    Shapes: w (…) -> (…).
    Source: keras.constraints.Constraint.
    Example:
        >>> float(Constraint()(2.0))
        2.0
    """

    def __call__(self, w: Any) -> Array:
        return jnp.asarray(w)


@module
class CustomConstraint(Constraint):
    """A user's function or Keras-style object as a constraint.

    Shapes: w (…) -> (…).
    Source: callables in the place of keras.constraints.Constraint.
    Example:
        >>> CustomConstraint(jnp.abs)(jnp.array([1.0, -3.0])).tolist()
        [1.0, 3.0]
    """

    function: Any = static()

    def __post_init__(self) -> None:
        if not isinstance(self.function, Held):
            object.__setattr__(self, "function", Held(self.function))

    def __call__(self, w: Any) -> Array:
        return self.function(w)
