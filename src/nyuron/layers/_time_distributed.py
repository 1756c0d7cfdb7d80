"""A layer, applied to each step alike."""

from __future__ import annotations

from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from nyuron.core import Array, KindError, Params, Shape, ShapeError, State, module, static
from nyuron.layers._call import Call, Forward
from nyuron.layers._layer import Layer, as_float, forward
from nyuron.layers._wrapper import Wrapper


@module
class TimeDistributed(Wrapper):
    """``y_t = layer(x_t)`` for every step t, with the same weights.

    All steps are given to the layer as one larger batch.

    Differs from Keras: BatchNormalization inside takes the mean over all steps, not step by step.

    Shapes: x (batch, time, …) -> (batch, time, …), as the layer makes of (batch, …).
    Raises: KindError for something that is no layer; ShapeError for inputs without time.
    Source: keras.layers.TimeDistributed.
    Example:
        >>> from nyuron.layers import Dense
        >>> TimeDistributed(Dense(2))(jnp.ones((4, 5, 3))).shape
        (4, 5, 2)
    """

    layer: Any
    frozen: Any = static((), init=False, repr=False)

    parts: ClassVar[dict[str, str]] = {"layer": "layer"}
    takes_integers = True

    def __post_init__(self) -> None:
        if not isinstance(self.layer, Layer):
            raise KindError(
                "this is no layer",
                who="TimeDistributed",
                expected="a layer or a model",
                got=repr(self.layer)[:80],
                fix="TimeDistributed(Dense(10))",
            )
        super().__post_init__()

    def check_shapes(self, *shapes: Shape) -> None:
        if len(shapes[0]) < 3:
            raise ShapeError(
                "the input has no time axis",
                who=self.described(),
                expected="(batch, time, …), three axes or more",
                got=shapes[0],
                fix=f"use {type(self.layer).__name__} itself",
            )

    def part_shapes(self, *shapes: Shape) -> Any:
        return (("layer", tuple((s[0], *s[2:]) for s in shapes)),)

    def apply(self, params: Params, state: State, *inputs: Array, call: Call) -> tuple[Any, State]:
        done = self.forward(params, state, *inputs, call=call)
        return done.output, done.state

    def forward(self, params: Params, state: State, *inputs: Array, call: Call) -> Forward:
        """Output, next state, the input's mask, and the layer's activity penalty summed over time."""
        rows, steps = inputs[0].shape[:2]
        layer: Layer = self.layer
        given = tuple(x.reshape(rows * steps, *x.shape[2:]) for x in inputs)
        given = given if layer.takes_integers else tuple(map(as_float, given))
        masks = tuple(_merged(m, x) for m, x in zip(call.masks, given, strict=False))
        local = Call(call.key, call.training, call.trainable and "layer" not in self.frozen, masks)
        done = forward(layer, params["layer"], state["layer"], given, local)
        output = jax.tree.map(lambda y: y.reshape(rows, steps, *y.shape[1:]), done.output)
        total = jnp.asarray(done.penalty)
        penalty = total * jnp.asarray(steps, total.dtype)
        return Forward(output, {"layer": done.state}, call.mask, penalty)

    def compute_output_shape(self, *shapes: Shape) -> Any:
        inner = self.layer.description.compute_output_shape(*((s[0], *s[2:]) for s in shapes))
        if inner and isinstance(inner[0], tuple | list):
            return tuple((s[0], shapes[0][1], *s[1:]) for s in inner)
        return (inner[0], shapes[0][1], *inner[1:])


def _merged(mask: Array | None, x: Array) -> Array | None:
    if mask is None or mask.ndim - 1 != x.ndim - 1:
        # A flag for each step says nothing about what is inside a step, unless there is only its features.
        return None if mask is None or x.ndim != 2 else mask.reshape(-1)
    return mask.reshape(mask.shape[0] * mask.shape[1], *mask.shape[2:])
