"""The flags of a script: settings with defaults, which whoever runs it may change."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from nyuron.core import ArgumentError, FileFormatError, KindError, UnknownNameError, nearest

_YES, _NO = {"true", "yes", "on", "1"}, {"false", "no", "off", "0"}


class Flags(Mapping[str, Any]):
    """The flags that hold in a run, by name or as attributes; they cannot be changed.

    Source: tfruns::flags.
    Example:
        >>> chosen = Flags(units=64, dropout=0.2)
        >>> chosen.units, chosen["dropout"], dict(chosen)
        (64, 0.2, {'units': 64, 'dropout': 0.2})
    """

    __slots__ = ("_values",)

    def __init__(self, **values: Any) -> None:
        object.__setattr__(self, "_values", values)

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("__") and name in self._values:
            return self._values[name]
        guess = nearest(name, self._values)
        raise AttributeError(f"there is no flag {name!r}" + (f"; did you mean {guess!r}?" if guess else ""))

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"flags are given where the script is run: flags={{{name!r}: {value!r}}}")

    def __repr__(self) -> str:
        return f"Flags({', '.join(f'{name}={value!r}' for name, value in self._values.items())})"


def chosen_flags(defaults: Mapping[str, Any], sources: Sequence[tuple[str, Mapping[str, Any]]]) -> Flags:
    """The defaults, changed by each of the (name, flags) in turn; each value as a value of its default's type.

    Raises: UnknownNameError for a flag that is none of the defaults; KindError for a value of another type.
    """
    values = {name: plain(value, f"flags({name}=…)") for name, value in defaults.items()}
    for who, given in sources:
        for name, value in given.items():
            if name not in values:
                guess = nearest(name, values)
                raise UnknownNameError(
                    f"the script has no flag {name!r}",
                    who=who,
                    expected=", ".join(values) or "no flags: the script names none",
                    got=name,
                    fix=f"did you mean {guess!r}?" if guess else f"name it in the script: flags({name}=…)",
                )
            values[name] = of_type(value, defaults[name], f"{who}, flag {name!r}")
    return Flags(**values)


def of_type(value: Any, default: Any, who: str) -> Any:
    """`value` as a value of the type of `default`; text is read as such a value.

    Raises: KindError if it is none.
    Example:
        >>> of_type("128", 64, "units"), of_type("no", True, "big"), of_type(1, 0.5, "rate"), of_type("2 x", "", "name")
        (128, False, 1.0, '2 x')
    """
    value, kind = plain(value, who), type(plain(default, who))
    read = value
    if isinstance(value, str) and kind is not str:
        read = _read(value, kind)
    if kind is type(None) or (isinstance(read, kind) and not (kind is int and isinstance(read, bool))):
        return read
    if kind is float and isinstance(read, int) and not isinstance(read, bool):
        return float(read)
    if kind is int and isinstance(read, float) and read.is_integer():
        return int(read)
    fits = kind is int and isinstance(read, float)
    raise KindError(
        "the value is of another type than the flag's default",
        who=who,
        expected=f"{_TYPES[kind]}, as the default {default!r}",
        got=repr(value),
        fix=f"write the default as {float(default)!r} where fractions are meant" if fits else "change one of the two",
    )


_TYPES = {bool: "true or false", int: "a whole number", float: "a number", str: "text", list: "a list"}


def _read(text: str, kind: type) -> Any:
    """What the text says, or the text itself where it says nothing of that type."""
    import yaml

    if kind is bool:
        low = text.strip().lower()
        return True if low in _YES else False if low in _NO else text
    if kind in (int, float):
        try:
            return float(text) if kind is float else int(text)
        except ValueError:
            try:
                return float(text)
            except ValueError:
                return text
    try:
        read = yaml.safe_load(text)
    except yaml.YAMLError:
        return text
    if kind is list and not isinstance(read, list):
        read = [yaml.safe_load(part) for part in text.split(",")] if text.strip() else []
    return plain(read, text) if isinstance(read, bool | int | float | str | list | None) else text


def plain(value: Any, who: str) -> Any:
    """A value as JSON has it: a truth, a number, text, None, or a list of these.

    Raises: KindError for anything else.
    """
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, list | tuple):
        return [plain(part, who) for part in value]
    if hasattr(value, "tolist") and getattr(value, "ndim", None) in (0, 1):
        return plain(value.tolist(), who)
    if isinstance(value, Path):
        return str(value)
    raise KindError(
        "a flag has a type that cannot be recorded",
        who=who,
        expected="a truth, a number, text, None, or a list of these",
        got=type(value).__name__,
        fix="pass its name or its numbers, and make the object in the script",
    )


def parse_arguments(arguments: Sequence[str], who: str) -> dict[str, str]:
    """Flags of a command line: ``--units 64``, ``--units=64``; ``--big`` alone says true.

    Raises: ArgumentError for words that belong to no flag.
    Example:
        >>> parse_arguments(["--units", "64", "--learning-rate=-0.1", "--big"], "train.py")
        {'units': '64', 'learning_rate': '-0.1', 'big': 'true'}
    """
    found: dict[str, str] = {}
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if not word.startswith("--") or len(word) == 2:
            raise ArgumentError(
                "a word belongs to no flag", who=who, expected="--flag value", got=word, fix=f"leave out {word!r}"
            )
        name, is_joined, value = word[2:].partition("=")
        if not is_joined:
            value = rest.pop(0) if rest and not rest[0].startswith("--") else "true"
        found[name.replace("-", "_")] = value
    return found


def read_flags(file: Path) -> dict[str, Any]:
    """The flags of a YAML file, or {} where there is none.

    Raises: FileFormatError for a file that is no list of names and values.
    """
    import yaml

    if not file.is_file():
        return {}
    try:
        read = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise FileFormatError("the file is no YAML", who=str(file), got=error, fix="lines such as units: 64") from error
    if read is None:
        return {}
    if not isinstance(read, dict) or not all(isinstance(name, str) for name in read):
        raise FileFormatError(
            "the file has no names",
            who=str(file),
            expected="lines such as units: 64",
            got=str(read)[:60],
            fix="write a line for each flag, its name first: units: 64",
        )
    return read


def command_line(caller: Mapping[str, Any]) -> dict[str, str]:
    """The flags on the process's command line, where it belongs to the script whose globals are given."""
    file = caller.get("__file__")
    if caller.get("__name__") != "__main__" or not file or not sys.argv:
        return {}
    if Path(sys.argv[0]).resolve() != Path(file).resolve():
        return {}
    return parse_arguments(sys.argv[1:], Path(file).name)
