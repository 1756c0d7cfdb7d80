"""Polynomial features, beside scikit-learn's, and on XOR."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import preprocessing

from nyuron.core import ArgumentError, ShapeError
from nyuron.layers import PolynomialFeatures


@pytest.mark.parametrize("degree", [1, 2, 3, (2, 3)])
@pytest.mark.parametrize("interaction_only", [False, True])
@pytest.mark.parametrize("include_bias", [False, True])
def test_columns_are_those_of_scikit_learn(rng, degree, interaction_only, include_bias) -> None:
    x = rng.normal(size=(5, 3)).astype(np.float32)
    wanted = preprocessing.PolynomialFeatures(
        degree, interaction_only=interaction_only, include_bias=include_bias
    ).fit_transform(x)
    layer = PolynomialFeatures(degree, interaction_only, include_bias)
    np.testing.assert_allclose(layer(x), wanted, rtol=1e-5)
    assert layer.compute_output_shape((None, 3)) == (None, wanted.shape[1])


def test_squares_and_products_make_xor_linear() -> None:
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
    z = np.asarray(PolynomialFeatures(2, include_bias=False)(x))
    # x1, x2, x1², x1x2, x2²: the lecture's expansion.
    xor = z @ np.array([1.0, 1.0, 0.0, -2.0, 0.0])
    np.testing.assert_array_equal(xor, [0, 1, 1, 0])


def test_sequences_keep_their_axes(rng) -> None:
    x = rng.normal(size=(2, 4, 3)).astype(np.float32)
    layer = PolynomialFeatures(2)
    np.testing.assert_allclose(layer(x)[1], layer.apply({}, {}, layer_input(x[1]), call=None)[0], rtol=1e-6)


def layer_input(x):
    import jax.numpy as jnp

    return jnp.asarray(x)


def test_errors() -> None:
    with pytest.raises(ArgumentError, match=r"PolynomialFeatures\(degree=-1(.|\n)*fix:"):
        PolynomialFeatures(-1)(np.ones((2, 2), np.float32))
    layer = PolynomialFeatures(2)
    layer(np.ones((2, 2), np.float32))
    with pytest.raises(ShapeError, match="last axis"):
        layer(np.ones((2, 3), np.float32))
