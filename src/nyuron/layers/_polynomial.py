"""Products of features."""

from __future__ import annotations

import itertools

import jax.numpy as jnp

from nyuron.core import Array, Params, State, module, static
from nyuron.layers._call import Call
from nyuron.layers._layer import Layer


@module
class PolynomialFeatures(Layer):
    """All products of up to `degree` features: with degree 2, ``1, x₁, x₂, x₁², x₁x₂, x₂²``.

    A perceptron on these solves XOR. The order is scikit-learn's: by degree, then lexicographically.

    Shapes: x (batch, features) -> (batch, products).
    Source: sklearn.preprocessing.PolynomialFeatures.
    Example:
        >>> PolynomialFeatures(2, include_bias=False)(jnp.array([[2.0, 3.0]])).tolist()
        [[2.0, 3.0, 4.0, 6.0, 9.0]]
    """

    degree: int = static(2)
    interaction_only: bool = static(False)
    include_bias: bool = static(True)

    input_ndim = 2
    passes_mask = False

    def products(self, features: int) -> list[tuple[int, ...]]:
        """Which features each product multiplies."""
        choose = itertools.combinations if self.interaction_only else itertools.combinations_with_replacement
        first = 0 if self.include_bias else 1
        return [chosen for d in range(first, self.degree + 1) for chosen in choose(range(features), d)]

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        columns = [jnp.prod(x[:, list(chosen)], axis=1) for chosen in self.products(x.shape[1])]
        return jnp.stack(columns, axis=1), state
