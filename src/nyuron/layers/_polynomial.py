"""Products of features, so that what is curved in them becomes straight."""

from __future__ import annotations

import itertools
from typing import Any

import jax.numpy as jnp
import numpy as np

from nyuron.core import ArgumentError, Array, Params, Shape, State, module, static
from nyuron.layers._axes import check_features
from nyuron.layers._call import Call
from nyuron.layers._layer import Layer


@module
class PolynomialFeatures(Layer):
    """Products of up to `degree` features: with degree 2, ``1, x₁, x₂, x₁², x₁x₂, x₂²``.

    The order is scikit-learn's: by degree, then as in a dictionary. `degree` may be (least, most);
    `interaction_only` leaves out powers; `include_bias` is the leading 1. A perceptron on these solves XOR.

    Shapes: x (batch, …, features) -> (batch, …, products).
    Raises: ArgumentError for a negative degree; ShapeError if the number of features is unknown or has changed.
    Source: sklearn.preprocessing.PolynomialFeatures; Keras has no such layer.
    Example:
        >>> PolynomialFeatures(2, include_bias=False)(jnp.array([[2.0, 3.0]])).tolist()
        [[2.0, 3.0, 4.0, 6.0, 9.0]]
    """

    degree: Any = static(2)
    interaction_only: bool = static(False)
    include_bias: bool = static(True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.degree, list):
            object.__setattr__(self, "degree", tuple(self.degree))

    def check_shapes(self, *shapes: Shape) -> None:
        check_features(self, shapes[0])
        least, most = self._degrees()
        if not 0 <= least <= most or (most == 0 and not self.include_bias):
            raise ArgumentError(
                "the degree cannot be used",
                who=self.described(),
                expected="a degree of 1 or more, or (least, most)",
                got=self.degree,
                fix="PolynomialFeatures(2)",
            )

    def _degrees(self) -> tuple[int, int]:
        return (0, self.degree) if isinstance(self.degree, int) else self.degree

    def products(self, features: int) -> list[tuple[int, ...]]:
        """Which features each product multiplies: (), (0,), (1,), (0, 0) …"""
        choose = itertools.combinations if self.interaction_only else itertools.combinations_with_replacement
        least, most = self._degrees()
        found = [chosen for d in range(max(least, 1), most + 1) for chosen in choose(range(features), d)]
        return [(), *found] if self.include_bias else found

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        products = self.products(x.shape[-1])
        most = max(map(len, products))
        # Every product has as many factors as the longest; a column of ones fills up.
        factors = np.array([chosen + (x.shape[-1],) * (most - len(chosen)) for chosen in products], int)
        columns = jnp.concatenate([x, jnp.ones((*x.shape[:-1], 1), x.dtype)], -1)
        y = jnp.ones((*x.shape[:-1], len(products)), x.dtype)
        for place in range(most):
            y = y * columns[..., factors[:, place]]
        return y, state
