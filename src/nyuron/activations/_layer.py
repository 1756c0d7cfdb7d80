"""An activation layer in the place of a function."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import jax

from nyuron.core import Array, KindError
from nyuron.core._lookup import Held, signature


class _Inference:
    """What a layer is told about an application that is not a layer's own."""

    key, training, trainable, masks, mask = None, False, True, (), None


@dataclass(frozen=True, eq=False, repr=False)
class LayerActivation(Held):
    """An activation layer without weights, such as LeakyReLU, as a function.

    Equal to another of the same class and settings, whatever their names. The settings are part of the structure: a
    search over them belongs on the layer itself, put after a linear one.

    Shapes: those of the layer.
    Raises: KindError if the layer has weights.
    Source: keras.activations.get, which takes layers as they are.
    Example:
        >>> from nyuron.layers import LeakyReLU
        >>> float(LayerActivation(LeakyReLU(0.5))(-1.0))
        -0.5
    """

    description: Any = field(init=False)

    def __post_init__(self) -> None:
        # A Keras-style layer is described by an adapter; one of ours by itself.
        description = getattr(self.value, "description", self.value)
        params, _ = jax.eval_shape(lambda key: description.init(key, (None, 2)), jax.random.key(0))
        if jax.tree.leaves(params):
            raise KindError(
                "a layer with weights cannot be an activation",
                got=repr(self.value),
                fix="leave the activation out, and put the layer after this one",
            )
        object.__setattr__(self, "description", description)
        object.__setattr__(self, "signature", (type(self), signature(description)))

    def __call__(self, x: Array) -> Array:  # type: ignore[override]
        return self.description.apply({}, {}, x, call=_Inference)[0]
