"""`add_weight` and `add_loss`, for users' Keras-style layers."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from nyuron import constraints, initializers, regularizers
from nyuron.core import Weight
from nyuron.layers._context import current


def add_weight(
    self: Any,
    shape: Any = (),
    initializer: Any = None,
    dtype: Any = None,
    trainable: bool = True,
    regularizer: Any = None,
    constraint: Any = None,
    name: str | None = None,
) -> Weight:
    """A weight of the user's layer; its value comes when the layer is built.

    Without an initializer, `glorot_uniform` for floating point and zeros for integers and booleans.

    Source: keras.layers.Layer.add_weight.
    """
    shape = (shape,) if isinstance(shape, int) else tuple(shape or ())
    dtype = jnp.dtype("int32" if dtype == "int" else "float32" if dtype in (None, "float") else dtype)
    if initializer is None:
        initializer = "glorot_uniform" if jnp.issubdtype(dtype, jnp.inexact) else "zeros"
    weights = self.__dict__.setdefault("_weights", [])
    name = name or f"weight_{len(weights)}"
    while any(w.name == name for w in weights):
        name += "_1"
    weight = Weight(
        jnp.zeros(shape, dtype), name, trainable, regularizers.get(regularizer), constraints.get(constraint)
    )
    weight.initializer = initializers.get(initializer)  # type: ignore[attr-defined]
    weight.unset = weight.value  # type: ignore[attr-defined]
    weights.append(weight)
    return weight


def add_loss(self: Any, loss: Any) -> None:
    """Add to the loss of the batch at hand. Source: keras.layers.Layer.add_loss."""
    context = current.get()
    if context is not None:
        for one in loss if isinstance(loss, list | tuple) else [loss]:
            context.penalty = context.penalty + jnp.sum(jnp.asarray(one))
