"""Spectrograms: Keras's values, SciPy's, the filters' formula."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import keras
import numpy as np
import pytest
from scipy import signal

from nyuron import Sequential, layers
from nyuron.core import ArgumentError, ShapeError
from nyuron.layers._frames import frames
from nyuron.layers._mel_spectrogram import mel_filters
from oracle import keras_oracle

X = np.random.default_rng(0).normal(size=(2, 300)).astype(np.float32)


@pytest.mark.parametrize("mode", ["log", "magnitude", "psd", "real", "imag", "angle", "stft"])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"frame_step": 10, "fft_length": 64, "padding": "same", "periodic": True},
        {"window": "hamming", "scaling": "spectrum", "expand_dims": True},
        {"window": None, "scaling": None, "frame_step": 13},
    ],
)
def test_stft_is_keras(mode: str, options: dict[str, Any]) -> None:
    x = np.stack([X, X[::-1]], axis=-1)
    options = {"mode": mode, "frame_length": 32, **options}
    with keras_oracle():
        wanted = np.asarray(keras.layers.STFTSpectrogram(**options)(x))
    found = np.asarray(layers.STFTSpectrogram(**options)(x))
    if mode == "angle":  # angles are the same up to whole turns, and have no meaning where there is nothing
        np.testing.assert_allclose(np.median(np.abs(np.exp(1j * found) - np.exp(1j * wanted))), 0, atol=1e-3)
        return
    np.testing.assert_allclose(found, wanted, rtol=1e-3, atol=1e-3 * np.abs(wanted).max())


@pytest.mark.parametrize("expand_dims", [False, True])
def test_stft_channels_may_come_first(expand_dims: bool) -> None:
    x = np.stack([X, X[::-1]], axis=1)
    options: dict[str, Any] = {"frame_length": 32, "data_format": "channels_first", "expand_dims": expand_dims}
    last = layers.STFTSpectrogram("magnitude", frame_length=32, expand_dims=True)(np.swapaxes(x, 1, 2))
    found = layers.STFTSpectrogram("magnitude", **options)(x)
    wanted = np.transpose(last, (0, 3, 1, 2))
    wanted = wanted if expand_dims else np.swapaxes(wanted, 2, 3).reshape(2, -1, wanted.shape[2])
    np.testing.assert_allclose(found, wanted, rtol=1e-5)


def test_stft_is_scipys() -> None:
    found = np.asarray(layers.STFTSpectrogram("psd", 64, 32, 64, periodic=True, scaling="density")(X[..., None]))
    _, _, wanted = signal.spectrogram(X, 1.0, "hann", 64, 32, detrend=False, scaling="density")
    np.testing.assert_allclose(found, np.swapaxes(wanted, 1, 2), rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"power_to_db": False, "mag_exp": 1.0},
        {"window": "hamming", "sequence_length": 48, "min_freq": 0.0, "max_freq": 3000.0},
        {"window": None, "top_db": 20.0, "ref_power": 2.0, "num_mel_bins": 5},
    ],
)
def test_mel_is_keras(options: dict[str, Any]) -> None:
    options = {"fft_length": 64, "sequence_stride": 16, "sampling_rate": 8000, "num_mel_bins": 12, **options}
    with keras_oracle():
        wanted = np.asarray(keras.layers.MelSpectrogram(**options)(X))
    found = np.asarray(layers.MelSpectrogram(**options)(X))
    assert found.shape == wanted.shape == layers.MelSpectrogram(**options).compute_output_shape(X.shape)
    np.testing.assert_allclose(found, wanted, rtol=1e-3, atol=2e-3)


def test_mel_of_a_tone_is_loudest_at_its_pitch() -> None:
    time = np.arange(8000) / 8000
    layer = layers.MelSpectrogram(512, 128, sampling_rate=8000, num_mel_bins=40, min_freq=0.0, top_db=None)
    middles = 700 * (10 ** (np.linspace(0, 2595 * np.log10(1 + 4000 / 700), 42)[1:-1] / 2595) - 1)
    for pitch in (440.0, 1000.0, 2500.0):
        found = np.asarray(layer(np.sin(2 * np.pi * pitch * time)[None].astype(np.float32)))[0].mean(1)
        nearest = np.abs(middles - pitch).argmin()
        assert abs(int(found.argmax()) - int(nearest)) <= 1


def test_filters_are_triangles_of_height_one() -> None:
    bank = mel_filters(8, 257, 8000.0, 100.0, 4000.0)
    assert bank.shape == (257, 8) and bank.min() == 0 and 0.9 < bank.max() <= 1
    first, last = bank[:, 0].argmax(), bank[:, -1].argmax()
    np.testing.assert_allclose(
        bank[first + 1 : last].sum(1), 1, atol=1e-6
    )  # neighbours share each frequency between them


@pytest.mark.parametrize(("length", "stride"), [(4, 2), (6, 4), (5, 5), (7, 3), (130, 1), (3, 8)])
def test_frames_are_windows(length: int, stride: int) -> None:
    x = np.arange(200.0, dtype=np.float32)
    wanted = np.lib.stride_tricks.sliding_window_view(x, length)[::stride]
    np.testing.assert_array_equal(frames(jnp.asarray(x), length, stride), wanted)


def test_sounds_are_heard_inside_a_model() -> None:
    model = Sequential(
        [
            layers.Input((300,)),
            layers.MelSpectrogram(64, 16, sampling_rate=8000, num_mel_bins=8),
            layers.Flatten(),
            layers.Dense(1),
        ]
    )
    model.compile("sgd", "mse")
    history = model.fit(X, np.zeros((2, 1)), epochs=1, verbose=0)
    assert np.isfinite(history.history["loss"][0])


@pytest.mark.parametrize(
    ("make", "shape", "error", "words"),
    [
        (lambda: layers.MelSpectrogram(64, 16, 65), (2, 300), ArgumentError, "the lengths do not fit"),
        (lambda: layers.MelSpectrogram(64, max_freq=9000.0), (2, 300), ArgumentError, "the frequencies do not fit"),
        (lambda: layers.MelSpectrogram(64, window="kaiser"), (2, 300), ArgumentError, "unknown window"),
        (lambda: layers.MelSpectrogram(64, window=[1.0]), (2, 300), ArgumentError, "another length"),
        (lambda: layers.MelSpectrogram(64), (2, 300, 1), ShapeError, "no batch of signals"),
        (lambda: layers.MelSpectrogram(1024), (2, 300), ShapeError, "too short"),
        (lambda: layers.STFTSpectrogram("power"), (2, 300, 1), ArgumentError, "unknown mode"),
        (lambda: layers.STFTSpectrogram(frame_length=64, fft_length=32), (2, 300, 1), ArgumentError, "the lengths do not fit"),
    ],
)  # fmt: skip
def test_errors(make: Any, shape: tuple, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        make().build_for(shape)
