"""Layers that rearrange."""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp

from nyuron.core import Array, Params, Shape, ShapeError, State, module, static
from nyuron.layers._call import Call
from nyuron.layers._layer import Layer


@module
class Flatten(Layer):
    """All axes but the batch become one.

    Shapes: x (batch, …) -> (batch, product).
    Source: keras.layers.Flatten.
    """

    data_format: str | None = static(None)

    takes_integers = True
    passes_mask = False

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        if self.data_format == "channels_first" and x.ndim > 2:
            x = jnp.moveaxis(x, 1, -1)
        return x.reshape(x.shape[0], -1) if x.ndim > 1 else x[:, None], state


@module
class Reshape(Layer):
    """Another shape of as many values; one −1 stands for what is left.

    Shapes: x (batch, …) -> (batch, *target_shape).
    Raises: ShapeError if the sizes do not match.
    Source: keras.layers.Reshape.
    """

    target_shape: tuple[int, ...] = static(())

    takes_integers = True
    passes_mask = False

    def __post_init__(self) -> None:
        super().__post_init__()
        shape = self.target_shape
        object.__setattr__(self, "target_shape", (shape,) if isinstance(shape, int) else tuple(shape))

    def check_shapes(self, *shapes: Shape) -> None:
        have = shapes[0][1:]
        if None in have:
            return
        size, known = math.prod(have), math.prod(n for n in self.target_shape if n != -1)  # type: ignore[arg-type]
        if (-1 in self.target_shape and (not known or size % known)) or (-1 not in self.target_shape and size != known):
            raise ShapeError(
                "the values do not fit the shape", who=self.described(), expected=f"{known} values", got=f"{size}: {shapes[0]}",
                fix="use -1 for one axis, or correct target_shape",
            )  # fmt: skip

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        return x.reshape(x.shape[0], *self.target_shape), state


@module
class Permute(Layer):
    """Axes in another order; `dims` counts from 1 and leaves the batch out.

    Shapes: x (batch, a, b) -> (batch, b, a) for dims (2, 1).
    Source: keras.layers.Permute.
    """

    dims: tuple[int, ...] = static(())

    takes_integers = True
    passes_mask = False

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "dims", tuple(self.dims))

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        return jnp.transpose(x, (0, *self.dims)), state


@module
class RepeatVector(Layer):
    """The same vector `n` times.

    Shapes: x (batch, features) -> (batch, n, features).
    Source: keras.layers.RepeatVector.
    """

    n: int = static(1)

    takes_integers = True
    passes_mask = False
    input_ndim = 2

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        return jnp.repeat(x[:, None, :], self.n, axis=1), state


@module
class Identity(Layer):
    """Hands its input on.

    Shapes: x -> x.
    Source: keras.layers.Identity.
    """

    takes_integers = True

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        return x, state


@module
class Masking(Layer):
    """Time steps whose features all equal `mask_value` do not count; they are set to 0.

    Shapes: x (batch, time, features) -> same.
    Source: keras.layers.Masking.
    """

    mask_value: Any = 0.0

    def compute_mask(self, inputs: tuple[Array, ...], call: Call) -> Array:
        return jnp.any(inputs[0] != jnp.asarray(self.mask_value, inputs[0].dtype), axis=-1)

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        return x * self.compute_mask((x,), call)[..., None].astype(x.dtype), state


@module
class Lambda(Layer):
    """A function as a layer. It may have arguments, but no weights.

    Shapes: as the function's; (batch, *output_shape) when that is given.
    Source: keras.layers.Lambda.
    """

    function: Any = static(None)
    output_shape: Any = static(None)
    mask: Any = static(None)
    arguments: Any = static(None)

    takes_integers = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.arguments, dict):
            object.__setattr__(self, "arguments", tuple(sorted(self.arguments.items())))

    def apply(self, params: Params, state: State, *inputs: Array, call: Call) -> tuple[Array, State]:
        given = inputs[0] if len(inputs) == 1 else list(inputs)
        return self.function(given, **dict(self.arguments or ())), state
