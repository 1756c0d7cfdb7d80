"""A space written as a plain dictionary, in Python or in a file of YAML or JSON."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nyuron.core import ArgumentError, DataError, FileFormatError, KindError, UnknownNameError, nearest
from nyuron.tuners._hyperparameter import Conditions, HyperParameter, number, options, plain
from nyuron.tuners._space import Space

_RANGE = ("low", "high", "step", "log", "number", "default", "when")
_LIST = ("choices", "ordered", "default", "when")
_MOST_BYTES = 1 << 20


def space_from_dictionary(entries: Mapping[str, Any]) -> Space:
    """The space that a dictionary describes, a hyperparameter an entry.

    - a list: its values, `[64, 128, 256]`, `["relu", "tanh"]`, `[True, False]`;
    - a pair: a range of numbers, both ends included, `(0.1, 0.5)`, `(1, 8)`, or logarithmic, `(1e-4, 1e-1, "log")`;
    - `range(1, 4)`: 1, 2, 3;
    - a dictionary: `{"low": 1e-4, "high": 1e-1, "log": True}` with `step` or `number` (so many values of equal distance),
      or `{"choices": […]}`; with `default`, and with `when`, `{"optimizer": ["sgd"]}`: active for these values only;
    - anything else: fixed.

    Raises: ArgumentError, KindError, UnknownNameError that name the entry.
    Example:
        >>> space = nyuron.tuners.space_from_dictionary({"units": [64, 128], "rate": {"low": 0.1, "high": 0.3, "step": 0.1}})
        >>> space.size
        6
    """
    made = []
    for name, entry in entries.items():
        if not isinstance(name, str):
            raise KindError(
                "a hyperparameter's name must be a string",
                who="space",
                expected="a string",
                got=f"{name!r}",
                fix=f"write {str(name)!r} in quotes",
            )
        made.append(_hyperparameter(name, entry))
    return Space(made)


def space_from_file(path: str | os.PathLike[str]) -> Space:
    """The space in a file of YAML or JSON: the dictionary of `space_from_dictionary`, with lists for pairs' dictionaries.

    Raises: DataError if it cannot be read, FileFormatError if it is not such a dictionary.
    """
    path = Path(path)
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise FileFormatError(
                "too large for a space",
                who=str(path),
                expected=f"at most {_MOST_BYTES} bytes",
                got=f"{path.stat().st_size} bytes",
                fix="put the hyperparameters alone into this file; give long lists as {low: …, high: …, step: …}",
            )
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(
            "the space cannot be read",
            who=str(path),
            expected="a text file of YAML or JSON",
            got=error,
            fix="save the file as UTF-8"
            if isinstance(error, UnicodeDecodeError)
            else f"an existing file of YAML or JSON; here is {Path.cwd()}",
        ) from error
    entries = _from_json(path, text) if path.suffix.lower() == ".json" else _from_yaml(path, text)
    if not isinstance(entries, dict) or not entries:
        raise FileFormatError(
            "no space",
            who=str(path),
            expected="a hyperparameter a line, such as 'units: [64, 128]'",
            got=type(entries).__name__ if entries else "an empty file",
            fix="write lines such as 'units: [64, 128]' and 'rate: {low: 0.001, high: 0.1, log: true}'",
        )
    return space_from_dictionary(entries)


def _hyperparameter(name: str, entry: Any) -> HyperParameter:
    who = f"hyperparameter {name!r}"
    if isinstance(entry, Mapping):
        return _from_mapping(name, dict(entry))
    if isinstance(entry, range):
        if not entry:
            raise ArgumentError(
                "the range is empty",
                who=who,
                expected="a range with at least one value",
                got=repr(entry),
                fix=f"range({min(entry.start, entry.stop)}, {max(entry.start, entry.stop) + 1}, {abs(entry.step)})",
            )
        return number("int", name, min(entry), max(entry), abs(entry.step))
    if isinstance(entry, tuple):
        return _from_pair(name, entry)
    if isinstance(entry, list) or hasattr(entry, "tolist"):
        found = plain(entry, who)
        return _choice(name, found) if isinstance(found, tuple) else options("fixed", name, [found])
    return options("fixed", name, [plain(entry, who)])


def _from_pair(name: str, entry: tuple[Any, ...]) -> HyperParameter:
    sampling = "linear"
    if len(entry) == 3 and entry[2] in ("log", "linear"):
        entry, sampling = entry[:2], entry[2]
    if len(entry) != 2 or not all(_is_number(bound) for bound in entry):
        raise ArgumentError(
            "a tuple is a range",
            who=f"hyperparameter {name!r}",
            expected="(low, high) or (low, high, 'log')",
            got=repr(entry),
            fix="write a list, [ ], for values to choose among",
        )
    return number(_kind(*entry), name, *entry, sampling=sampling)


def _from_mapping(name: str, entry: dict[str, Any]) -> HyperParameter:
    who = f"hyperparameter {name!r}"
    known = _LIST if "choices" in entry else _RANGE
    for key in entry:
        if key not in known:
            guess = nearest(str(key), [*_RANGE, *_LIST])
            raise UnknownNameError(
                f"unknown key {key!r}",
                who=who,
                expected=", ".join(known),
                got=repr(key),
                fix=f"did you mean {guess!r}?" if guess and guess not in entry else f"leave {key!r} out",
            )
    conditions = _conditions(who, entry.get("when"))
    default = entry.get("default")
    if "choices" in entry:
        if not isinstance(entry["choices"], list | tuple):
            raise KindError(
                "choices must be a list",
                who=who,
                expected="a list of values",
                got=repr(entry["choices"]),
                fix=f"'choices': [{entry['choices']!r}]",
            )
        return _choice(name, entry["choices"], entry.get("ordered"), default, conditions)
    missing = [key for key in ("low", "high") if key not in entry]
    if missing:
        raise ArgumentError(
            f"{' and '.join(map(repr, missing))} not given",
            who=who,
            expected="{'low': …, 'high': …} or {'choices': […]}",
            got=repr(entry),
            fix=f"add {' and '.join(f'{key!r}: …' for key in missing)}, or 'choices': [1, 2, 3] for a list of values",
        )
    low, high, step = entry["low"], entry["high"], entry.get("step")
    kind = _kind(low, high, step, default)
    sampling = "log" if entry.get("log") else "linear"
    points = entry.get("number")
    if points is None:
        return number(kind, name, low, high, step, sampling, default=default, conditions=conditions)
    if step is not None or not isinstance(points, int) or points < 1:
        expected = "a step, or a number of values of at least 1"
        raise ArgumentError(
            "cannot be divided so",
            who=who,
            expected=expected,
            got=f"step={step}, number={points}",
            fix="'number': 5 without 'step'" if step is not None else "'number': 5",
        )
    divided = HyperParameter(name, kind, number(kind, name, low, high, None, sampling).low, high, None, sampling)
    return options("choice", name, divided.values(points), True, default, conditions)


def _choice(
    name: str, values: Any, ordered: bool | None = None, default: Any = None, conditions: Conditions = ()
) -> HyperParameter:
    is_boolean = len(values) == 2 and all(isinstance(value, bool) for value in values) and values[0] != values[1]
    first = values[0] if is_boolean and default is None else default
    return options("boolean" if is_boolean else "choice", name, values, ordered, first, conditions)


def _conditions(who: str, when: Any) -> Conditions:
    if when is None:
        return ()
    if not isinstance(when, Mapping) or not when:
        raise KindError(
            "'when' must name the parent",
            who=who,
            expected="{'parent': [values]}",
            got=repr(when),
            fix="'when': {'optimizer': ['sgd']} for a hyperparameter that counts where optimizer is sgd",
        )
    found = ((parent, allowed if isinstance(allowed, list | tuple) else [allowed]) for parent, allowed in when.items())
    return tuple((str(parent), plain(allowed)) for parent, allowed in found)


def _is_number(value: Any) -> bool:
    return isinstance(plain(value), int | float) and not isinstance(value, bool)


def _kind(*bounds: Any) -> str:
    return "float" if any(isinstance(plain(bound), float) for bound in bounds) else "int"


def _from_json(path: Path, text: str) -> Any:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) < len(pairs):
            twice = next(name for i, (name, _) in enumerate(pairs) if name in dict(pairs[:i]))
            raise FileFormatError("a name stands twice", who=str(path), got=repr(twice), fix="leave one out")
        return dict(pairs)

    try:
        return json.loads(text, object_pairs_hook=once)
    except (ValueError, RecursionError) as error:
        if isinstance(error, FileFormatError):
            raise
        raise FileFormatError(
            "not JSON",
            who=str(path),
            expected='{"units": [64, 128]}',
            got=error,
            fix="mend that line: names and texts in double quotes, a comma between entries, none after the last",
        ) from error


def _from_yaml(path: Path, text: str) -> Any:
    import yaml

    class Loader(yaml.SafeLoader):
        """PyYAML's safe one, that also takes 1e-4 for a number, and refuses a name that stands twice."""

        def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
            names = [key.value for key, _ in node.value]
            for name in names:
                if names.count(name) > 1:
                    where = f"line {node.start_mark.line + 1}"
                    raise FileFormatError(f"{name!r} stands twice", who=str(path), got=where, fix="leave one out")
            return super().construct_mapping(node, deep)

    pattern = re.compile(r"^[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+$")
    Loader.add_implicit_resolver("tag:yaml.org,2002:float", pattern, list("-+0123456789."))
    try:
        return yaml.load(text, Loader)  # a safe loader: it makes nothing but numbers, strings, lists and dictionaries
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        if isinstance(error, FileFormatError):
            raise
        mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
        raise FileFormatError(
            "not YAML" if mark is None else f"not YAML in line {mark.line + 1}, column {mark.column + 1}",
            who=str(path),
            expected="units: [64, 128]",
            got=problem or " ".join(str(error).split()),
            fix="mend that line: 'name: value' with a blank after the colon, and spaces, no tabs, before it",
        ) from error
