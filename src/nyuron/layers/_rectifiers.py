"""Rectifiers as layers: their slopes are numbers that a search may vary, or that are learned."""

from __future__ import annotations

import dataclasses
from dataclasses import InitVar
from typing import Any

import jax

from nyuron import activations
from nyuron.core import Array, Key, Params, Scalar, Shape, State, module, static
from nyuron.layers._axes import check_axes, check_sizes
from nyuron.layers._call import Call
from nyuron.layers._layer import Layer
from nyuron.layers._resolve import resolve


@module
class ReLU(Layer):
    """``y = min(x, max_value)`` above `threshold`, ``negative_slope · (x − threshold)`` below it.

    Shapes: x (batch, …) -> same.
    Source: keras.layers.ReLU.
    Example:
        >>> ReLU(max_value=6.0)(jnp.array([[-1.0, 2.0, 9.0]])).tolist()
        [[0.0, 2.0, 6.0]]
    """

    max_value: Scalar | None = None
    negative_slope: Scalar = 0.0
    threshold: Scalar = 0.0

    keeps_shape = True

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        return activations.relu(x, self.negative_slope, self.max_value, self.threshold), state


@module
class LeakyReLU(Layer):
    """``y = x`` where x ≥ 0, ``a x`` elsewhere, with ``a = negative_slope``, which older programs call `alpha`.

    The layer's slope is 0.3, that of the function `leaky_relu` 0.2, as in Keras.

    Shapes: x (batch, …) -> same.
    Source: Maas et al. 2013; keras.layers.LeakyReLU.
    Example:
        >>> LeakyReLU(alpha=0.5)(jnp.array([[-1.0, 2.0]])).tolist()
        [[-0.5, 2.0]]
    """

    negative_slope: Scalar = 0.3
    alpha: InitVar[Any] = dataclasses.field(default=None, kw_only=True)

    keeps_shape = True

    def __post_init__(self, alpha: Any) -> None:  # type: ignore[override]
        super().__post_init__()
        if alpha is not None:
            object.__setattr__(self, "negative_slope", alpha)

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        return activations.leaky_relu(x, self.negative_slope), state


@module
class PReLU(Layer):
    """``y = max(x, 0) − α max(−x, 0)`` with α learned: one per feature, one in all along `shared_axes`.

    Shapes: x (batch, …) -> same; α has the shape of one example, with 1 along shared axes.
    Raises: ShapeError if a size that α needs is unknown or has changed.
    Source: He et al. 2015; keras.layers.PReLU.
    Example:
        >>> PReLU(alpha_initializer="ones")(jnp.array([[-1.0, 2.0]])).tolist()
        [[-1.0, 2.0]]
    """

    alpha_initializer: Any = "Zeros"
    alpha_regularizer: Any = None
    alpha_constraint: Any = None
    shared_axes: Any = static(None)

    keeps_shape = True

    def __post_init__(self) -> None:
        super().__post_init__()
        axes = self.shared_axes
        if axes is not None:
            object.__setattr__(self, "shared_axes", (axes,) if isinstance(axes, int) else tuple(axes))
        resolve(self)

    def check_shapes(self, *shapes: Shape) -> None:
        check_axes(self, shapes[0], self.shared_axes)
        check_sizes(self, shapes[0], tuple(i for i in range(1, len(shapes[0])) if i not in (self.shared_axes or ())))

    def init(self, key: Key, shape: Shape) -> tuple[Params, State]:
        sizes = tuple(1 if i in (self.shared_axes or ()) else n for i, n in enumerate(shape))[1:]
        return {"alpha": self.alpha_initializer(sizes, key=key)}, {}

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        return jax.nn.relu(x) - params["alpha"] * jax.nn.relu(-x), state


@module
class ELU(Layer):
    """``y = x`` where x > 0, ``α (eˣ − 1)`` elsewhere.

    Shapes: x (batch, …) -> same.
    Source: Clevert et al. 2016; keras.layers.ELU.
    Example:
        >>> ELU()(jnp.array([[-100.0, 2.0]])).tolist()
        [[-1.0, 2.0]]
    """

    alpha: Scalar = 1.0

    keeps_shape = True

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        return activations.elu(x, self.alpha), state
