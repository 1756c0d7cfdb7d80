"""Any function as a layer."""

from __future__ import annotations

import inspect
import types
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp

from nyuron.core import Array, Params, Shape, State, module, static
from nyuron.core._lookup import Held
from nyuron.core._lookup import signature as content
from nyuron.layers._call import Call
from nyuron.layers._layer import Layer


@dataclass(frozen=True, eq=False, repr=False)
class Function(Held):
    """A function as a static value, equal to another of the same code, defaults and closure.

    So `Lambda(lambda x: x * 2)`, made anew for every model, does not make a new compiled program.
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        function = self.value
        if isinstance(function, types.FunctionType):
            kept = [cell.cell_contents for cell in function.__closure__ or () if _is_filled(cell)]
            held = content([function.__defaults__, function.__kwdefaults__, kept])
            object.__setattr__(self, "signature", (function.__code__, id(function.__globals__), held))


def _is_filled(cell: Any) -> bool:
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:
        return False
    return True


class Arguments(dict):
    """Keyword arguments as a static value, equal to others of the same content."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(content(dict(self)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Arguments) and content(dict(self)) == content(dict(other))


@module
class Lambda(Layer):
    """``y = function(x)``. The function may have arguments, and take `mask` and `training`; it has no weights.

    With several inputs it is given a list of them. A file carries no code, so a saved model names the function, and
    `load_model(path, custom_objects={name: function})` gives it back.

    Shapes: as the function's; (batch, *output_shape) when that is given.
    Source: keras.layers.Lambda.
    Example:
        >>> Lambda(lambda x: x * 2)(jnp.array([[1.0, 2.0]])).tolist()
        [[2.0, 4.0]]
    """

    function: Any = static()
    output_shape: Any = static(None)
    mask: Any = static(None)
    arguments: Any = static(None)

    takes_integers = True

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("function", "output_shape", "mask"):
            value = getattr(self, name)
            if isinstance(value, list):
                object.__setattr__(self, name, tuple(value))
            elif value is not None and not isinstance(value, tuple | Held):
                object.__setattr__(self, name, Function(value))
        object.__setattr__(self, "arguments", Arguments(self.arguments or {}))

    def apply(self, params: Params, state: State, *inputs: Array, call: Call) -> tuple[Any, State]:
        one = len(inputs) == 1
        offered = {"mask": call.mask if one else list(call.masks), "training": call.training}
        wanted = {name: value for name, value in offered.items() if name in _parameters(self.function.value)}
        return self.function(inputs[0] if one else list(inputs), **self.arguments, **wanted), state

    def compute_mask(self, inputs: tuple[Array, ...], call: Call) -> Array | None:
        if self.mask is None:
            return None
        if not callable(self.mask.value):
            return jnp.asarray(self.mask.value)
        one = len(inputs) == 1
        return self.mask(inputs[0] if one else list(inputs), call.mask if one else list(call.masks))

    def compute_output_shape(self, *shapes: Shape) -> Any:
        if isinstance(self.output_shape, Held):
            return tuple(self.output_shape(shapes[0] if len(shapes) == 1 else list(shapes)))
        if self.output_shape is not None:
            return (shapes[0][0], *self.output_shape)
        try:
            return self.measure_output_shape("float32", *shapes)
        except TypeError:
            # A function of indices.
            return self.measure_output_shape("int32", *shapes)


def _parameters(function: Any) -> tuple[str, ...]:
    try:
        return tuple(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return ()
