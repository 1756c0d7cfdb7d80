"""A layer instance in the hand: calls, weights, freezing, names."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from nyuron.core import ShapeError, StateError, UnknownNameError, set_random_seed
from nyuron.layers import BatchNormalization, Dense, Input, LeakyReLU


def test_the_first_call_builds() -> None:
    layer = Dense(3)
    assert not layer.built
    assert layer.get_weights() == []
    assert layer(np.ones((2, 4), np.float32)).shape == (2, 3)
    assert layer.built
    assert [w.shape for w in layer.get_weights()] == [(4, 3), (3,)]
    assert layer.count_params() == 15


@pytest.mark.parametrize("x", [np.ones((2, 4)), np.ones((2, 4), np.uint8), [[1, 2, 3, 4.0]], jnp.ones((2, 4), bool)])
def test_plain_data_are_taken(x) -> None:
    if isinstance(x, list):
        x = np.asarray(x)
    assert Dense(3)(x).dtype == jnp.float32


def test_symbolic_and_eager_calls_share_weights() -> None:
    layer = Dense(3)
    y = layer(Input((4,)))
    assert (y.shape, y.node.layer) == ((None, 3), layer)
    before = layer.get_weights()
    layer(np.ones((2, 4)))
    np.testing.assert_array_equal(layer.get_weights()[0], before[0])


def test_seeds_fix_initial_weights() -> None:
    found = []
    for _ in range(2):
        set_random_seed(7)
        found.append(Dense(3)(np.ones((2, 4))))
    np.testing.assert_array_equal(*found)


def test_get_weights_are_copies_in_keras_order() -> None:
    layer = BatchNormalization()
    layer.build((None, 2))
    weights = layer.get_weights()
    np.testing.assert_array_equal(weights, [np.ones(2), np.zeros(2), np.zeros(2), np.ones(2)])
    weights[0][:] = 9
    np.testing.assert_array_equal(layer.get_weights()[0], np.ones(2))


def test_wrong_weights_are_refused_whole() -> None:
    layer = Dense(3, name="head")
    layer.build((None, 4))
    before = layer.get_weights()
    with pytest.raises(ShapeError, match=r"Dense\(units=3, name='head'\): the wrong number of weights(.|\n)*fix:"):
        layer.set_weights([np.ones((4, 3))])
    with pytest.raises(ShapeError, match=r"weight 1 has the wrong shape(.|\n)*\(3,\)(.|\n)*\(4,\)"):
        layer.set_weights([np.zeros((4, 3)), np.ones(4)])
    np.testing.assert_array_equal(layer.get_weights()[0], before[0])


def test_freezing() -> None:
    layer = BatchNormalization()
    layer.build((None, 2))
    assert (len(layer.trainable_weights), len(layer.non_trainable_weights)) == (2, 2)
    layer.trainable = False
    assert (len(layer.trainable_weights), len(layer.non_trainable_weights)) == (0, 4)
    assert len(layer.weights) == 4


def test_descriptions_cannot_be_changed() -> None:
    layer = Dense(3)
    with pytest.raises(StateError, match="description"):
        layer.units = 4
    layer.name = "other"
    assert layer.name == "other"


def test_names_count_up_as_in_keras() -> None:
    first, second = LeakyReLU().name, LeakyReLU().name
    assert first.startswith("leaky_re_lu")
    assert first != second


def test_repr_shows_what_was_chosen() -> None:
    assert repr(Dense(3)) == "Dense(units=3)"
    assert repr(Dense(3, "relu", kernel_regularizer="l2")) == "Dense(units=3, activation=relu, kernel_regularizer=L2())"
    assert repr(LeakyReLU(alpha=0.1)) == "LeakyReLU(negative_slope=0.1)"


def test_unknown_names_are_corrected() -> None:
    with pytest.raises(UnknownNameError, match="relu"):
        Dense(3, activation="rellu")
    with pytest.raises(UnknownNameError, match="glorot_uniform"):
        Dense(3, kernel_initializer="glorot_unifrom")


def test_weights_by_name():
    layer = BatchNormalization()
    assert not hasattr(layer, "gamma")
    layer.build((None, 3))
    np.testing.assert_array_equal(layer.gamma, layer.get_weights()[0])
    np.testing.assert_array_equal(layer.moving_variance, layer.get_weights()[3])
    with pytest.raises(AttributeError, match="'BatchNormalization' object has no attribute 'kernel'"):
        _ = layer.kernel
