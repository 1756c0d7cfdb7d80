"""Batch normalisation: its state, when it learns, and masks."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

from nyuron.core import ShapeError
from nyuron.layers import BatchNormalization, Call
from oracle import keras_oracle


def pair(shape, **options):
    ours = BatchNormalization(**options)
    ours.build((None, *shape[1:]))
    with keras_oracle():
        theirs = keras.layers.BatchNormalization(**options)
        theirs.build((None, *shape[1:]))
    return ours, theirs


def test_many_training_calls_leave_keras_moving_statistics(rng) -> None:
    ours, theirs = pair((8, 3), momentum=0.7)
    for _ in range(5):
        x = rng.normal(2.0, 3.0, (8, 3)).astype(np.float32)
        with keras_oracle():
            wanted = theirs(x, training=True)
        np.testing.assert_allclose(ours(x, training=True), wanted, rtol=1e-4, atol=1e-5)
    for a, b in zip(ours.get_weights(), theirs.weights, strict=True):
        np.testing.assert_allclose(a, np.asarray(b.value), rtol=1e-5)
    with keras_oracle():
        wanted = theirs(x)
    np.testing.assert_allclose(ours(x), wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("shape", [(4, 5, 3), (2, 4, 5, 3)])
def test_masked_steps_do_not_count(rng, shape) -> None:
    ours, theirs = pair(shape)
    x, mask = rng.normal(size=shape).astype(np.float32), rng.random(shape[:-1]) < 0.6
    with keras_oracle():
        wanted = theirs(x, training=True, mask=jnp.asarray(mask))
    np.testing.assert_allclose(ours(x, training=True, mask=jnp.asarray(mask)), wanted, rtol=1e-4, atol=1e-5)
    for a, b in zip(ours.get_weights(), theirs.weights, strict=True):
        np.testing.assert_allclose(a, np.asarray(b.value), rtol=1e-5, atol=1e-6)
    flat = x[mask]
    np.testing.assert_allclose(ours.slot.state["moving_mean"], 0.01 * flat.mean(0), rtol=1e-4, atol=1e-6)


def test_a_frozen_layer_normalises_as_at_inference(rng) -> None:
    ours, _ = pair((8, 3))
    x = rng.normal(2.0, 3.0, (8, 3)).astype(np.float32)
    inference = ours(x)
    ours.trainable = False
    np.testing.assert_array_equal(ours(x, training=True), inference)
    np.testing.assert_array_equal(ours.slot.state["moving_mean"], np.zeros(3))
    assert ours.trainable_weights == []
    assert len(ours.non_trainable_weights) == 4


def test_inference_leaves_the_state_alone(rng) -> None:
    ours, _ = pair((8, 3))
    before = ours.slot.state
    ours(rng.normal(size=(8, 3)).astype(np.float32))
    assert ours.slot.state is before


def test_half_precision_sums_in_single() -> None:
    ours = BatchNormalization()
    x = jnp.full((64, 2), 300.0, jnp.float16) + jnp.arange(64, dtype=jnp.float16)[:, None]
    ours.build((None, 2))
    y, state = ours.apply(ours.slot.params, ours.slot.state, x, call=Call(training=True))
    assert y.dtype == jnp.float16
    assert state["moving_variance"].dtype == jnp.float32
    np.testing.assert_allclose(np.asarray(y, np.float32).std(0), 1, atol=0.01)


def test_state_keeps_its_types_in_a_compiled_loop() -> None:
    ours, _ = pair((8, 3))
    x = jnp.ones((8, 3))
    step = lambda _, state: ours.apply(ours.slot.params, state, x, call=Call(training=True))[1]  # noqa: E731
    done = jax.jit(lambda state: jax.lax.fori_loop(0, 10, step, state))(ours.slot.state)
    np.testing.assert_allclose(done["moving_mean"], 1 - 0.99**10, rtol=1e-5)


def test_errors_name_the_layer() -> None:
    with pytest.raises(ShapeError, match=r"BatchNormalization\(axis=1, name='(.|\n)*axis 1 is unknown(.|\n)*fix:"):
        BatchNormalization(axis=1).build((None, None, 3))
    ours, _ = pair((8, 3))
    with pytest.raises(ShapeError, match="axis 1 has changed"):
        ours(np.ones((8, 4), np.float32))
    with pytest.raises(ShapeError, match="mask does not fit"):
        ours(np.ones((8, 3), np.float32), training=True, mask=jnp.ones((8, 3), bool))
