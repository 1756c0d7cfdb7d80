"""From a name, class, config or function to the constraint that it stands for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nyuron.constraints._constraint import Constraint, CustomConstraint
from nyuron.constraints._non_neg import NonNeg
from nyuron.constraints._norms import MaxNorm, MinMaxNorm, UnitNorm
from nyuron.core import custom_objects as naming
from nyuron.core import snake_case
from nyuron.core._lookup import find, keras_config

_CLASSES = (Constraint, MaxNorm, MinMaxNorm, NonNeg, UnitNorm)
_NAMES: dict[str, type] = {c.__name__: c for c in _CLASSES} | {snake_case(c.__name__): c for c in _CLASSES}


def get(identifier: Any) -> Any:
    """The constraint that a name, class, config, instance or function stands for; None stays None.

    Raises: UnknownNameError for an unknown name, KindError for what cannot be called.
    Source: keras.constraints.get.
    Example:
        >>> get("non_neg")
        NonNeg()
    """
    return find("constraint", identifier, _NAMES, base=Constraint, wrap=CustomConstraint, room="constraints")


def serialize(constraint: Any) -> Any:
    """A config that `deserialize` reads.

    Source: keras.constraints.serialize.
    Example:
        >>> serialize(MaxNorm(3))["config"]
        {'max_value': 3, 'axis': 0}
    """
    return keras_config(constraint)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The constraint that `serialize` described.

    Raises: UnknownNameError for an unknown name.
    Source: keras.constraints.deserialize.
    Example:
        >>> deserialize({"class_name": "MaxNorm", "config": {"max_value": 3}})
        MaxNorm(max_value=3)
    """
    with naming(custom_objects):
        return get(config)
