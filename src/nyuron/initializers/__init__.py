"""First values of weights."""

from nyuron.initializers._constant import (
    Constant,
    FromArray,
    Identity,
    IdentityInitializer,
    Ones,
    Zeros,
    constant,
    identity,
    ones,
    zeros,
)
from nyuron.initializers._get import deserialize, get, serialize
from nyuron.initializers._initializer import CustomInitializer, Initializer, RandomInitializer
from nyuron.initializers._on_host import can_draw_on_host, split_on_host
from nyuron.initializers._orthogonal import Orthogonal, OrthogonalInitializer, orthogonal
from nyuron.initializers._random import (
    RandomNormal,
    RandomUniform,
    TruncatedNormal,
    random_normal,
    random_uniform,
    truncated_normal,
)
from nyuron.initializers._scaled import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    LecunUniform,
    glorot_normal,
    glorot_uniform,
    he_normal,
    he_uniform,
    lecun_normal,
    lecun_uniform,
)
from nyuron.initializers._stft import STFT, STFTInitializer, stft
from nyuron.initializers._variance_scaling import VarianceScaling, variance_scaling

__all__ = [
    "STFT",
    "Constant",
    "CustomInitializer",
    "FromArray",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Identity",
    "IdentityInitializer",
    "Initializer",
    "LecunNormal",
    "LecunUniform",
    "Ones",
    "Orthogonal",
    "OrthogonalInitializer",
    "RandomInitializer",
    "RandomNormal",
    "RandomUniform",
    "STFTInitializer",
    "TruncatedNormal",
    "VarianceScaling",
    "Zeros",
    "can_draw_on_host",
    "constant",
    "deserialize",
    "get",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "identity",
    "lecun_normal",
    "lecun_uniform",
    "ones",
    "orthogonal",
    "random_normal",
    "random_uniform",
    "serialize",
    "split_on_host",
    "stft",
    "truncated_normal",
    "variance_scaling",
    "zeros",
]
