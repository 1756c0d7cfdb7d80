"""Layers over series, images and volumes: sizes, errors, masks, channels dropped whole."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nyuron import layers
from nyuron.core import ArgumentError, ShapeError
from nyuron.layers import Call, forward, read_weights
from nyuron.layers._pooled import pooled_convolutions
from nyuron.models import Model, Sequential
from oracle import keras_oracle


@given(n=st.integers(1, 40), p=st.integers(0, 5), k=st.integers(1, 7), s=st.integers(1, 5), d=st.integers(1, 3))
def test_output_sizes_follow_the_formula(n: int, p: int, k: int, s: int, d: int) -> None:
    span = (k - 1) * d + 1
    if n + 2 * p < span:
        with pytest.raises(ShapeError, match="larger than the input"):
            layers.Conv1D(1, k, s, dilation_rate=d).check_shapes((None, n + 2 * p, 1))
        return
    padded = layers.ZeroPadding1D(p).compute_output_shape((None, n, 2))
    assert padded == (None, n + 2 * p, 2)
    expected = (n + 2 * p - span) // s + 1
    assert layers.Conv1D(3, k, s, dilation_rate=d).compute_output_shape(padded) == (None, expected, 3)
    if d == 1:
        assert layers.MaxPooling1D(k, s).compute_output_shape(padded) == (None, expected, 2)
        assert layers.AveragePooling1D(k).compute_output_shape(padded) == (None, (n + 2 * p - k) // k + 1, 2)
    for padding in ("same", "causal"):
        same = layers.Conv1D(3, k, s, padding, dilation_rate=d).compute_output_shape((None, n, 2))
        assert same == (None, -(-n // s), 3)


@given(
    n=st.integers(1, 12),
    k=st.integers(1, 5),
    s=st.integers(1, 4),
    d=st.integers(1, 3),
    padding=st.sampled_from(["valid", "same"]),
    extra=st.none() | st.integers(0, 3),
)
def test_transposed_output_sizes_are_kerass(n: int, k: int, s: int, d: int, padding: str, extra: int | None) -> None:
    d = 1 if s > 1 else d
    extra = None if extra is None or extra >= s else extra
    made = [room.Conv1DTranspose(3, k, s, padding, extra, dilation_rate=d) for room in (layers, keras.layers)]
    assert made[0].compute_output_shape((None, n, 2)) == tuple(made[1].compute_output_shape((None, n, 2)))


@pytest.mark.parametrize("n, p, k, s", [(5, 0, 3, 1), (6, 2, 3, 2), (7, 1, 2, 3), (4, 3, 5, 4)])
def test_outputs_have_the_size_that_is_told(n: int, p: int, k: int, s: int) -> None:
    x = jnp.ones((1, n, n + 1, 2))
    model = [layers.ZeroPadding2D(p), layers.Conv2D(3, k, s), layers.MaxPooling2D(1, 2)]
    for layer in model:
        told = layer.compute_output_shape(x.shape)
        x = layer(x)
        assert x.shape == told


REFUSED = [
    (lambda: layers.Conv2D(4, 3), (None, 28, 28), r"no batch of images[\s\S]*Reshape\(\(28, 28, 1\)\)"),
    (lambda: layers.Conv2D(4, 3), (None, 784), r"no batch of images[\s\S]*fix:"),
    (lambda: layers.Conv1D(4, 3, data_format="channels_first"), (None, 9), r"\(batch, channels, steps\)"),
    (lambda: layers.Conv3D(4, 3), (None, 9, 9, 3), r"no batch of volumes[\s\S]*Reshape\(\(9, 9, 3, 1\)\)"),
    (lambda: layers.Conv2D(4, 3), (None, 9, 9, None), "size of axis 3 is unknown"),
    (lambda: layers.Conv2D(4, 5), (None, 4, 9, 3), r"kernel is larger[\s\S]*padding='same'"),
    (lambda: layers.Conv2D(4, 3, dilation_rate=3), (None, 6, 9, 3), r"at least 7 × 7 values"),
    (lambda: layers.MaxPooling2D(3), (None, 9, 2, 3), r"pool is larger[\s\S]*9 × 2, from"),
    (lambda: layers.Conv2D(4, 3, groups=3), (None, 9, 9, 6), r"filters cannot be divided[\s\S]*filters=6"),
    (lambda: layers.Conv2D(4, 3, groups=4), (None, 9, 9, 6), r"channels cannot be divided[\s\S]*groups=2"),
    (lambda: layers.Conv2D(0, 3), (None, 9, 9, 6), "filters cannot be used"),
    (lambda: layers.Conv2D(4, (3, 0)), (None, 9, 9, 6), "kernel_size cannot be used"),
    (lambda: layers.Conv2D(4, (3, 3, 3)), (None, 9, 9, 6), "kernel_size cannot be used"),
    (lambda: layers.Conv2D(4, 3, padding="causal"), (None, 9, 9, 6), r"unknown padding[\s\S]*'valid', 'same'"),
    (lambda: layers.Conv2D(4, 3, data_format="NHWC"), (None, 9, 9, 6), "unknown data_format"),
    (lambda: layers.Conv2DTranspose(4, 3, 2, output_padding=2), (None, 9, 9, 6), "not smaller than the strides"),
    (lambda: layers.Conv2DTranspose(4, 3, 2, dilation_rate=2), (None, 9, 9, 6), "either strided or dilated"),
    (lambda: layers.DepthwiseConv2D(3, depth_multiplier=0), (None, 9, 9, 6), "depth_multiplier cannot be used"),
    (lambda: layers.UpSampling1D(0), (None, 9, 6), "size cannot be used"),
    (lambda: layers.UpSampling2D(2, interpolation="cubic"), (None, 9, 9, 6), "unknown interpolation"),
    (lambda: layers.ZeroPadding2D((1, 2, 3)), (None, 9, 9, 6), "padding cannot be used"),
    (lambda: layers.ZeroPadding1D(-1), (None, 9, 6), "padding cannot be used"),
    (lambda: layers.Cropping2D((4, 5)), (None, 9, 10, 6), r"nothing is left[\s\S]*more than 10 values along axis 2"),
    (lambda: layers.GroupNormalization(4), (None, 9, 6), r"cannot be divided[\s\S]*groups=3"),
    (lambda: layers.GroupNormalization(0), (None, 9, 6), "groups cannot be used"),
    (lambda: layers.SpatialDropout1D(1.5), (None, 9, 6), "rate cannot be used"),
    (lambda: layers.SpatialDropout2D(0.5), (None, 9, 6), "no batch of images"),
]  # fmt: skip


@pytest.mark.parametrize("make, shape, said", REFUSED)
def test_errors_say_what_to_do(make: Any, shape: tuple, said: str) -> None:
    with pytest.raises((ShapeError, ArgumentError), match=said):
        make().check_shapes(shape)


def test_a_built_layer_refuses_other_channels() -> None:
    layer = layers.Conv2D(3, 3)
    layer(jnp.ones((1, 5, 5, 2)))
    layer(jnp.ones((1, 9, 7, 2)))
    with pytest.raises(ShapeError, match="has changed"):
        layer(jnp.ones((1, 5, 5, 3)))


def test_sizes_are_stored_as_keras_stores_them() -> None:
    for room in (layers, keras.layers):
        conv, pool = room.Conv2D(3, 3, 2), room.MaxPooling2D(3)
        assert (conv.kernel_size, conv.strides, conv.dilation_rate) == ((3, 3), (2, 2), (1, 1))
        assert (pool.pool_size, pool.strides) == ((3, 3), (3, 3))
    assert repr(layers.Conv2D(3, 3)) == "Conv2D(filters=3, kernel_size=(3, 3))"


def test_strides_and_dilation_together() -> None:
    x = np.random.default_rng(0).normal(size=(2, 9, 8, 3)).astype(np.float32)
    layer = layers.Conv2D(4, 2, 2, dilation_rate=3)
    fine = layers.Conv2D(4, 2, dilation_rate=3)
    y = layer(x)
    fine.build_for((None, 9, 8, 3))
    fine.set_weights(layer.get_weights())
    np.testing.assert_allclose(y, fine(x)[:, ::2, ::2], rtol=1e-5, atol=1e-6)


def test_mean_over_the_steps_that_count() -> None:
    x = np.random.default_rng(0).normal(size=(3, 5, 2)).astype(np.float32)
    mask = np.array([[1, 1, 0, 0, 1], [1, 0, 0, 0, 0], [1, 1, 1, 1, 1]], bool)
    with keras_oracle():
        wanted = keras.layers.GlobalAveragePooling1D()(x, mask=jnp.asarray(mask))
    layer = layers.GlobalAveragePooling1D()
    np.testing.assert_allclose(layer(x, mask=jnp.asarray(mask)), wanted, rtol=1e-6)
    none = forward(layer, {}, {}, (jnp.asarray(x),), Call(masks=(jnp.zeros((3, 5), bool),)))
    assert none.mask is None
    np.testing.assert_array_equal(none.output, 0)


@pytest.mark.parametrize(
    "layer, shape, space",
    [
        (layers.SpatialDropout1D(0.5), (20, 4, 10), (1,)),
        (layers.SpatialDropout2D(0.5), (20, 3, 2, 10), (1, 2)),
        (layers.SpatialDropout3D(0.5, "channels_first"), (20, 10, 3, 2, 2), (2, 3, 4)),
    ],
)
def test_channels_are_dropped_whole(layer: Any, shape: tuple, space: tuple) -> None:
    y = np.asarray(layer.apply({}, {}, jnp.ones(shape), call=Call(jax.random.key(0), True))[0])
    np.testing.assert_array_equal(y.min(space), y.max(space))
    assert set(np.unique(y)) == {0.0, 2.0}
    assert abs(y.mean() - 1) < 0.2


def test_ties_in_a_pool_give_the_gradient_to_the_first() -> None:
    x = jnp.zeros((1, 4, 4, 1))
    gradient = jax.grad(lambda x: jnp.sum(layers.MaxPooling2D()(x)))(x)
    np.testing.assert_array_equal(gradient[0, :, :, 0], np.kron(np.ones((2, 2)), [[1, 0], [0, 0]]))


def test_a_network_pools_as_its_layers_do() -> None:
    """A convolution and the pooling after it are computed together where nothing else sees what lies between."""
    rng = np.random.default_rng(0)
    x = jnp.asarray(rng.normal(size=(3, 9, 8, 2)), jnp.float32)
    inputs = layers.Input((9, 8, 2))
    first = layers.Conv2D(4, 3, activation="relu", bias_initializer="normal")
    seen, shared = layers.Conv2D(3, 2, activation="tanh"), layers.Conv2D(3, 2)
    pools = [layers.MaxPooling2D(2, 1), layers.MaxPooling2D(3, 2, "same"), layers.MaxPooling2D()]
    pooled = pools[0](first(inputs))
    between = shared(pooled)
    model = Model(inputs, [pools[1](seen(pooled)), pools[2](between), layers.AveragePooling2D(2)(between)])
    graph = model.graph
    assert [graph.layers[graph.steps[at].layer].filters for at in pooled_convolutions(graph)] == [4]
    found = model(x)
    y = pools[0](first(x))
    wanted = [pools[1](seen(y)), pools[2](shared(y)), layers.AveragePooling2D(2)(shared(y))]
    for a, b in zip(found, wanted, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
    watched: dict[int, Any] = {}
    params, state = read_weights(model)
    graph.forward(params, state, x, call=Call(), watch=watched.setdefault)
    assert [v.shape for v in watched.values()][:2] == [(3, 7, 6, 4), (3, 6, 5, 4)]


def windowed(rank: int) -> dict[str, list[Any]]:
    """Layers that reach over 5 values along each axis, below the word for what reaches so far."""
    found = {"kernel": [getattr(layers, f"Conv{rank}D")(2, 5, activation="relu")], "pool": []}
    if rank < 3:
        found["kernel"] += [getattr(layers, f"SeparableConv{rank}D")(2, 5), getattr(layers, f"DepthwiseConv{rank}D")(5)]
    found["pool"] += [getattr(layers, f"{kind}Pooling{rank}D")(5) for kind in ("Max", "Average")]
    return found


@pytest.mark.parametrize("is_first", [False, True], ids=["channels last", "channels first"])
@pytest.mark.parametrize("size", [None, 3], ids=["unknown at first", "known"])
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_a_window_larger_than_the_input_says_both_sizes_and_the_repair(
    rank: int, size: int | None, is_first: bool
) -> None:
    def shape(batch: int | None, n: int | None) -> tuple[int | None, ...]:
        return (batch, 2, *(n,) * rank) if is_first else (batch, *(n,) * rank, 2)

    for what, made in windowed(rank).items():
        for layer in made:
            layer = type(layer).from_config(
                {**layer.get_config(), "data_format": "channels_first" if is_first else None}
            )
            with pytest.raises(ShapeError, match=f"the {what} is larger than the input") as caught:
                layer.check_shapes(shape(None, size))
                params, state = layer.init(jax.random.key(0), shape(None, size))
                layer.apply(params, state, jnp.ones(shape(4, 3)), call=Call())
            text = str(caught.value)
            assert text.startswith(type(layer).__name__)
            assert " × ".join("5" * rank) in text and " × ".join("3" * rank) in text
            most = 3 if rank == 1 else (3,) * rank
            assert f"fix:      padding='same', or {what}_size={most} or less" in text


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_a_pool_larger_than_what_the_convolution_before_it_leaves_is_named(rank: int) -> None:
    net = Sequential(
        [
            layers.Input((*(None,) * rank, 1)),
            getattr(layers, f"Conv{rank}D")(2, 3, activation="relu"),
            getattr(layers, f"MaxPooling{rank}D")(4),
        ]
    )
    assert pooled_convolutions(net.graph)
    assert net(jnp.ones((1, *(6,) * rank, 1))).shape == (1, *(1,) * rank, 2)
    with pytest.raises(ShapeError, match=rf"MaxPooling{rank}D\(.*the pool is larger than the input") as caught:
        net(jnp.ones((1, *(5,) * rank, 1)))
    assert "padding='same', or pool_size=" in str(caught.value)
    with pytest.raises(ShapeError, match=rf"Conv{rank}D\(.*the kernel is larger than the input"):
        net(jnp.ones((1, *(2,) * rank, 1)))


def test_a_window_that_fits_by_padding_or_dilation_is_told_so() -> None:
    with pytest.raises(ShapeError, match=r"kernel_size=2 or less"):
        layers.Conv1D(1, 3, dilation_rate=3).check_shapes((None, 5, 1))
    with pytest.raises(ShapeError, match="fix:      fewer pooling layers and strides"):
        layers.MaxPooling1D(2, padding="same").check_shapes((None, 0, 1))
    for layer in (layers.Conv1D(1, 9, padding="same"), layers.Conv1D(1, 9, padding="causal")):
        layer.check_shapes((None, 1, 1))
    net = Sequential([layers.Input((2, None, None, 1)), layers.ConvLSTM2D(2, 5)])
    with pytest.raises(ShapeError, match=r"the kernel is larger than the input"):
        net(jnp.ones((1, 2, 3, 3, 1)))
    net = Sequential([layers.Input((None, 1)), layers.Cropping1D(2)])
    with pytest.raises(ShapeError, match=r"cropping=1 at most"):
        net(jnp.ones((1, 3, 1)))
