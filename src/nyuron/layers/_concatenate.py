"""Several inputs side by side."""

from __future__ import annotations

import jax.numpy as jnp

from nyuron.core import Array, Params, Shape, ShapeError, State, module, static
from nyuron.layers._axes import check_axes
from nyuron.layers._call import Call
from nyuron.layers._layer import Layer


@module
class Concatenate(Layer):
    """Its inputs side by side along `axis`. Where some inputs have a mask, the others count everywhere.

    Shapes: several that agree but in `axis` -> the sum of sizes there.
    Raises: ShapeError if they do not agree.
    Source: keras.layers.Concatenate.
    Example:
        >>> Concatenate()([jnp.array([[1.0]]), jnp.array([[2.0, 3.0]])]).tolist()
        [[1.0, 2.0, 3.0]]
    """

    axis: int = static(-1)

    takes_integers = True

    def check_shapes(self, *shapes: Shape) -> None:
        check_axes(self, shapes[0], self.axis)
        others = [shape[: self.axis % len(shape)] + shape[self.axis % len(shape) + 1 :] for shape in shapes]
        is_one_rank = len({len(shape) for shape in shapes}) == 1
        if not is_one_rank or any(
            len({n for n in column if n is not None}) > 1 for column in zip(*others, strict=True)
        ):
            raise ShapeError(
                "the inputs cannot be put side by side",
                who=self.described(),
                expected=f"shapes that agree but in axis {self.axis}",
                got=", ".join(map(str, shapes)),
                fix="reshape them first, or choose another axis",
            )

    def apply(self, params: Params, state: State, *inputs: Array, call: Call) -> tuple[Array, State]:
        wide = jnp.result_type(*inputs) if len({x.dtype for x in inputs}) == 1 else jnp.float32
        return jnp.concatenate([x.astype(wide) for x in inputs], self.axis), state

    def compute_output_shape(self, *shapes: Shape) -> Shape:
        axis = self.axis % len(shapes[0])
        columns = list(zip(*shapes, strict=True))
        sizes = [next((n for n in column if n is not None), None) for column in columns]
        sizes[axis] = None if None in columns[axis] else sum(n or 0 for n in columns[axis])
        return tuple(sizes)

    def compute_mask(self, inputs: tuple[Array, ...], call: Call) -> Array | None:
        if all(mask is None for mask in call.masks):
            return None
        whole = [_whole(mask, x) for mask, x in zip(call.masks, inputs, strict=True)]
        return jnp.any(jnp.concatenate(whole, self.axis), axis=-1)


def _whole(mask: Array | None, x: Array) -> Array:
    if mask is None:
        return jnp.ones(x.shape, bool)
    return jnp.broadcast_to(mask[..., None], x.shape) if mask.ndim < x.ndim else mask
