"""Arrays that a layer is given by keyword: `layer(query, value, attention_mask=mask)`.

A keyword that names one of the layer's inputs is that input. Any other that holds symbolic tensors becomes a further
input of the graph's step, which remembers the keyword; a layer sees it as a keyword argument of `apply`. `training` and
`mask` say how this one application is made: a layer sees them in its `Call`.

Differs from Keras: what `training` says of one application holds in fit and predict too, as Keras's guide to transfer
learning has it; Keras 3.15 itself overrides it there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nyuron.core import ArgumentError, KindError, Shape
from nyuron.layers._symbolic import SymbolicTensor

Keyword = tuple[str, int | None]
"""A keyword, and which of its several arrays (None: it has only one)."""


def as_positional(layer: Any, inputs: tuple[Any, ...], named: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Inputs in order, also those given under the layer's own names for them; and the other keyword arguments.

    A list of inputs counts as several; so does a dict, whose entries a model takes by the names of its inputs.

    Raises: ArgumentError for an input given twice, or given while one before it is missing, or not at all.
    """
    if len(inputs) == 1 and isinstance(inputs[0], list | tuple):
        inputs = tuple(inputs[0])
    elif len(inputs) == 1 and isinstance(inputs[0], Mapping):
        inputs = _by_name(layer, inputs[0])
    names = layer.call_inputs
    if not any(name in named for name in names):
        return inputs, named
    given = dict(zip(names, inputs, strict=False))
    for name in names:
        if named.get(name) is not None and name in given:
            raise ArgumentError(f"{name} is given twice", who=layer.described(), fix=f"leave out {name}=")
    given.update({name: named[name] for name in names if named.get(name) is not None})
    ordered = names[: len(given)]
    missing = [name for name in ordered if name not in given]
    if missing:
        raise ArgumentError(
            f"{missing[0]} is missing",
            who=layer.described(),
            expected=", ".join(names),
            got=", ".join(given),
            fix=f"give {missing[0]} too",
        )
    rest = {name: value for name, value in named.items() if name not in names}
    return (*(given[name] for name in ordered), *inputs[len(names) :]), rest


def _by_name(layer: Any, inputs: Mapping[str, Any]) -> tuple[Any, ...]:
    names = getattr(layer, "input_names", list(inputs))
    if set(names) != set(inputs):
        raise ArgumentError(
            "the inputs have other names",
            who=layer.described(),
            expected=", ".join(names),
            got=", ".join(inputs),
            fix="give each input under the name of the model's Input",
        )
    return tuple(inputs[name] for name in names)


def split_keywords(
    layer: Any, named: Mapping[str, Any]
) -> tuple[tuple[tuple[str, Any], ...], tuple[SymbolicTensor, ...], tuple[Keyword, ...]]:
    """(plain arguments, symbolic tensors, the keyword of each of these).

    Raises: KindError for an array among symbolic tensors: a graph holds no data.
    """
    plain: list[tuple[str, Any]] = []
    tensors: list[SymbolicTensor] = []
    keywords: list[Keyword] = []
    for name, value in sorted(named.items()):
        if isinstance(value, SymbolicTensor):
            tensors.append(value)
            keywords.append((name, None))
        elif isinstance(value, list | tuple) and any(isinstance(part, SymbolicTensor) for part in value):
            tensors.extend(value)
            keywords.extend((name, i) for i in range(len(value)))
        else:
            plain.append((name, tuple(value) if isinstance(value, list) else value))
    given = [*plain, *((k[0], t) for k, t in zip(keywords, tensors, strict=True) if not isinstance(t, SymbolicTensor))]
    for name, value in given:
        if hasattr(value, "shape") or all(known != name for known, _ in plain):
            raise KindError(
                f"{name} is an array, and the inputs are symbolic tensors",
                who=layer.described(),
                expected="an output of Input or of a layer",
                got=type(value).__name__,
                fix=f"pass {name} as another Input of the model",
            )
    return tuple(plain), tuple(tensors), tuple(keywords)


def arguments(step: Any, values: Sequence[Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """A step's values, one for each of its inputs, as positional and as keyword arguments of `apply`."""
    first = len(values) - len(step.keywords)
    named = dict(step.named)
    for (name, i), value in zip(step.keywords, values[first:], strict=True):
        named[name] = value if i is None else (*named.get(name, ()), value)
    return tuple(values[:first]), named


def given_masks(named: dict[str, Any], masks: tuple[Any, ...]) -> tuple[Any, ...]:
    """The masks given as `mask=`, which is taken out of the keyword arguments; else those that came with the inputs."""
    given = named.pop("mask", None)
    return masks if given is None else given if isinstance(given, tuple) else (given,)


def shape_after(layer: Any, shapes: Sequence[Shape], named: Sequence[tuple[str, Any]]) -> Any:
    """The output's shape; only keyword arguments that the layer says its shape depends on reach it."""
    return layer.compute_output_shape(*shapes, **{name: value for name, value in named if name in layer.shaped_by})
