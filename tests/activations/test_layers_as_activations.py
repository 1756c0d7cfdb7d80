"""Activation layers of the layers room in the place of functions."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nyuron import activations, layers
from nyuron.core import KindError


@pytest.mark.parametrize(
    ("layer", "function"),
    [
        (lambda: layers.LeakyReLU(0.1), lambda x: activations.leaky_relu(x, 0.1)),
        (lambda: layers.ReLU(max_value=1.0), lambda x: activations.relu(x, max_value=1.0)),
        (lambda: layers.ELU(0.5), lambda x: activations.elu(x, 0.5)),
        (layers.Softmax, activations.softmax),
    ],
)
def test_a_layer_computes_what_its_function_does(layer, function, rng):
    x = jnp.asarray(rng.normal(size=(3, 4)), "float32")
    activation = activations.get(layer())
    assert activation == activations.get(layer())
    np.testing.assert_allclose(jax.jit(activation)(x), function(x), rtol=1e-6)


def test_a_dense_layer_takes_it(rng):
    x = jnp.asarray(rng.normal(size=(3, 4)), "float32")
    dense = layers.Dense(2, activation=layers.LeakyReLU(0.1))
    y = dense(x)
    kernel, bias = dense.get_weights()
    np.testing.assert_allclose(y, activations.leaky_relu(x @ kernel + bias, 0.1), rtol=1e-5, atol=1e-6)


def test_prelu_is_refused():
    with pytest.raises(KindError, match="layer with weights"):
        activations.get(layers.PReLU())


def test_a_users_keras_style_layer():
    class Twice(layers.Layer):
        def call(self, inputs):
            return 2.0 * inputs

    assert float(activations.get(Twice())(jnp.array([[3.0]]))[0, 0]) == 6.0
    assert activations.get(Twice()) == activations.get(Twice())
