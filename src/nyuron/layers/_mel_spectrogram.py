"""Sounds as pictures: energy by time and mel-scaled pitch."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from nyuron.core import ArgumentError, Array, Params, Scalar, Shape, ShapeError, State, module, static
from nyuron.layers._call import Call
from nyuron.layers._frames import frames
from nyuron.layers._layer import Layer


@module
class MelSpectrogram(Layer):
    """``M = W |STFT(x)|^mag_exp``, W triangles even on the mel scale, then in decibels.

    The scale is ``mel(f) = 2595 log₁₀(1 + f / 700)``. Decibels are ``10 log₁₀(max(M, min_power) / ref_power)``, cut off
    `top_db` below the loudest; that is the loudest of the whole batch, as in Keras, so with a finite `top_db` a sound's
    picture may depend on the sounds beside it; `top_db=None` cuts nothing off.

    Shapes: x (batch, samples) -> (batch, num_mel_bins, frames), frames = samples // sequence_stride + 1.
    Units: sampling_rate, min_freq, max_freq in hertz; lengths in samples.
    Raises: ArgumentError if a frame is longer than its transform, for an unknown window, or if frequencies are out of
        order; ShapeError for signals shorter than half a transform, which cannot be mirrored at their ends.
    Source: keras.layers.MelSpectrogram; the Hidden Markov Model Toolkit's filter bank.
    Example:
        >>> layer = MelSpectrogram(num_mel_bins=64, sampling_rate=8000, sequence_stride=256, fft_length=2048)
        >>> layer(jnp.ones((2, 16000))).shape
        (2, 64, 63)
    """

    fft_length: int = static(2048)
    sequence_stride: int = static(512)
    sequence_length: Any = static(None)
    window: Any = static("hann")
    sampling_rate: Any = static(16000)
    num_mel_bins: int = static(128)
    min_freq: Any = static(20.0)
    max_freq: Any = static(None)
    power_to_db: bool = static(True)
    top_db: Any = 80.0
    mag_exp: Scalar = 2.0
    min_power: Scalar = 1e-10
    ref_power: Scalar = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.window, list | np.ndarray):
            object.__setattr__(self, "window", tuple(float(v) for v in self.window))

    def check_shapes(self, *shapes: Shape) -> None:
        length = self.sequence_length or self.fft_length
        problem = None
        if length > self.fft_length or self.sequence_stride < 1:
            problem = ("the lengths do not fit", "1 ≤ sequence_stride, sequence_length ≤ fft_length")
        elif not 0 <= self.min_freq < (self.max_freq or self.sampling_rate / 2) <= self.sampling_rate / 2:
            problem = ("the frequencies do not fit", "0 ≤ min_freq < max_freq ≤ sampling_rate / 2")
        elif self.window not in ("hann", "hamming", None) and not isinstance(self.window, tuple):
            problem = ("unknown window", "'hann', 'hamming', None, or one number per sample of a frame")
        elif isinstance(self.window, tuple) and len(self.window) != length:
            problem = ("the window has another length", f"{length} numbers")
        if problem is not None:
            raise ArgumentError(
                problem[0], who=self.described(), expected=problem[1], got=repr(self), fix="MelSpectrogram() is sound"
            )
        samples = shapes[0][-1]
        if len(shapes[0]) != 2 or (samples is not None and samples <= self.fft_length // 2):
            raise ShapeError(
                "the input is no batch of signals" if len(shapes[0]) != 2 else "the signals are too short",
                who=self.described(),
                expected=f"(batch, samples), more than {self.fft_length // 2} samples",
                got=shapes[0],
                fix="one channel: x[..., 0]" if len(shapes[0]) == 3 else "a smaller fft_length, or padded signals",
            )

    def compute_output_shape(self, *shapes: Shape) -> Shape:
        samples = shapes[0][1]
        return (shapes[0][0], self.num_mel_bins, None if samples is None else self._count(samples))

    def _count(self, samples: int) -> int:
        return (samples + 2 * (self.fft_length // 2) - self.fft_length) // self.sequence_stride + 1

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        half = self.fft_length // 2
        x = jnp.pad(x, ((0, 0), (half, half)), mode="reflect")
        cut = frames(x, self.fft_length, self.sequence_stride) * jnp.asarray(self._window(), x.dtype)
        spectrum = jnp.fft.rfft(cut)
        power = jnp.square(jnp.real(spectrum)) + jnp.square(jnp.imag(spectrum))
        power = jnp.power(power, jnp.asarray(self.mag_exp, x.dtype) / 2)
        edges = (float(self.min_freq), float(self.max_freq or int(self.sampling_rate / 2)))
        bank = mel_filters(self.num_mel_bins, half + 1, float(self.sampling_rate), *edges)
        mel = jnp.einsum("btf,fm->bmt", power, jnp.asarray(bank, x.dtype))
        return (self._decibels(mel) if self.power_to_db else mel), state

    def _window(self) -> np.ndarray:
        length = self.sequence_length or self.fft_length
        if isinstance(self.window, str):
            from scipy.signal import get_window

            window = get_window(self.window, length)
        else:
            window = np.ones(self.fft_length) if self.window is None else np.asarray(self.window)
        left = (self.fft_length - len(window)) // 2
        return np.pad(window, (left, self.fft_length - len(window) - left))

    def _decibels(self, mel: Array) -> Array:
        least = jnp.asarray(self.min_power, mel.dtype)
        level = 10 * jnp.log10(jnp.maximum(mel, least))
        level = level - 10 * jnp.log10(jnp.maximum(jnp.abs(jnp.asarray(self.ref_power, mel.dtype)), least))
        if self.top_db is None:
            return level
        return jnp.maximum(level, jnp.max(level) - jnp.asarray(self.top_db, mel.dtype))


def mel_filters(bands: int, bins: int, rate: float, low: float, high: float) -> np.ndarray:
    """Triangles of height 1, their corners even on the mel scale; the constant part has no weight.

    Shapes: () -> (bins, bands).
    """

    def mel(hertz: Any) -> np.ndarray:
        return 1127.0 * np.log1p(np.asarray(hertz) / 700.0)

    places = mel(np.linspace(0.0, rate / 2, bins))[1:, None]
    corners = np.linspace(mel(low), mel(high), bands + 2)
    left, middle, right = corners[:-2], corners[1:-1], corners[2:]
    inside = np.minimum((places - left) / (middle - left), (right - places) / (right - middle))
    return np.pad(np.maximum(inside, 0.0), ((1, 0), (0, 0)))
