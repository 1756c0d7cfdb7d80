"""A learned bend: the largest of several linear pieces."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from nyuron.activations._inputs import floating
from nyuron.core import Array, ShapeError, register


@register
def maxout(x: Any, pieces: int = 2, axis: int = -1) -> Array:
    """The maximum of each group of neighbours: ``y_j = max(x_{jk}, …, x_{jk+k−1})`` with ``k = pieces``.

    Shapes: x (…, units · pieces) -> (…, units), along `axis`.
    Raises: ShapeError if the axis cannot be cut into groups of `pieces`.
    Source: Goodfellow et al. 2013, Maxout networks; Keras has none.
    Example:
        >>> maxout(jnp.array([1.0, 5.0, -2.0, -3.0])).tolist()
        [5.0, -2.0]
    """
    x = floating(x)
    axis = axis % x.ndim
    size = x.shape[axis]
    if size % pieces:
        raise ShapeError(
            "the axis cannot be cut into groups of equal size",
            who=f"maxout(pieces={pieces})",
            expected=f"a multiple of {pieces} along axis {axis}",
            got=x.shape,
            fix=f"give the layer before it {size + pieces - size % pieces} units",
        )
    groups = x.reshape(*x.shape[:axis], size // pieces, pieces, *x.shape[axis + 1 :])
    return jnp.max(groups, axis=axis + 1)
