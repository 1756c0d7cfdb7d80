"""What `nyuron tune` searches: the space of a file, or one that fits the network; and what its names mean."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from nyuron import optimizers
from nyuron.cli._bodies import BODIES
from nyuron.cli._model_file import placeholders
from nyuron.cli._tune_options import TuneOptions
from nyuron.core import ArgumentError, nearest
from nyuron.tuners import HyperParameter, Space, space_from_dictionary, space_from_file

WIDTHS = ("hidden", "units", "layers")
TRAINING = ("dropout", "learning_rate", "optimizer", "batch_size", "epochs")
_RATE = {"low": 3e-4, "high": 3e-2, "log": True, "default": 1e-3}
_DROPOUT = {"low": 0.0, "high": 0.5, "step": 0.1}
DEFAULT_SPACES: dict[str, dict[str, Any]] = {
    "mlp": {"units": [32, 64, 128, 256], "layers": [1, 2, 3], "dropout": _DROPOUT},
    "cnn": {"units": [16, 32, 64], "layers": [1, 2, 3], "dropout": _DROPOUT},
    "lstm": {"units": [32, 64, 128], "layers": [1, 2], "dropout": _DROPOUT},
    "gru": {"units": [32, 64, 128], "layers": [1, 2], "dropout": _DROPOUT},
    "transformer": {"units": [32, 64, 128], "layers": [1, 2, 3], "dropout": {**_DROPOUT, "high": 0.3}},
}
"""Of each network; the learning rate and the rows of a step are added to each."""


def find_space(options: TuneOptions, name: str) -> Space:
    """The space of --space, or the default one of the network of that name without what the command line fixes.

    Raises: ArgumentError, DataError for a space that cannot be used with this network.
    """
    if options.space is not None:
        space = space_from_file(options.space)
        _check(space, options, name)
        return space
    wanted = placeholders(Path(name)) if name not in BODIES else set()
    if wanted:
        raise ArgumentError(
            "the network's placeholders have no values",
            who=name,
            expected="--space FILE.yaml",
            got=", ".join(f"${one}" for one in sorted(wanted)),
            fix=f"write a file with {sorted(wanted)[0]}: [32, 64, 128], and name it with --space",
        )
    entries = {**DEFAULT_SPACES.get(name, {}), "learning_rate": _RATE, "batch_size": [16, 32, 64, 128]}
    fixed = {
        "units": bool(options.hidden),
        "layers": bool(options.hidden),
        "dropout": options.dropout is not None,
        "learning_rate": options.learning_rate is not None,
        "batch_size": options.batch_size is not None,
    }
    return space_from_dictionary({one: entry for one, entry in entries.items() if not fixed[one]})


def options_for(options: TuneOptions, values: Mapping[str, Any]) -> TuneOptions:
    """The options with what a trial's hyperparameters say."""
    found = {one: values[one] for one in TRAINING if one in values}
    if "hidden" in values:
        hidden = values["hidden"]
        found["hidden"] = tuple(hidden) if isinstance(hidden, list | tuple) else (hidden,)
    elif "units" in values or "layers" in values:
        width = values.get("units") or (options.hidden[0] if options.hidden else 64)
        found["hidden"] = (width,) * int(values.get("layers", max(len(options.hidden), 1)))
    return dataclasses.replace(options, **found)


def optimizer_for(optimizer: Any, values: Mapping[str, Any], taken: set[str]) -> Any:
    """The optimizer with those of a trial's hyperparameters that are its own, such as momentum."""
    own = {name: value for name, value in values.items() if name not in taken and name not in (*WIDTHS, *TRAINING)}
    accepted = {field.name for field in dataclasses.fields(optimizer) if field.init}
    return dataclasses.replace(optimizer, **{name: value for name, value in own.items() if name in accepted})


def _check(space: Space, options: TuneOptions, name: str) -> None:
    own = placeholders(Path(name)) if name not in BODIES else set()
    known = [*(WIDTHS if name in BODIES else ()), *(TRAINING if name in BODIES else TRAINING[1:]), *sorted(own)]
    fields = _fields_of_optimizers(space, options)
    for one in space.names:
        if one not in (*known, *fields):
            guess = nearest(one, [*known, *fields])
            raise ArgumentError(
                f"there is no hyperparameter {one!r} of this network",
                who=str(options.space),
                expected=", ".join(known) + ", or one of the optimizer's",
                got=repr(one),
                fix=f"did you mean {guess!r}?" if guess else "leave it out",
            )
    for one in space:
        if one.name not in own:
            _check_values(one, str(options.space))
    if "hidden" in space.names and ("units" in space.names or "layers" in space.names):
        raise ArgumentError(
            "hidden says what units and layers say",
            who=str(options.space),
            expected="hidden, or units and layers",
            got=", ".join(space.names),
            fix="leave one out",
        )
    missing = sorted(own - set(space.names))
    if missing:
        raise ArgumentError(
            f"the network's placeholder ${missing[0]} is not in the space",
            who=str(options.space),
            expected=", ".join(sorted(own)),
            got=", ".join(space.names),
            fix=f"{missing[0]}: [32, 64, 128]",
        )


def _check_values(one: HyperParameter, who: str) -> None:
    """Raise ArgumentError if the network or the training cannot take a value that the space has."""
    is_fitting, expected, example = _BOUNDS.get(one.name, (None, "", ""))
    found = one.choices or (one.low, one.high)
    flat = [v for value in found for v in (value if isinstance(value, list | tuple) else (value,))]
    wrong = None if is_fitting is None else next((v for v in flat if not is_fitting(v)), None)
    if wrong is not None:
        raise ArgumentError(
            f"hyperparameter {one.name!r} has a value that cannot be used",
            who=who,
            expected=expected,
            got=repr(wrong),
            fix=f"{one.name}: {example}",
        )


def _is_count(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == int(value) and value >= 1


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_BOUNDS: dict[str, tuple[Callable[[Any], bool], str, str]] = {
    **{name: (_is_count, "whole numbers, 1 or more", "[32, 64]") for name in (*WIDTHS, "batch_size", "epochs")},
    "layers": (_is_count, "whole numbers, 1 or more", "[1, 2]"),
    "dropout": (lambda v: _is_number(v) and 0 <= v < 1, "shares from 0 to below 1", "[0.0, 0.2]"),
    "learning_rate": (lambda v: _is_number(v) and v > 0, "numbers above 0", "{low: 1e-4, high: 1e-1, log: true}"),
}
"""Which values a hyperparameter may have, in words, and an example."""


def _fields_of_optimizers(space: Space, options: TuneOptions) -> set[str]:
    """Names of the constructors' arguments of every optimizer that a trial may have."""
    named = {v for one in space if one.name == "optimizer" for v in one.choices if isinstance(v, str)}
    found = [optimizers.get(name) for name in sorted(named | {options.optimizer or "adam"})]
    return {field.name for one in found for field in dataclasses.fields(one) if field.init}
