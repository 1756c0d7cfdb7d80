"""Normalisation of each example over groups of channels."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from nyuron.core import ArgumentError, Array, Key, Params, Scalar, Shape, ShapeError, State, module, static
from nyuron.layers._axes import check_sizes, per_axis
from nyuron.layers._call import Call
from nyuron.layers._layer import Layer
from nyuron.layers._resolve import resolve


@module
class GroupNormalization(Layer):
    """``y = γ (x − μ) / √(σ² + ε) + β`` with the mean and biased variance of each example's group of channels.

    The channels along `axis` are divided into `groups` of neighbours; −1 makes each channel its own group (instance
    normalisation), 1 takes all together.

    Shapes: x (batch, …) -> same; γ, β (size of `axis`,).
    Raises: ShapeError if the size of `axis` is unknown or not a multiple of `groups`; ArgumentError for other `groups`.
    Source: Wu & He 2018; keras.layers.GroupNormalization.
    Example:
        >>> GroupNormalization(2, epsilon=0.0)(jnp.array([[1.0, 3.0, 10.0, 30.0]])).tolist()
        [[-1.0, 1.0, -1.0, 1.0]]
    """

    groups: int = static(32)
    axis: int = static(-1)
    epsilon: Scalar = 1e-3
    center: bool = static(True)
    scale: bool = static(True)
    beta_initializer: Any = "zeros"
    gamma_initializer: Any = "ones"
    beta_regularizer: Any = None
    gamma_regularizer: Any = None
    beta_constraint: Any = None
    gamma_constraint: Any = None

    keeps_shape = True

    def __post_init__(self) -> None:
        super().__post_init__()
        resolve(self)

    def check_shapes(self, *shapes: Shape) -> None:
        if not isinstance(self.groups, int) or (self.groups < 1 and self.groups != -1):
            raise ArgumentError(
                "groups cannot be used",
                who=self.described(),
                expected="1, 2, … or -1",
                got=repr(self.groups),
                fix="groups=-1 for a group a channel, groups=1 for a single group",
            )
        check_sizes(self, shapes[0], self.axis)
        channels = shapes[0][self.axis] or 0
        if self.groups > 0 and channels % self.groups:
            fitting = next(g for g in range(min(self.groups, channels), 0, -1) if channels % g == 0)
            raise ShapeError(
                "the channels cannot be divided among the groups",
                who=self.described(),
                expected=f"a multiple of {self.groups} channels",
                got=shapes[0],
                fix=f"groups={fitting}",
            )

    def init(self, key: Key, shape: Shape) -> tuple[Params, State]:
        size = (shape[self.axis],)
        gamma_key, beta_key = jax.random.split(key)
        params = {}
        if self.scale:
            params["gamma"] = self.gamma_initializer(size, key=gamma_key)
        if self.center:
            params["beta"] = self.beta_initializer(size, key=beta_key)
        return params, {}

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        # Half precision overflows in sums of squares.
        wide = jnp.dtype("float32") if x.dtype.itemsize < 4 else x.dtype
        axis = self.axis % x.ndim
        channels = x.shape[axis]
        groups = channels if self.groups == -1 else self.groups
        grouped = x.astype(wide).reshape(*x.shape[:axis], groups, channels // groups, *x.shape[axis + 1 :])
        others = tuple(a for a in range(1, grouped.ndim) if a != axis)
        mean, variance = jnp.mean(grouped, others, keepdims=True), jnp.var(grouped, others, keepdims=True)
        y = ((grouped - mean) * jax.lax.rsqrt(variance + jnp.asarray(self.epsilon, wide))).reshape(x.shape)
        shape = per_axis(x.shape, (axis,))
        if self.scale:
            y = y * params["gamma"].astype(wide).reshape(shape)
        if self.center:
            y = y + params["beta"].astype(wide).reshape(shape)
        return y.astype(x.dtype), state
