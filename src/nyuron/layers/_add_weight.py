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
    initializer: Any = "glorot_uniform",
    dtype: Any = None,
    trainable: bool = True,
    regularizer: Any = None,
    constraint: Any = None,
    name: str | None = None,
) -> Weight:
    """A weight of the user's layer; its value comes when the layer is built. Source: keras.layers.Layer.add_weight."""
    shape = (shape,) if isinstance(shape, int) else tuple(shape or ())
    weights = self.__dict__.setdefault("_weights", [])
    name = name or f"weight_{len(weights)}"
    while any(w.name == name for w in weights):
        name += "_1"
    weight = Weight(jnp.zeros(shape, dtype or "float32"), name, trainable, regularizers.get(regularizer), constraints.get(constraint))
    weight.initializer = initializers.get(initializer)  # type: ignore[attr-defined]
    weights.append(weight)
    return weight


def add_loss(self: Any, loss: Any) -> None:
    """Add to the loss of the batch at hand. Source: keras.layers.Layer.add_loss."""
    context = current.get()
    if context is not None:
        context.penalty = context.penalty + jnp.asarray(loss)
