"""Layers that make one of several, element by element."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp

from nyuron.core import Array, Params, Shape, ShapeError, State, module
from nyuron.layers._call import Call
from nyuron.layers._layer import Layer


@module
class Merge(Layer):
    """What the elementwise merging layers share.

    Inputs broadcast against each other; those with fewer axes get new ones behind the batch. A step of the output
    counts where it counts in any input, provided that every input has a mask.

    Shapes: several (batch, …) -> the shape that they broadcast to.
    Raises: ShapeError for shapes that do not broadcast.
    Source: keras.layers, merging layers.
    """

    def check_shapes(self, *shapes: Shape) -> None:
        sizes = [
            {n for n in column if n is not None and (n != 1 or axis == 0)}
            for axis, column in enumerate(_columns(shapes))
        ]
        if any(len(column) > 1 for column in sizes):
            raise ShapeError(
                "the shapes of the inputs do not go together",
                who=self.described(),
                expected="equal sizes, or 1, along each axis",
                got=", ".join(map(str, shapes)),
                fix="bring them to one size first, with Dense for example, or use Concatenate",
            )

    def apply(self, params: Params, state: State, *inputs: Array, call: Call) -> tuple[Array, State]:
        most = max(x.ndim for x in inputs)
        same = [x.reshape(x.shape[0], *(1,) * (most - x.ndim), *x.shape[1:]) for x in inputs]
        return self.merge(same, call.masks), state

    def compute_output_shape(self, *shapes: Shape) -> Shape:
        batch, *rest = _columns(shapes)
        sizes = [None if None in column else next((n for n in column if n != 1), 1) for column in rest]
        return (next((n for n in batch if n is not None), None), *sizes)

    def merge(self, inputs: Sequence[Array], masks: Sequence[Array | None]) -> Array:
        """One of several arrays with the same number of axes."""
        return functools.reduce(self.join, inputs)

    def join(self, a: Array, b: Array) -> Array:
        """One of two."""
        return a + b

    def compute_mask(self, inputs: tuple[Array, ...], call: Call) -> Array | None:
        known = [mask for mask in call.masks if mask is not None]
        return functools.reduce(jnp.logical_or, known) if known and len(known) == len(inputs) else None


def _columns(shapes: tuple[Shape, ...]) -> list[tuple[int | None, ...]]:
    """The sizes of all inputs, axis by axis, with new axes behind the batch where an input has fewer."""
    most = max(len(shape) for shape in shapes)
    return list(zip(*((shape[0], *(1,) * (most - len(shape)), *shape[1:]) for shape in shapes), strict=True))


def _wide(mask: Array, x: Array) -> Array:
    return jnp.broadcast_to(mask[..., None], x.shape)


@module
class Add(Merge):
    """``y = x₁ + x₂ + …``.

    Shapes: several (batch, …) -> the shape that they broadcast to.
    Raises: ShapeError for shapes that do not broadcast.
    Source: keras.layers.Add.
    Example:
        >>> Add()([jnp.array([[1.0]]), jnp.array([[2.0]])]).tolist()
        [[3.0]]
    """


@module
class Subtract(Merge):
    """``y = x₁ − x₂``.

    Shapes: two (batch, …) -> the shape that they broadcast to.
    Raises: ShapeError for other than two inputs, or shapes that do not broadcast.
    Source: keras.layers.Subtract.
    Example:
        >>> Subtract()([jnp.array([[1.0]]), jnp.array([[2.0]])]).tolist()
        [[-1.0]]
    """

    def check_shapes(self, *shapes: Shape) -> None:
        check_two(self, shapes)
        super().check_shapes(*shapes)

    def join(self, a: Array, b: Array) -> Array:
        return a - b


@module
class Multiply(Merge):
    """``y = x₁ · x₂ · …``; a masked step counts as 1, and is 0 where no input has it.

    Shapes: several (batch, …) -> the shape that they broadcast to.
    Raises: ShapeError for shapes that do not broadcast.
    Source: keras.layers.Multiply.
    Example:
        >>> Multiply()([jnp.array([[3.0]]), jnp.array([[2.0]])]).tolist()
        [[6.0]]
    """

    def merge(self, inputs: Sequence[Array], masks: Sequence[Array | None]) -> Array:
        masks = [None if m is None else _wide(m, x) for m, x in zip(masks, inputs, strict=False)]
        masks += [None] * (len(inputs) - len(masks))
        y = functools.reduce(
            jnp.multiply, (x if m is None else jnp.where(m, x, 1) for m, x in zip(masks, inputs, strict=True))
        )
        known = [m for m in masks if m is not None]
        return jnp.where(functools.reduce(jnp.logical_or, known), y, 0) if len(known) == len(inputs) else y


@module
class Average(Merge):
    """``y = (x₁ + … + xₙ) / n``.

    Shapes: several (batch, …) -> the shape that they broadcast to.
    Raises: ShapeError for shapes that do not broadcast.
    Source: keras.layers.Average.
    Example:
        >>> Average()([jnp.array([[1.0]]), jnp.array([[2.0]])]).tolist()
        [[1.5]]
    """

    def merge(self, inputs: Sequence[Array], masks: Sequence[Array | None]) -> Array:
        return functools.reduce(jnp.add, inputs) / len(inputs)


@module
class Maximum(Merge):
    """``y = max(x₁, x₂, …)``; masked steps are left out.

    Shapes: several (batch, …) -> the shape that they broadcast to.
    Raises: ShapeError for shapes that do not broadcast.
    Source: keras.layers.Maximum.
    Example:
        >>> Maximum()([jnp.array([[1.0]]), jnp.array([[2.0]])]).tolist()
        [[2.0]]
    """

    def merge(self, inputs: Sequence[Array], masks: Sequence[Array | None]) -> Array:
        y, counts = inputs[0], _first(masks, inputs[0])
        for i, x in enumerate(inputs[1:], start=1):
            mask = _wide(masks[i], x) if i < len(masks) and masks[i] is not None else None  # type: ignore[arg-type]
            x = x if mask is None else jnp.where(mask, x, y)
            y = y if counts is None else jnp.where(counts, y, x)
            counts = None if mask is None or counts is None else counts | mask
            y = self.join(y, x)
        return y

    def join(self, a: Array, b: Array) -> Array:
        return jnp.maximum(a, b)


def _first(masks: Sequence[Array | None], x: Array) -> Array | None:
    return _wide(masks[0], x) if masks and masks[0] is not None else None


@module
class Minimum(Maximum):
    """``y = min(x₁, x₂, …)``; masked steps are left out.

    Shapes: several (batch, …) -> the shape that they broadcast to.
    Raises: ShapeError for shapes that do not broadcast.
    Source: keras.layers.Minimum.
    Example:
        >>> Minimum()([jnp.array([[1.0]]), jnp.array([[2.0]])]).tolist()
        [[1.0]]
    """

    def join(self, a: Array, b: Array) -> Array:
        return jnp.minimum(a, b)


def check_two(layer: Layer, shapes: tuple[Any, ...]) -> None:
    """Raise ShapeError unless there are exactly two inputs."""
    if len(shapes) != 2:
        raise ShapeError(
            "the wrong number of inputs",
            who=layer.described(),
            expected="a list of two",
            got=f"{len(shapes)}",
            fix=f"{type(layer).__name__}(…)([a, b])",
        )
