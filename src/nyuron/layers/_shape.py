"""Layers that rearrange values and change none."""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp

from nyuron.core import ArgumentError, Array, Params, Shape, ShapeError, State, module, static
from nyuron.layers._call import Call
from nyuron.layers._layer import Layer


@module
class Flatten(Layer):
    """All axes but the batch become one.

    Shapes: x (batch, …) -> (batch, product); (batch,) -> (batch, 1).
    Source: keras.layers.Flatten.
    Example:
        >>> Flatten()(jnp.ones((2, 28, 28))).shape
        (2, 784)
    """

    data_format: str | None = static(None)
    """With "channels_first" axis 1 goes last before flattening."""

    takes_integers = True
    passes_mask = False

    def compute_output_shape(self, *shapes: Shape) -> Shape:
        batch, *sizes = shapes[0]
        return (batch, None if None in sizes else math.prod(n or 0 for n in sizes))

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        if self.data_format == "channels_first" and x.ndim > 1:
            x = jnp.moveaxis(x, 1, -1)
        return x.reshape(x.shape[0], math.prod(x.shape[1:])), state


@module
class Reshape(Layer):
    """Another shape for as many values; one −1 stands for what is left.

    Shapes: x (batch, …) -> (batch, *target_shape).
    Raises: ShapeError if the sizes do not match.
    Source: keras.layers.Reshape.
    Example:
        >>> Reshape((-1, 2))(jnp.ones((5, 6))).shape
        (5, 3, 2)
    """

    target_shape: Any = static()

    takes_integers = True
    passes_mask = False

    def __post_init__(self) -> None:
        super().__post_init__()
        shape = self.target_shape
        object.__setattr__(self, "target_shape", (shape,) if isinstance(shape, int) else tuple(shape))

    def check_shapes(self, *shapes: Shape) -> None:
        self._target(shapes[0][1:])

    def _target(self, sizes: Shape) -> Shape:
        """The target with its −1 filled in where it is known: None where not."""
        known = math.prod(n for n in self.target_shape if n != -1)
        gaps = self.target_shape.count(-1)
        if None in sizes and gaps <= 1:
            return tuple(None if n == -1 else n for n in self.target_shape)
        have = math.prod(n or 0 for n in sizes)
        if gaps > 1 or (gaps == 1 and (not known or have % known)) or (gaps == 0 and have != known):
            raise ShapeError(
                "the values do not fit the shape",
                who=self.described(),
                expected=f"{known} values" if gaps == 0 else f"a multiple of {known} values, and at most one -1",
                got=f"{have} values: {(None, *sizes)}",
                fix="correct target_shape; one size may be -1",
            )
        return tuple(have // known if n == -1 else n for n in self.target_shape)

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        return x.reshape(x.shape[0], *self._target(x.shape[1:])), state

    def compute_output_shape(self, *shapes: Shape) -> Shape:
        return (shapes[0][0], *self._target(shapes[0][1:]))


@module
class Permute(Layer):
    """Axes in another order; `dims` counts them from 1 and leaves the batch out.

    Shapes: x (batch, a, b) -> (batch, b, a) for dims (2, 1).
    Raises: ArgumentError if `dims` is not a permutation of the input's axes.
    Source: keras.layers.Permute.
    Example:
        >>> Permute((2, 1))(jnp.ones((5, 6, 7))).shape
        (5, 7, 6)
    """

    dims: Any = static()

    takes_integers = True
    passes_mask = False

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "dims", tuple(self.dims))

    def check_shapes(self, *shapes: Shape) -> None:
        axes = list(range(1, len(shapes[0])))
        if sorted(self.dims) != axes:
            raise ArgumentError(
                "dims does not fit the input",
                who=self.described(),
                expected=f"the numbers {axes} in some order, for an input {shapes[0]}",
                got=self.dims,
                fix="count axes from 1, without the batch",
            )

    def compute_output_shape(self, *shapes: Shape) -> Shape:
        return (shapes[0][0], *(shapes[0][i] for i in self.dims))

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        return jnp.transpose(x, (0, *self.dims)), state


@module
class RepeatVector(Layer):
    """The same vector `n` times, one after another.

    Shapes: x (batch, features) -> (batch, n, features).
    Raises: ShapeError for an input with other than two axes.
    Source: keras.layers.RepeatVector.
    Example:
        >>> RepeatVector(3)(jnp.ones((5, 2))).shape
        (5, 3, 2)
    """

    n: int = static()

    takes_integers = True
    passes_mask = False
    input_ndim = 2

    def compute_output_shape(self, *shapes: Shape) -> Shape:
        return (shapes[0][0], self.n, shapes[0][1])

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        return jnp.broadcast_to(x[:, None, :], (x.shape[0], self.n, x.shape[1])), state
