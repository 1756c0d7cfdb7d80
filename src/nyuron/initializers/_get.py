"""From a name, class, config, array or function to the initializer that it stands for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax
import numpy as np

from nyuron.core import custom_objects as naming
from nyuron.core import snake_case
from nyuron.core._lookup import find, keras_config
from nyuron.initializers import _constant, _orthogonal, _random, _scaled, _stft, _variance_scaling
from nyuron.initializers._constant import FromArray, Identity, Ones, Zeros
from nyuron.initializers._initializer import CustomInitializer, Initializer
from nyuron.initializers._random import RandomNormal, RandomUniform

_CLASSES = {
    thing.__name__: thing
    for file in (_constant, _orthogonal, _random, _scaled, _stft, _variance_scaling)
    for thing in vars(file).values()
    if isinstance(thing, type) and issubclass(thing, Initializer) and thing.__module__ == file.__name__
}
_NAMES: dict[str, type] = {
    **_CLASSES,
    **{snake_case(name): thing for name, thing in _CLASSES.items()},
    "IdentityInitializer": Identity,
    "OrthogonalInitializer": _orthogonal.Orthogonal,
    "STFTInitializer": _stft.STFT,
    "normal": RandomNormal,
    "one": Ones,
    "uniform": RandomUniform,
    "zero": Zeros,
}


def get(identifier: Any) -> Any:
    """The initializer that a name, class, config, instance, array or function stands for; None stays None.

    Raises: UnknownNameError for an unknown name, KindError for what cannot be called, ArgumentError for settings that
        cannot be used.
    Source: keras.initializers.get.
    Example:
        >>> get("glorot_uniform")
        GlorotUniform()
    """
    if isinstance(identifier, np.ndarray | np.generic | jax.Array):
        return FromArray(identifier)
    found = find("initializer", identifier, _NAMES, base=Initializer, wrap=CustomInitializer, room="initializers")
    if found is not None:
        found.check()
    return found


def serialize(initializer: Any) -> Any:
    """A config that `deserialize` reads.

    Source: keras.initializers.serialize.
    Example:
        >>> serialize(RandomNormal(stddev=0.1))["config"]
        {'mean': 0.0, 'stddev': 0.1, 'seed': None}
    """
    return keras_config(initializer)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The initializer that `serialize` described.

    Raises: UnknownNameError for an unknown name.
    Source: keras.initializers.deserialize.
    Example:
        >>> deserialize({"class_name": "Constant", "config": {"value": 2.0}})
        Constant(value=2.0)
    """
    with naming(custom_objects):
        return get(config)
