"""First values whose spread fits the number of connections."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from nyuron.core import ArgumentError, Array, Key, module, static
from nyuron.core._errors import suggestion
from nyuron.initializers._initializer import RandomInitializer, dtype_of
from nyuron.initializers._on_host import MOST, uniform_on_host

_MODES = ("fan_in", "fan_out", "fan_avg")
_DISTRIBUTIONS = ("truncated_normal", "untruncated_normal", "uniform", "normal")
_TRUNCATED_SPREAD = 0.87962566103423978
"""Standard deviation of N(0, 1) cut off at ±2."""


@module
class VarianceScaling(RandomInitializer):
    """Draws with variance ``scale / fan``, so that signals neither grow nor die from layer to layer.

    `mode` chooses the fan: inputs, outputs or their mean. 'uniform' draws from ±√(3 · variance); 'truncated_normal'
    (or 'normal') divides by 0.8796… what the truncation takes away; 'untruncated_normal' does not truncate.

    Shapes: () -> (…, inputs, outputs), leading axes counting as a receptive field, or as `input_axes` and
        `output_axes` say.
    Raises: ArgumentError for an unknown mode or distribution, or a scale that is not positive.
    Source: Glorot & Bengio 2010; He et al. 2015; keras.initializers.VarianceScaling.
    Example:
        >>> w = VarianceScaling(seed=1, distribution="uniform")((300, 10))
        >>> float(abs(w).max()) <= 0.1
        True
    """

    scale: Any = 1.0
    mode: str = static(default="fan_in")
    distribution: str = static(default="truncated_normal")
    seed: Any = None
    input_axes: Any = static(default=None)
    output_axes: Any = static(default=None)

    def __call__(self, shape: Sequence[int], dtype: Any = "float32", key: Key | None = None) -> Array:
        self.check()
        shape, dtype, key = tuple(shape), dtype_of(dtype), self.key_for(key)
        stddev = jnp.sqrt(jnp.asarray(self.scale, dtype) / max(1.0, self._fan(shape)))
        distribution = self.distribution.lower()
        if distribution == "uniform":
            return math.sqrt(3) * stddev * jax.random.uniform(key, shape, dtype, -1, 1)
        if distribution == "untruncated_normal":
            return stddev * jax.random.normal(key, shape, dtype)
        return stddev / _TRUNCATED_SPREAD * jax.random.truncated_normal(key, -2.0, 2.0, shape, dtype)

    def on_host(self, key: np.ndarray, shape: Sequence[int]) -> np.ndarray | None:
        shape, is_number = tuple(shape), isinstance(self.scale, int | float)
        if self.distribution.lower() != "uniform" or self.seed is not None or not is_number or math.prod(shape) > MOST:
            return None
        self.check()
        spread = np.float32(math.sqrt(3)) * np.sqrt(np.float32(self.scale) / np.float32(max(1.0, self._fan(shape))))
        return spread * uniform_on_host(key, shape)

    def _fan(self, shape: tuple[int, ...]) -> float:
        fans = compute_fans(shape, self.input_axes, self.output_axes)
        return {"fan_in": fans[0], "fan_out": fans[1], "fan_avg": sum(fans) / 2}[self.mode]

    def check(self) -> None:
        if self.mode not in _MODES:
            raise ArgumentError(
                "unknown mode",
                who=repr(self),
                expected=_MODES,
                got=repr(self.mode),
                fix=suggestion("mode", self.mode, _MODES),
            )
        if self.distribution.lower() not in _DISTRIBUTIONS:
            raise ArgumentError(
                "unknown distribution",
                who=repr(self),
                expected=_DISTRIBUTIONS,
                got=repr(self.distribution),
                fix=suggestion("distribution", self.distribution, _DISTRIBUTIONS),
            )
        if isinstance(self.scale, int | float) and not self.scale > 0:
            raise ArgumentError(
                "a variance is positive",
                who=repr(self),
                expected="scale > 0",
                got=self.scale,
                fix="scale=1.0, or scale=2.0 before relu",
            )


def compute_fans(
    shape: Sequence[int], input_axes: Sequence[int] | None = None, output_axes: Sequence[int] | None = None
) -> tuple[int, int]:
    """Connections into and out of a unit, for a weight of this shape."""
    if input_axes is not None and output_axes is not None:
        return math.prod(shape[a] for a in input_axes), math.prod(shape[a] for a in output_axes)
    if len(shape) < 2:
        fan = shape[0] if shape else 1
        return fan, fan
    field = math.prod(shape[:-2])
    return shape[-2] * field, shape[-1] * field


variance_scaling = VarianceScaling
