"""Layers that make one of several."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from nyuron.core import Array, Params, Shape, ShapeError, State, module, static
from nyuron.layers._call import Call
from nyuron.layers._layer import Layer


@module
class Merge(Layer):
    """What elementwise merging layers share: shapes that broadcast, and masks that are joined.

    Shapes: several (batch, …) -> the broadcast shape.
    Source: keras.layers.merging.
    """

    def check_shapes(self, *shapes: Shape) -> None:
        if len(shapes) < 2:
            raise ShapeError("nothing to merge", who=self.described(), expected="two inputs or more", got=len(shapes))

    def combine(self, inputs: Sequence[Array]) -> Array:
        """The merged value."""
        raise NotImplementedError

    def apply(self, params: Params, state: State, *inputs: Array, call: Call) -> tuple[Array, State]:
        most = max(x.ndim for x in inputs)
        same = [x if x.ndim == most else x.reshape(x.shape[0], *(1,) * (most - x.ndim), *x.shape[1:]) for x in inputs]
        return self.combine(same), state

    def compute_mask(self, inputs: tuple[Array, ...], call: Call) -> Array | None:
        known = [m for m in call.masks if m is not None]
        return functools.reduce(jnp.logical_and, known) if len(known) == len(inputs) else None


def _folding(name: str, symbol: str, combine: Callable[[Sequence[Array]], Array]) -> type[Merge]:
    made = type(
        name,
        (Merge,),
        {
            "__doc__": f"``{symbol}`` of its inputs, element by element.\n\n    Shapes: several (batch, …) -> the broadcast "
            f"shape.\n    Source: keras.layers.{name}.\n    ",
            "__module__": __name__,
            "combine": lambda self, inputs: combine(inputs),
        },
    )
    return module(made)


Add = _folding("Add", "x₁ + x₂ + …", lambda xs: functools.reduce(jnp.add, xs))
Subtract = _folding("Subtract", "x₁ − x₂", lambda xs: functools.reduce(jnp.subtract, xs))
Multiply = _folding("Multiply", "x₁ · x₂ · …", lambda xs: functools.reduce(jnp.multiply, xs))
Average = _folding("Average", "(x₁ + … + xₙ)/n", lambda xs: functools.reduce(jnp.add, xs) / len(xs))
Maximum = _folding("Maximum", "max(x₁, x₂, …)", lambda xs: functools.reduce(jnp.maximum, xs))
Minimum = _folding("Minimum", "min(x₁, x₂, …)", lambda xs: functools.reduce(jnp.minimum, xs))


@module
class Concatenate(Layer):
    """Its inputs side by side along `axis`.

    Shapes: several that agree but in `axis` -> the sum of sizes there.
    Raises: ShapeError if they do not agree.
    Source: keras.layers.Concatenate.
    """

    axis: int = static(-1)

    def check_shapes(self, *shapes: Shape) -> None:
        ranks = {len(s) for s in shapes}
        rest = {tuple(n for i, n in enumerate(s) if i != self.axis % len(s)) for s in shapes}
        if len(shapes) < 2 or len(ranks) > 1 or len({tuple(n or 0 for n in r) for r in rest}) > 1:
            raise ShapeError(
                "the inputs cannot be put side by side", who=self.described(), got=shapes,
                expected=f"two or more shapes that agree but in axis {self.axis}", fix="reshape them, or choose another axis",
            )  # fmt: skip

    def apply(self, params: Params, state: State, *inputs: Array, call: Call) -> tuple[Array, State]:
        return jnp.concatenate(inputs, axis=self.axis), state

    def compute_mask(self, inputs: tuple[Array, ...], call: Call) -> Array | None:
        if all(m is None for m in call.masks):
            return None
        full = [jnp.ones(x.shape[:2], bool) if m is None else m for x, m in zip(inputs, call.masks, strict=True)]
        if self.axis % inputs[0].ndim == 1:
            return jnp.concatenate(full, axis=1)
        return functools.reduce(jnp.logical_and, full)


@module
class Dot(Layer):
    """``Σ x₁ x₂`` along an axis of each; with `normalize`, their cosine.

    Shapes: (batch, …, n, …) and (batch, …, n, …) -> the other axes of both.
    Source: keras.layers.Dot.
    """

    axes: Any = static(-1)
    normalize: bool = static(False)

    passes_mask = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.axes, int):
            object.__setattr__(self, "axes", tuple(self.axes))

    def apply(self, params: Params, state: State, a: Array, b: Array, *, call: Call) -> tuple[Array, State]:
        first, second = (self.axes, self.axes) if isinstance(self.axes, int) else self.axes
        first, second = first % a.ndim, second % b.ndim
        if self.normalize:
            a = a * jax.lax.rsqrt(jnp.maximum(jnp.sum(a * a, axis=first, keepdims=True), 1e-12))
            b = b * jax.lax.rsqrt(jnp.maximum(jnp.sum(b * b, axis=second, keepdims=True), 1e-12))
        y = jax.lax.dot_general(a, b, (((first,), (second,)), ((0,), (0,))))
        return y[:, None] if y.ndim == 1 else y, state


def _functional(cls: type[Layer], name: str) -> Callable[..., Any]:
    def merge(inputs: Sequence[Any], *arguments: Any, **options: Any) -> Any:
        return cls(*arguments, **options)(list(inputs))

    merge.__name__ = merge.__qualname__ = name
    merge.__doc__ = f"`{cls.__name__}` of several tensors. Source: keras.layers.{name}."
    return merge


add, subtract, multiply = _functional(Add, "add"), _functional(Subtract, "subtract"), _functional(Multiply, "multiply")
average, maximum, minimum = _functional(Average, "average"), _functional(Maximum, "maximum"), _functional(Minimum, "minimum")
concatenate, dot = _functional(Concatenate, "concatenate"), _functional(Dot, "dot")
