"""Products of two inputs, example by example."""

from __future__ import annotations

from typing import Any

import jax

from nyuron.core import Array, Params, Shape, ShapeError, State, module, static
from nyuron.layers._axes import as_axes, check_axes
from nyuron.layers._call import Call
from nyuron.layers._layer import Layer
from nyuron.layers._layer_normalization import unit
from nyuron.layers._merge import check_two


@module
class Dot(Layer):
    """``Σ a b`` along an axis of each, for every example; with `normalize` the cosine of the angle between them.

    Shapes: a (batch, …, n, …) and b (batch, …, n, …) -> (batch, a's other axes, b's other axes), (batch, 1) when there
        are none.
    Raises: ShapeError for other than two inputs, or axes of different sizes.
    Source: keras.layers.Dot.
    Example:
        >>> Dot(axes=1)([jnp.array([[1.0, 2.0]]), jnp.array([[3.0, 4.0]])]).tolist()
        [[11.0]]
    """

    axes: Any = static()
    normalize: bool = static(False)

    passes_mask = False

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "axes", as_axes(self.axes))

    def _chosen(self, a: int, b: int) -> tuple[int, int]:
        first, second = (self.axes, self.axes) if isinstance(self.axes, int) else self.axes
        return first % a, second % b

    def check_shapes(self, *shapes: Shape) -> None:
        check_two(self, shapes)
        a, b = shapes
        for shape, axis in zip(
            shapes, (self.axes, self.axes) if isinstance(self.axes, int) else self.axes, strict=True
        ):
            check_axes(self, shape, axis)
        first, second = self._chosen(len(a), len(b))
        if 0 in (first, second) or (a[first] != b[second] and None not in (a[first], b[second])):
            raise ShapeError(
                "the axes cannot be multiplied",
                who=self.described(),
                expected="two axes of one size, none of them the batch",
                got=f"axis {first} of {a}, axis {second} of {b}",
                fix="axes=(axis of the first, axis of the second)",
            )

    def compute_output_shape(self, *shapes: Shape) -> Shape:
        a, b = shapes
        first, second = self._chosen(len(a), len(b))
        rest = (*a[1:first], *a[first + 1 :], *b[1:second], *b[second + 1 :])
        return (a[0], *(rest or (1,)))

    def apply(self, params: Params, state: State, a: Array, b: Array, *, call: Call) -> tuple[Array, State]:
        first, second = self._chosen(a.ndim, b.ndim)
        if self.normalize:
            a, b = unit(a, (first,)), unit(b, (second,))
        y = jax.lax.dot_general(a, b, (((first,), (second,)), ((0,), (0,))))
        return y[:, None] if y.ndim == 1 else y, state
