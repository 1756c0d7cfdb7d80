"""Kernels that take a spectrum."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from nyuron.core import ArgumentError, Array, Key, ShapeError, module, static
from nyuron.core._errors import suggestion
from nyuron.initializers._initializer import Initializer, dtype_of


@module
class STFT(Initializer):
    """Kernel of a short-time Fourier transform: ``cos(−2π t f)`` ('real') or ``sin(−2π t f)`` ('imag'), windowed.

    Shapes: () -> (frame, 1, frequencies), frequencies = ⌊transform / 2⌋ + 1.
    Raises: ArgumentError for an unknown side or scaling; ShapeError for other shapes, or a window of another length.
    Source: keras.initializers.STFT.
    Example:
        >>> STFT(window=None)((4, 1, 3))[:, 0, 1].round(3).tolist()
        [1.0, -0.0, -1.0, 0.0]
    """

    side: str = static(default="real")
    window: Any = static(default="hann")
    scaling: str | None = static(default="density")
    periodic: bool = static(default=False)

    def __post_init__(self) -> None:
        if isinstance(self.window, list | np.ndarray):
            object.__setattr__(self, "window", tuple(float(v) for v in self.window))

    def __call__(self, shape: Sequence[int], dtype: Any = "float32", key: Key | None = None) -> Array:
        self.check()
        if len(shape) != 3:
            raise ShapeError(
                "wrong number of axes",
                who=repr(self),
                expected="(frame, 1, frequencies)",
                got=shape,
                fix="ask for (frame, 1, frequencies), such as STFT()((256, 1, 129))",
            )
        frame, _, frequencies = shape
        angle = -2 * np.pi * np.arange(frame)[:, None, None] * np.arange(frequencies) / (2 * (frequencies - 1))
        kernel = np.cos(angle) if self.side == "real" else np.sin(angle)
        if self.window is not None:
            window = self._window(frame)
            norms = {"density": np.sqrt(np.sum(window**2)), "spectrum": np.sum(np.abs(window)), None: 1.0}
            kernel = kernel * window[:, None, None] / norms[self.scaling]
        return jnp.asarray(kernel, dtype_of(dtype))

    def _window(self, frame: int) -> np.ndarray:
        if isinstance(self.window, str):
            from scipy.signal import get_window

            return np.asarray(get_window(self.window, frame, self.periodic))
        if len(self.window) != frame:
            raise ShapeError(
                "the window has another length",
                who="STFT",
                expected=frame,
                got=len(self.window),
                fix=f"window='hann' fits every length; else pass {frame} values",
            )
        return np.asarray(self.window)

    def check(self) -> None:
        if self.side not in ("real", "imag"):
            raise ArgumentError(
                "unknown side",
                who=repr(self),
                expected="'real' or 'imag'",
                got=repr(self.side),
                fix=suggestion("side", self.side, ("real", "imag")),
            )
        if self.scaling not in ("density", "spectrum", None):
            raise ArgumentError(
                "unknown scaling",
                who=repr(self),
                expected="'density', 'spectrum' or None",
                got=repr(self.scaling),
                fix=suggestion("scaling", self.scaling, ("density", "spectrum", None)),
            )


stft = STFTInitializer = STFT
