"""From a name, class, config or function to the regularizer that it stands for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nyuron.core import custom_objects as naming
from nyuron.core._lookup import find, keras_config
from nyuron.regularizers._norms import L1, L1L2, L2
from nyuron.regularizers._orthogonal import OrthogonalRegularizer
from nyuron.regularizers._regularizer import CustomRegularizer, Regularizer

_NAMES: dict[str, type] = {
    "L1": L1,
    "L1L2": L1L2,
    "L2": L2,
    "OrthogonalRegularizer": OrthogonalRegularizer,
    "Regularizer": Regularizer,
    "l1": L1,
    "l1_l2": L1L2,
    "l1l2": L1L2,
    "l2": L2,
    "orthogonal_regularizer": OrthogonalRegularizer,
    "regularizer": Regularizer,
}


def get(identifier: Any) -> Any:
    """The regularizer that a name, class, config, instance or function stands for; None stays None.

    Raises: UnknownNameError for an unknown name, KindError for what cannot be called, ArgumentError for a strength
        that is negative or not finite.
    Source: keras.regularizers.get.
    Example:
        >>> get("l2")
        L2()
    """
    found = find("regularizer", identifier, _NAMES, base=Regularizer, wrap=CustomRegularizer, room="regularizers")
    if found is not None:
        found.check()
    return found


def serialize(regularizer: Any) -> Any:
    """A config that `deserialize` reads.

    Source: keras.regularizers.serialize.
    Example:
        >>> serialize(L2(0.5))["config"]
        {'l2': 0.5}
    """
    return keras_config(regularizer)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The regularizer that `serialize` described.

    Raises: UnknownNameError for an unknown name.
    Source: keras.regularizers.deserialize.
    Example:
        >>> deserialize({"class_name": "L2", "config": {"l2": 0.5}})
        L2(l2=0.5)
    """
    with naming(custom_objects):
        return get(config)
