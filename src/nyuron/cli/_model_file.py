"""Networks described in a YAML file."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from nyuron import layers as layers_room
from nyuron.cli._bodies import BODIES
from nyuron.core import ArgumentError, DataError, NyuronError, nearest, unknown_name
from nyuron.layers import Layer

EXAMPLE = "layers: [{layer: Dense, units: 64, activation: relu}]"
_PARTS = ("Input", "InputLayer", "Layer", "Lambda")
"""Names in the room of layers that a file cannot use: the data give the input, and files carry no code."""


class LayerSpec(BaseModel):
    """One layer: its class as `layer`, and the arguments of its constructor; or the class alone, `- Flatten`."""

    model_config = ConfigDict(extra="allow")
    layer: str

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, value: Any) -> Any:
        return {"layer": value} if isinstance(value, str) else value

    def make(self) -> Layer:
        """The layer.

        Raises: UnknownNameError for a class or argument that there is not, with the nearest one.
        """
        known = layer_classes()
        if self.layer not in known:
            raise unknown_name("layer", self.layer, known)
        cls, arguments = known[self.layer], self.model_extra or {}
        accepted = inspect.signature(cls).parameters
        for name in arguments:
            if name not in accepted:
                raise _unknown_argument(self.layer, name, [n for n in accepted if n != "slot"])
        try:
            settled: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in arguments.items()}
            return cls(**settled)
        except NyuronError:
            raise
        except (TypeError, ValueError) as error:
            raise ArgumentError(
                "the arguments do not make a layer",
                who=self.layer,
                got=str(error),
                fix=f"see help(layers.{self.layer})",
            ) from error


class NetworkSpec(BaseModel):
    """A network, and how to train it. All but `layers` may be left out.

    ::

        layers:
          - {layer: Dense, units: 128, activation: relu}
          - {layer: Dropout, rate: 0.2}
          - Flatten                       # a layer without arguments
        output: auto                      # none: the last layer of the list is the output
        scaling: auto                     # none: the input comes as it is
        optimizer: {class: SGD, learning_rate: 0.1, momentum: 0.9}    # or a name
        loss: sparse_categorical_crossentropy
        metrics: [accuracy]
        epochs: 50
        batch_size: 32

    With ``output: auto``, a layer that fits the data is put on top: a softmax over the classes, or one unit for each
    quantity. Quantities are standardised for the training whatever the output layer is.
    """

    model_config = ConfigDict(extra="forbid")
    layers: list[LayerSpec]
    output: Literal["auto", "none"] = "auto"
    scaling: Literal["auto", "none"] = "auto"
    optimizer: str | dict[str, Any] | None = None
    loss: str | None = None
    metrics: list[str] | None = None
    epochs: int | None = Field(None, ge=0)
    batch_size: int | None = Field(None, ge=1)


def read_spec(path: Path, values: Mapping[str, Any] | None = None) -> NetworkSpec:
    """The network that a YAML file describes; its layers are known to be layers.

    `values` stand for the file's placeholders: `units: $units` takes the value of `units`.

    Raises: DataError for a missing or wrong file, UnknownNameError for a layer or argument that there is not.
    """
    import yaml

    if not path.is_file():
        raise DataError(
            "there is no such network",
            who="--model",
            expected=f"{', '.join(BODIES)}, or a YAML file",
            got=repr(str(path)),
            fix=f"did you mean {guess!r}?" if (guess := nearest(str(path), BODIES)) else "check the path",
        )
    try:
        entries = filled(yaml.safe_load(path.read_text(encoding="utf-8")), values or {}, path)
        spec = NetworkSpec.model_validate(entries)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise DataError(
            "the file is not YAML",
            who=str(path),
            expected=EXAMPLE,
            got=" ".join(str(error).split()),
            fix="check the indentation and the colons",
        ) from error
    except ValidationError as error:
        raise _invalid(path, error) from error
    for entry in spec.layers:
        entry.make()
    return spec


def filled(entries: Any, values: Mapping[str, Any], path: Path) -> Any:
    """What a YAML file holds, with values in the place of placeholders.

    Raises: DataError for a placeholder that has no value.
    """
    if isinstance(entries, dict):
        return {name: filled(entry, values, path) for name, entry in entries.items()}
    if isinstance(entries, list):
        return [filled(entry, values, path) for entry in entries]
    name = placeholder(entries)
    if name is None:
        return entries
    if name not in values:
        raise DataError(
            f"the placeholder {entries} has no value",
            who=str(path),
            expected=f"one of {', '.join('$' + n for n in values)}" if values else "a search, that gives it one",
            got=entries,
            fix=f"nyuron tune … --space FILE.yaml, with {name}: [32, 64, 128]",
        )
    found = values[name]
    return list(found) if isinstance(found, tuple) else found


def placeholder(entry: Any) -> str | None:
    """The name of a placeholder, `$units`; None for anything else."""
    is_one = isinstance(entry, str) and entry.startswith("$") and entry[1:].isidentifier()
    return entry[1:] if is_one else None


def placeholders(path: Path) -> set[str]:
    """The names of a file's placeholders; none where the file cannot be read."""
    import yaml

    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError):
        return set()

    def found(entry: Any) -> set[str]:
        parts = entry.values() if isinstance(entry, dict) else entry if isinstance(entry, list) else ()
        name = placeholder(entry)
        return {name} if name else set().union(*(found(part) for part in parts))

    return found(entries)


def layer_classes() -> dict[str, type[Layer]]:
    """The closed list of layers that a file may name."""
    found = {name: getattr(layers_room, name) for name in layers_room.__all__ if name not in _PARTS}
    return {name: cls for name, cls in found.items() if isinstance(cls, type) and issubclass(cls, Layer)}


def _unknown_argument(layer: str, name: str, accepted: list[str]) -> NyuronError:
    guess = nearest(name, accepted)
    return ArgumentError(
        f"there is no argument {name!r}",
        who=layer,
        expected=", ".join(accepted),
        got=repr(name),
        fix=f"did you mean {guess!r}?" if guess else "leave it out",
    )


def _invalid(path: Path, error: ValidationError) -> NyuronError:
    first = error.errors()[0]
    place = [str(part) for part in first["loc"] if part not in ("str", "dict[str,any]")]
    known = list(NetworkSpec.model_fields)
    guess = nearest(place[-1], known) if first["type"] == "extra_forbidden" else None
    where = " → ".join(place)
    return DataError(
        f"the description is wrong at {where!r}" if where else "the file does not describe a network",
        who=str(path),
        expected=EXAMPLE if not place or place[0] == "layers" else f"among {', '.join(known)}",
        got=f"{first['msg'].lower()}: {first['input']!r}"[:160],
        fix=f"did you mean {guess!r}?" if guess else "correct it; the schema is in help(nyuron.cli) and the README",
    )
