"""Functions as layers."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nyuron.core import FileFormatError, custom_objects, from_config, to_config
from nyuron.layers import Call, Input, Lambda, forward


def scaled(x, factor=1.0, training=False):
    return x * (factor if training else 1.0)


def test_arguments_and_training_reach_the_function() -> None:
    layer = Lambda(scaled, arguments={"factor": 3.0})
    x = np.ones((2, 2), np.float32)
    np.testing.assert_array_equal(layer(x), x)
    np.testing.assert_array_equal(layer(x, training=True), 3 * x)


def test_several_inputs_are_a_list() -> None:
    layer = Lambda(lambda xs: xs[0] - xs[1])
    assert float(layer([np.ones((1, 1)), np.ones((1, 1))])[0, 0]) == 0
    assert layer(Input((3,)), Input((3,))).shape == (None, 3)


def test_masks_reach_the_function_and_go_on_when_told() -> None:
    x, mask = jnp.ones((2, 3, 1)), jnp.array([[True, False, True]] * 2)
    silent = Lambda(lambda x, mask: jnp.where(mask[..., None], x, 0))
    done = forward(silent, {}, {}, (x,), Call(masks=(mask,)))
    assert float(done.output.sum()) == 4
    assert done.mask is None
    handed_on = Lambda(lambda x: x, mask=lambda x, mask: ~mask)
    np.testing.assert_array_equal(forward(handed_on, {}, {}, (x,), Call(masks=(mask,))).mask, ~mask)
    fixed = Lambda(lambda x: x, mask=mask)
    np.testing.assert_array_equal(forward(fixed, {}, {}, (x,), Call(masks=(None,))).mask, mask)


def test_shapes_are_found_or_given() -> None:
    assert Lambda(lambda x: x.reshape(x.shape[0], -1))(Input((3, 4))).shape == (None, 12)
    assert Lambda(lambda x: x[:, :2], output_shape=(2,))(Input((3,))).shape == (None, 2)
    assert Lambda(lambda x: x[:, :2], output_shape=lambda s: (s[0], 2))(Input((3,))).shape == (None, 2)
    table = jnp.eye(4)
    assert Lambda(lambda i: table[i])(Input((3,), dtype="int32")).shape == (None, 3, 4)


def make(power):
    return Lambda(lambda x: x**power)


def test_the_same_code_makes_the_same_program() -> None:
    runs = []

    @jax.jit
    def run(layer, x):
        runs.append(layer)
        return layer.apply({}, {}, x, call=Call())[0]

    x = jnp.full((1, 1), 3.0)
    assert [float(run(make(power), x)[0, 0]) for power in (2, 2, 3, 2)] == [9, 9, 27, 9]
    assert len(runs) == 2


def test_a_file_names_the_function() -> None:
    config = to_config(Lambda(scaled, arguments={"factor": 2.0}))
    with pytest.raises(FileFormatError, match="custom_objects"):
        from_config(config)
    with custom_objects({"scaled": scaled}):
        layer = from_config(config)
    assert float(layer(np.ones((1, 1)), training=True)[0, 0]) == 2
