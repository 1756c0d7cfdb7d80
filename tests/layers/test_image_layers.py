"""Images resized, cropped and changed at random: Keras's values, the draws, what a run makes of them."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest
from scipy import ndimage

from nyuron import Sequential, layers
from nyuron.core import ArgumentError, ShapeError
from nyuron.layers import Call
from nyuron.layers._random_brightness import brightened
from nyuron.layers._random_contrast import contrasted
from nyuron.layers._sampling import FILL_MODES
from oracle import keras_oracle

X = np.random.default_rng(0).uniform(0, 255, (2, 7, 9, 3)).astype(np.float32)
SIZES = ((4, 5), (14, 12), (7, 3))
RANDOM = {
    "RandomBrightness": lambda top: layers.RandomBrightness(0.3, (0, top)),
    "RandomContrast": lambda top: layers.RandomContrast(0.5, (0, top)),
    "RandomFlip": lambda top: layers.RandomFlip("horizontal"),
    "RandomRotation": lambda top: layers.RandomRotation(0.2),
    "RandomTranslation": lambda top: layers.RandomTranslation(0.3, 0.3),
    "RandomZoom": lambda top: layers.RandomZoom(0.4, 0.4),
}
every_random = pytest.mark.parametrize("name", [*RANDOM, "RandomCrop"])


def random_layer(name: str, top: float = 255.0) -> Any:
    return layers.RandomCrop(4, 5) if name == "RandomCrop" else RANDOM[name](top)


def in_training(layer: Any, x: Any, seed: int = 0) -> np.ndarray:
    return np.asarray(layer.apply({}, {}, jnp.asarray(x), call=Call(jax.random.key(seed), True))[0])


@pytest.mark.parametrize("interpolation", ["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"])
@pytest.mark.parametrize("kept", [{}, {"crop_to_aspect_ratio": True}, {"pad_to_aspect_ratio": True, "fill_value": 9.0}])
@pytest.mark.parametrize("antialias", [False, True])
def test_resizing_is_keras(interpolation: str, kept: dict[str, Any], antialias: bool) -> None:
    for size in SIZES[: 1 if antialias else 3]:
        options: dict[str, Any] = {"interpolation": interpolation, "antialias": antialias, **kept}
        with keras_oracle():
            wanted = keras.layers.Resizing(*size, **options)(X)
        np.testing.assert_allclose(layers.Resizing(*size, **options)(X), wanted, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("size", [(3, 4), (2, 9), (10, 4), (9, 12), (7, 9)])
def test_centre_crop_is_keras(size: tuple[int, int]) -> None:
    with keras_oracle():
        wanted = keras.layers.CenterCrop(*size)(X)
    np.testing.assert_allclose(layers.CenterCrop(*size)(X), wanted, rtol=1e-5, atol=1e-3)


def test_channels_may_come_first() -> None:
    first = np.moveaxis(X, -1, 1)
    for make in (
        lambda f: layers.Resizing(4, 5, data_format=f),
        lambda f: layers.Resizing(9, 5, crop_to_aspect_ratio=True, data_format=f),
        lambda f: layers.CenterCrop(4, 5, data_format=f),
        lambda f: layers.RandomCrop(4, 5, data_format=f),
        lambda f: layers.RandomFlip(data_format=f),
        lambda f: layers.RandomContrast(0.3, data_format=f),
        lambda f: layers.RandomRotation(0.2, data_format=f),
        lambda f: layers.RandomTranslation(0.2, 0.3, data_format=f),
        lambda f: layers.RandomZoom(0.2, 0.3, data_format=f),
    ):
        last, moved = in_training(make("channels_last"), X), in_training(make("channels_first"), first)
        np.testing.assert_allclose(np.moveaxis(moved, 1, -1), last, rtol=1e-5, atol=1e-3)


@pytest.mark.parametrize("fill_mode", FILL_MODES)
@pytest.mark.parametrize("interpolation", ["nearest", "bilinear"])
def test_moved_images_are_scipys(fill_mode: str, interpolation: str) -> None:
    """SciPy reads an image at the same places; its names of the modes are others."""
    mode = {"wrap": "grid-wrap", "constant": "grid-constant"}.get(fill_mode, fill_mode)
    options: dict[str, Any] = {"fill_mode": fill_mode, "interpolation": interpolation, "fill_value": 3.0}
    i, j = np.meshgrid(np.arange(7.0), np.arange(9.0), indexing="ij")
    turns, down, right, high, wide = 0.07, 0.21, -0.34, 1.3, 0.8
    angle = 2 * np.pi * turns
    found = {
        "turned": layers.RandomRotation(0.1, **options).turned(jnp.asarray(X), jnp.full(2, turns)),
        "shifted": layers.RandomTranslation(0.1, 0.1, **options).shifted(jnp.asarray(X), jnp.full(2, down), jnp.full(2, right)),
        "zoomed": layers.RandomZoom(0.1, **options).zoomed(jnp.asarray(X), jnp.full(2, high), jnp.full(2, wide)),
    }  # fmt: skip
    places = {
        "turned": (np.sin(angle) * (j - 4) + np.cos(angle) * (i - 3) + 3, np.cos(angle) * (j - 4) - np.sin(angle) * (i - 3) + 4),
        "shifted": (i - down * 7, j - right * 9),
        "zoomed": ((i - 3) * high + 3, (j - 4) * wide + 4),
    }  # fmt: skip
    for name, where in places.items():
        for n in range(2):
            for c in range(3):
                image = X[n, :, :, c]
                wanted = ndimage.map_coordinates(
                    image, where, order=int(interpolation == "bilinear"), mode=mode, cval=3.0
                )
                np.testing.assert_allclose(found[name][n, :, :, c], wanted, rtol=1e-3, atol=0.05)


def test_a_positive_part_turns_counter_clockwise() -> None:
    x = np.arange(9.0, dtype=np.float32).reshape(1, 3, 3, 1)
    found = layers.RandomRotation(0.25).turned(jnp.asarray(x), jnp.array([0.25]))
    np.testing.assert_allclose(found[0, :, :, 0], np.rot90(x[0, :, :, 0]), atol=1e-5)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("RandomRotation", {"factor": (0.1, 0.1)}),
        ("RandomRotation", {"factor": (-0.2, -0.2), "fill_mode": "constant", "fill_value": 5.0}),
        ("RandomTranslation", {"height_factor": (0.2, 0.2), "width_factor": (-0.3, -0.3), "fill_mode": "wrap"}),
        ("RandomZoom", {"height_factor": (0.2, 0.2), "width_factor": (-0.3, -0.3), "fill_mode": "nearest"}),
        ("RandomBrightness", {"factor": (0.25, 0.25)}),
    ],
)
def test_fixed_changes_are_keras(name: str, options: dict[str, Any]) -> None:
    """Both bounds alike, nothing is left to chance."""
    with keras_oracle():
        wanted = getattr(keras.layers, name)(**options)(X, training=True)
    found = in_training(getattr(layers, name)(**options), X)
    inner = (slice(None), slice(1, -1), slice(1, -1)) if name == "RandomRotation" else (slice(None),)
    np.testing.assert_allclose(found[inner], np.asarray(wanted)[inner], rtol=1e-3, atol=0.05)


def test_brightness_and_contrast_by_their_formulas() -> None:
    x, deltas = jnp.asarray(X), jnp.array([0.5, -0.5])
    wanted = np.clip(X + np.array([0.5, -0.5])[:, None, None, None] * 255, 0, 255)
    np.testing.assert_allclose(brightened(x, deltas, (0, 255)), wanted, rtol=1e-5)
    mean = X.mean((1, 2), keepdims=True)
    wanted = np.clip((X - mean) * np.array([1.5, 0.5])[:, None, None, None] + mean, 0, 255)
    np.testing.assert_allclose(contrasted(x, jnp.array([1.5, 0.5]), (0, 255)), wanted, rtol=1e-4, atol=1e-3)


@every_random
@pytest.mark.parametrize("top", [1.0, 255.0])
def test_draws_follow_the_key_and_differ_between_images(name: str, top: float) -> None:
    layer = random_layer(name, top)
    one = np.random.default_rng(1).uniform(0, top, (1, 7, 9, 3)).astype(np.float32)
    x = np.repeat(one, 8, axis=0)
    first, again, other = in_training(layer, x, 0), in_training(layer, x, 0), in_training(layer, x, 1)
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.01 * top
    assert first.min() >= -1e-3 * top and first.max() <= 1.001 * top
    if name != "RandomCrop":
        assert len({image.tobytes() for image in first}) >= (2 if name == "RandomFlip" else 8)


@every_random
def test_nothing_changes_at_inference(name: str) -> None:
    layer = random_layer(name)
    if name == "RandomCrop":
        assert layer(X).shape == (2, 4, 5, 3)
        np.testing.assert_array_equal(layer(X), layer(X))
        with keras_oracle():
            resized = keras.layers.Resizing(4, 5, crop_to_aspect_ratio=True)(X)
        np.testing.assert_allclose(layer(X), resized, rtol=1e-5, atol=1e-3)
    else:
        np.testing.assert_array_equal(layer(X), X)


def test_a_seed_of_the_layer_is_mixed_in() -> None:
    one, other = layers.RandomZoom(0.3, seed=1), layers.RandomZoom(0.3, seed=2)
    np.testing.assert_array_equal(in_training(one, X), in_training(layers.RandomZoom(0.3, seed=1), X))
    assert np.abs(in_training(one, X) - in_training(other, X)).max() > 1


def test_bounds_of_the_draws() -> None:
    x = np.full((400, 2, 2, 1), 100.0, np.float32)
    found = (in_training(layers.RandomBrightness((0.1, 0.2)), x)[:, 0, 0, 0] - 100) / 255
    assert 0.1 <= found.min() < 0.11 and 0.19 < found.max() <= 0.2001
    x[:, 0] = 50.0
    found = (in_training(layers.RandomContrast((0.5, 0.1)), x)[:, 1, 0, 0] - 75) / 25
    assert 0.5 <= found.min() < 0.52 and 1.08 < found.max() <= 1.1001
    flipped = in_training(layers.RandomFlip("vertical"), x)[:, 0, 0, 0] == 100.0
    assert 0.4 < flipped.mean() < 0.6


def test_a_crop_is_a_window_of_the_image() -> None:
    x = np.arange(35.0, dtype=np.float32).reshape(1, 5, 7, 1)
    starts = {int(in_training(layers.RandomCrop(4, 6), x, seed)[0, 0, 0, 0]) for seed in range(40)}
    assert starts == {0, 1, 7, 8}
    window = in_training(layers.RandomCrop(4, 6), x)[0, :, :, 0]
    at = int(window[0, 0])
    np.testing.assert_array_equal(window, x[0, at // 7 : at // 7 + 4, at % 7 : at % 7 + 6, 0])


def test_pictures_are_changed_inside_a_fit() -> None:
    def made() -> Sequential:
        model = Sequential(
            [
                layers.Input((6, 6, 1)),
                *(random_layer(name, 1.0) for name in RANDOM),
                layers.RandomCrop(4, 4),
                layers.Flatten(),
                layers.Dense(2, "softmax", kernel_initializer="zeros"),
            ]
        )
        model.compile("sgd", "sparse_categorical_crossentropy")
        return model

    x = np.random.default_rng(0).uniform(size=(12, 6, 6, 1)).astype(np.float32)
    y = np.arange(12) % 2
    runs = []
    for seed in (3, 3, 4):
        model = made()
        model.fit(x, y, epochs=2, batch_size=4, verbose=0, seed=seed, shuffle=False)
        runs.append(model.get_weights()[0])
    np.testing.assert_array_equal(runs[0], runs[1])
    assert np.abs(runs[0] - runs[2]).max() > 1e-6


def test_members_have_their_own_strength() -> None:
    strengths = jnp.array([0.0, 0.2, 0.4])
    together = jax.vmap(
        lambda f: layers.RandomBrightness(f).apply({}, {}, jnp.asarray(X), call=Call(jax.random.key(0), True))[0]
    )(strengths)
    np.testing.assert_array_equal(together[0], X)
    moved = np.abs(together - X).max((1, 2, 3, 4))
    assert 0 < moved[1] < moved[2]


@pytest.mark.parametrize(
    ("make", "shape", "error", "words"),
    [
        (lambda: layers.Resizing(2, 2, "cubic"), (2, 4, 4, 1), ArgumentError, "unknown interpolation"),
        (lambda: layers.Resizing(2, 2, crop_to_aspect_ratio=True, pad_to_aspect_ratio=True), (2, 4, 4, 1), ArgumentError, "either cropped or padded"),
        (lambda: layers.Resizing(2, 2), (4, 4, 1), ShapeError, "no batch of images"),
        (lambda: layers.CenterCrop(2, 2, data_format="first"), (2, 4, 4, 1), ArgumentError, "unknown data_format"),
        (lambda: layers.CenterCrop(2, 2), (2, None, 4, 1), ShapeError, "height and width must be known"),
        (lambda: layers.RandomFlip("both"), (2, 4, 4, 1), ArgumentError, "unknown mode"),
        (lambda: layers.RandomRotation(1.5), (2, 4, 4, 1), ArgumentError, "the factor cannot be used"),
        (lambda: layers.RandomZoom(0.1, fill_mode="mirror"), (2, 4, 4, 1), ArgumentError, "unknown fill_mode"),
        (lambda: layers.RandomContrast((0.1, 0.2, 0.3)), (2, 4, 4, 1), ArgumentError, "the factor cannot be used"),
    ],
)  # fmt: skip
def test_errors(make: Any, shape: tuple, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        make().build_for(shape)
