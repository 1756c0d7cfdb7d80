"""Variance scaling as its authors named it."""

from __future__ import annotations

import dataclasses
from typing import Any

from nyuron.core import module, static
from nyuron.initializers._variance_scaling import VarianceScaling


def _leaf(value: float) -> Any:
    return dataclasses.field(default_factory=lambda: value, init=False, repr=False)


def _static(value: str) -> Any:
    return static(default_factory=lambda: value, init=False, repr=False)


@module
class GlorotUniform(VarianceScaling):
    """Draws from ±√(6 / (fan_in + fan_out)): for tanh, sigmoid and softmax.

    Shapes: () -> (…, inputs, outputs).
    Source: Glorot & Bengio 2010; keras.initializers.GlorotUniform.
    Example:
        >>> GlorotUniform(seed=1)((4, 3)).shape
        (4, 3)
    """

    scale: Any = _leaf(1.0)
    mode: str = _static("fan_avg")
    distribution: str = _static("uniform")


@module
class GlorotNormal(VarianceScaling):
    """Draws with variance 2 / (fan_in + fan_out), truncated normal.

    Shapes: () -> (…, inputs, outputs).
    Source: Glorot & Bengio 2010; keras.initializers.GlorotNormal.
    Example:
        >>> GlorotNormal(seed=1)((4, 3)).shape
        (4, 3)
    """

    scale: Any = _leaf(1.0)
    mode: str = _static("fan_avg")
    distribution: str = _static("truncated_normal")


@module
class HeUniform(VarianceScaling):
    """Draws from ±√(6 / fan_in): for rectifiers.

    Shapes: () -> (…, inputs, outputs).
    Source: He et al. 2015; keras.initializers.HeUniform.
    Example:
        >>> HeUniform(seed=1)((4, 3)).shape
        (4, 3)
    """

    scale: Any = _leaf(2.0)
    mode: str = _static("fan_in")
    distribution: str = _static("uniform")


@module
class HeNormal(VarianceScaling):
    """Draws with variance 2 / fan_in, truncated normal: for rectifiers.

    Shapes: () -> (…, inputs, outputs).
    Source: He et al. 2015; keras.initializers.HeNormal.
    Example:
        >>> HeNormal(seed=1)((4, 3)).shape
        (4, 3)
    """

    scale: Any = _leaf(2.0)
    mode: str = _static("fan_in")
    distribution: str = _static("truncated_normal")


@module
class LecunUniform(VarianceScaling):
    """Draws from ±√(3 / fan_in).

    Shapes: () -> (…, inputs, outputs).
    Source: LeCun et al. 1998, Efficient backprop; keras.initializers.LecunUniform.
    Example:
        >>> LecunUniform(seed=1)((4, 3)).shape
        (4, 3)
    """

    scale: Any = _leaf(1.0)
    mode: str = _static("fan_in")
    distribution: str = _static("uniform")


@module
class LecunNormal(VarianceScaling):
    """Draws with variance 1 / fan_in, truncated normal: for selu.

    Shapes: () -> (…, inputs, outputs).
    Source: Klambauer et al. 2017; keras.initializers.LecunNormal.
    Example:
        >>> LecunNormal(seed=1)((4, 3)).shape
        (4, 3)
    """

    scale: Any = _leaf(1.0)
    mode: str = _static("fan_in")
    distribution: str = _static("truncated_normal")


glorot_uniform, glorot_normal = GlorotUniform, GlorotNormal
he_uniform, he_normal = HeUniform, HeNormal
lecun_uniform, lecun_normal = LecunUniform, LecunNormal
