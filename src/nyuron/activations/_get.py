"""From a name, function or layer to the activation that it stands for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from nyuron.activations import _linear, _maxout, _rectifiers, _shrinking, _sigmoids, _smooth, _softmax, _step
from nyuron.activations._layer import LayerActivation
from nyuron.core import custom_objects as naming
from nyuron.core._lookup import Held, find_configured, find_named, keras_config, not_callable

_FILES = (_linear, _maxout, _rectifiers, _shrinking, _sigmoids, _smooth, _softmax, _step)
_NAMES: dict[str, Callable[..., Any]] = {
    name: thing
    for file in _FILES
    for name, thing in vars(file).items()
    if getattr(thing, "__module__", None) == file.__name__ and not name.startswith("_")
}


def get(identifier: Any) -> Any:
    """The activation that a name, function, layer, config or None (linear) stands for; hashable.

    Raises: UnknownNameError for an unknown name, KindError for what cannot be called.
    Source: keras.activations.get.
    Example:
        >>> get("relu").__name__, get(None).__name__
        ('relu', 'linear')
    """
    if identifier is None:
        return _linear.linear
    found = identifier
    if isinstance(identifier, str):
        found = find_named("activation", identifier, _NAMES)
    elif isinstance(identifier, Mapping):
        found = find_configured("activation", identifier, _NAMES)
    if isinstance(found, type):
        found = found()
    if hasattr(found, "apply") and hasattr(found, "get_config"):
        return LayerActivation(found)
    if not callable(found):
        raise not_callable("activation", identifier, "activations")
    try:
        hash(found)
    except TypeError:
        return Held(found)
    return found


def serialize(activation: Any) -> Any:
    """The name of one of our functions, or a config that `deserialize` reads.

    Source: keras.activations.serialize.
    Example:
        >>> serialize(get("swish"))
        'silu'
    """
    name = getattr(activation, "__name__", None)
    if name is not None:
        if _NAMES.get(name) is activation:
            return name
        return {"module": "builtins", "class_name": "function", "config": name, "registered_name": name}
    return keras_config(activation)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The activation that `serialize` described.

    Raises: UnknownNameError for an unknown name.
    Source: keras.activations.deserialize.
    Example:
        >>> deserialize("silu").__name__
        'silu'
    """
    with naming(custom_objects):
        return get(config)
