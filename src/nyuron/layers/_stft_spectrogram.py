"""The short-time Fourier transform as a layer whose kernels may be trained."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from nyuron.core import ArgumentError, Array, Key, Params, Shape, State, module, static
from nyuron.initializers import STFT
from nyuron.layers._call import Call
from nyuron.layers._frames import frame_count, frames
from nyuron.layers._images import FORMATS, check_choice
from nyuron.layers._layer import Layer

_MODES = ("log", "magnitude", "psd", "real", "imag", "angle", "stft")
_EPSILON = 1e-7


@module
class STFTSpectrogram(Layer):
    """``Xₜ(f) = Σₙ w(n) x(t·step + n) e^{−2πi n f / fft_length}``, of each channel.

    `mode` says what of X comes out: 'log' of the magnitude, 'magnitude', 'psd' (the power of both signs of a frequency),
    'real', 'imag', 'angle', or 'stft' (real, then imaginary parts). The kernels start as the transform's, and are
    trained unless `trainable=False`.

    Shapes: x (batch, samples, channels) -> (batch, frames, channels · frequencies), frequencies = fft_length // 2 + 1,
        twice that for 'stft'; with `expand_dims` (batch, frames, frequencies, channels). For data_format
        'channels_first' (batch, channels, samples) -> (batch, channels · frequencies, frames), or (batch, channels,
        frames, frequencies).
    Raises: ArgumentError for an unknown mode, scaling, padding or data format, or lengths that do not fit.
    Source: keras.layers.STFTSpectrogram.
    Example:
        >>> STFTSpectrogram(frame_length=256, frame_step=128, fft_length=512)(jnp.ones((1, 1600, 1))).shape
        (1, 11, 257)
    """

    mode: str = static("log")
    frame_length: int = static(256)
    frame_step: Any = static(None)
    fft_length: Any = static(None)
    window: Any = static("hann")
    periodic: bool = static(False)
    scaling: Any = static("density")
    padding: str = static("valid")
    expand_dims: bool = static(False)
    data_format: Any = static(None)

    input_ndim = 3

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.window, list | np.ndarray):
            object.__setattr__(self, "window", tuple(float(v) for v in self.window))

    @property
    def _step(self) -> int:
        return self.frame_step or self.frame_length // 2

    @property
    def _transform(self) -> int:
        return self.fft_length or 1 << (self.frame_length - 1).bit_length()

    def check_shapes(self, *shapes: Shape) -> None:
        super().check_shapes(*shapes)
        check_choice(self, "mode", _MODES)
        check_choice(self, "scaling", ("density", "spectrum", None))
        check_choice(self, "padding", ("valid", "same"))
        check_choice(self, "data_format", FORMATS)
        if not 1 <= self._step <= self.frame_length <= self._transform:
            raise ArgumentError(
                "the lengths do not fit",
                who=self.described(),
                expected="1 ≤ frame_step ≤ frame_length ≤ fft_length",
                got=f"{self._step}, {self.frame_length}, {self._transform}",
                fix="STFTSpectrogram(frame_length=256, frame_step=128, fft_length=256)",
            )

    def init(self, key: Key, shape: Shape) -> tuple[Params, State]:
        size = (self.frame_length, 1, self._transform // 2 + 1)
        params = {}
        for side in ("real", "imag"):
            if self.mode != {"real": "imag", "imag": "real"}[side]:
                maker = STFT(side, self.window, self.scaling, self.periodic)
                params[f"{side}_kernel"] = maker(size, "float32")
        return params, {}

    def compute_output_shape(self, *shapes: Shape) -> Shape:
        batch, *rest = shapes[0]
        samples, channels = rest[::-1] if self.data_format == "channels_first" else rest
        count = None
        if samples is not None:
            count = frame_count(sum(self._padding(samples)) + samples, self.frame_length, self._step)
        bins = (self._transform // 2 + 1) * (2 if self.mode == "stft" else 1)
        if self.data_format == "channels_first":
            return (batch, channels, count, bins) if self.expand_dims else (batch, channels * bins, count)  # type: ignore[operator]
        return (batch, count, bins, channels) if self.expand_dims else (batch, count, channels * bins)  # type: ignore[operator]

    def _padding(self, samples: int) -> tuple[int, int]:
        if self.padding == "valid":
            return 0, 0
        missing = max((-(-samples // self._step) - 1) * self._step + self.frame_length - samples, 0)
        return missing // 2, missing - missing // 2

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        x = x if self.data_format == "channels_first" else jnp.swapaxes(x, 1, 2)
        cut = frames(jnp.pad(x, ((0, 0), (0, 0), self._padding(x.shape[-1]))), self.frame_length, self._step)
        real, imag = (
            cut @ params[name][:, 0].astype(x.dtype) if name in params else None
            for name in ("real_kernel", "imag_kernel")
        )
        return self._placed(self._shown(real, imag)), state

    def _shown(self, real: Any, imag: Any) -> Array:
        if imag is None:
            return real
        if real is None:
            return imag
        if self.mode == "angle":
            return jnp.arctan2(imag, real)
        if self.mode == "stft":
            return jnp.concatenate([real, imag], axis=-1)
        power = jnp.square(real) + jnp.square(imag)
        if self.mode == "psd":
            # Zero and the highest frequency have no counterpart of the other sign.
            return power.at[..., 1:-1].multiply(2)
        magnitude = jnp.sqrt(jnp.maximum(power, _EPSILON))
        return magnitude if self.mode == "magnitude" else jnp.log(jnp.maximum(magnitude, _EPSILON))

    def _placed(self, y: Array) -> Array:
        """From (batch, channels, frames, frequencies) to the wanted form."""
        batch, channels, count, bins = y.shape
        if self.expand_dims:
            return y if self.data_format == "channels_first" else jnp.transpose(y, (0, 2, 3, 1))
        if self.data_format == "channels_first":
            return jnp.swapaxes(y, 2, 3).reshape(batch, channels * bins, count)
        return jnp.swapaxes(y, 1, 2).reshape(batch, count, channels * bins)
