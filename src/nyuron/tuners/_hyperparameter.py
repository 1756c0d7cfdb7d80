"""One hyperparameter: which values it may take, and when it matters."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nyuron.core import ArgumentError, KindError, unknown_name

KINDS = ("int", "float", "choice", "boolean", "fixed")
SAMPLINGS = ("linear", "log", "reverse_log")

Conditions = tuple[tuple[str, tuple[Any, ...]], ...]


@dataclass(frozen=True)
class HyperParameter:
    """A named range of numbers (`int`, `float`), or a list of values (`choice`, `boolean`, `fixed`).

    A step is added where the sampling is linear, and multiplied where it is `log`. `conditions` are pairs of a parent and
    the values of it for which this one is active; all of them must hold. Use `number` and `options` to make one.

    Raises: ArgumentError if the range or the choices are empty, or the default is none of the values.
    Source: keras_tuner.engine.hyperparameters.HyperParameter.
    """

    name: str
    kind: str
    low: Any = None
    high: Any = None
    step: Any = None
    sampling: str = "linear"
    choices: tuple[Any, ...] = ()
    ordered: bool = False
    default: Any = None
    conditions: Conditions = ()

    @property
    def count(self) -> int | None:
        """How many values there are; None for a float without a step."""
        if self.choices:
            return len(self.choices)
        if self.step is None:
            return self.high - self.low + 1 if self.kind == "int" else None
        if self.sampling == "linear":
            return math.floor((self.high - self.low) / self.step + 1e-9) + 1
        return math.floor(math.log(self.high / self.low) / math.log(self.step) + 1e-9) + 1

    def nth(self, index: int) -> Any:
        """The value of that index, counted from 0."""
        if self.choices:
            return self.choices[index]
        if self.sampling == "linear" or self.step is None:
            value = self.low + index * (self.step or 1)
        elif self.sampling == "log":
            value = self.low * self.step**index
        else:
            value = self.low + self.high - self.low * self.step**index
        return int(value) if self.kind == "int" else self._within(tidy(value))

    def at(self, share: float) -> Any:
        """The value that lies at that share of the range, 0 ≤ share < 1, in the sense of the sampling."""
        if self.count is not None and (self.choices or self.step is not None):
            return self.nth(min(int(share * self.count), self.count - 1))
        if self.kind == "int":
            return min(int(self._between(share, self.high + 1)), self.high)
        return self._between(share, self.high)

    def values(self, points: int | None = None) -> list[Any]:
        """Every value, as a grid takes them; `points` of them where a range has no step.

        Raises: ArgumentError if there are infinitely many.
        """
        unstepped = not self.choices and self.step is None
        if unstepped and points is not None and (self.count is None or self.count > points):
            shares = [i / (points - 1) for i in range(points)] if points > 1 else [0.5]
            found = [self._between(share, self.high) for share in shares]
            return list(dict.fromkeys(round(v) if self.kind == "int" else self._within(tidy(v)) for v in found))
        if self.count is None:
            raise ArgumentError(
                "a grid needs finitely many values",
                who=self.who,
                expected="a step, or a number of values",
                got=f"every number from {self.low} to {self.high}",
                fix=f"write {{'low': {self.low}, 'high': {self.high}, 'number': 5}}, or use method='random'",
            )
        return [self.nth(index) for index in range(self.count)]

    def canonical(self, value: Any) -> Any:
        """`value` as this hyperparameter gives it: 3.0 is 3 for an int.

        Raises: ArgumentError if it is none of the values.
        """
        value = plain(value)
        found = self._nearest(value)
        if found is None and value != self.default:
            raise ArgumentError(
                "a value out of its space",
                who=self.who,
                expected=self.describe(),
                got=repr(value),
                fix="take one of these",
            )
        return value if found is None else found[0]

    def is_active(self, values: Mapping[str, Any]) -> bool:
        """Whether the conditions hold for these values."""
        return all(parent in values and values[parent] in allowed for parent, allowed in self.conditions)

    def to_config(self) -> dict[str, Any]:
        """As JSON takes it."""
        return {
            "name": self.name,
            "kind": self.kind,
            "low": self.low,
            "high": self.high,
            "step": self.step,
            "log": self.sampling != "linear",
            "reverse": self.sampling == "reverse_log",
            "choices": as_json(self.choices),
            "ordered": self.ordered,
            "default": as_json(self.default),
            "conditions": [[parent, as_json(allowed)] for parent, allowed in self.conditions],
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> HyperParameter:
        """What `to_config` gave, also after it was JSON."""
        conditions = tuple((parent, plain(allowed)) for parent, allowed in config.get("conditions") or ())
        sampling = "reverse_log" if config.get("reverse") else "log" if config.get("log") else "linear"
        name, kind, default = config["name"], config["kind"], config.get("default")
        if kind in ("int", "float"):
            low, high, step = config["low"], config["high"], config.get("step")
            return number(kind, name, low, high, step, sampling, default=default, conditions=conditions)
        return options(kind, name, config["choices"], config.get("ordered"), default, conditions)

    @property
    def who(self) -> str:
        """How errors call it."""
        return f"hyperparameter {self.name!r}"

    @property
    def domain(self) -> tuple[Any, ...]:
        """What two hyperparameters of one name must share to be one parameter of a study."""
        return (self.kind, self.low, self.high, self.step, self.sampling, self.choices)

    def describe(self) -> str:
        """The values in words."""
        if self.choices:
            return f"one of {', '.join(map(repr, self.choices))}"
        step = "" if self.step in (None, 1) else f" in steps of {'×' * (self.sampling != 'linear')}{self.step}"
        return f"{'an integer' if self.kind == 'int' else 'a number'} from {self.low} to {self.high}{step}"

    def _between(self, share: float, high: float) -> float:
        if self.sampling == "linear":
            value = self.low + share * (high - self.low)
        elif self.sampling == "log":
            value = self.low * (high / self.low) ** share
        else:
            value = self.low + high - self.low * (high / self.low) ** (1 - share)
        return min(max(value, self.low), high)

    def _within(self, value: float) -> float:
        return min(max(value, self.low), self.high)

    def _nearest(self, value: Any) -> tuple[Any] | None:
        """The value of this hyperparameter that equals `value`, in a tuple because it may be None."""
        if self.choices:
            same = [choice for choice in self.choices if _same(choice, value)]
            return (same[0],) if same else None
        is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        slack = 1e-9 * max(abs(self.low), abs(self.high))  # what arithmetic leaves behind
        if not is_number or not self.low - slack <= value <= self.high + slack:
            return None
        value = self._within(value)
        if self.count is None:
            return (float(value),)
        if self.sampling == "linear" or self.step is None:
            index = (value - self.low) / (self.step or 1)
        else:
            index = math.log((value if self.sampling == "log" else self.low + self.high - value) / self.low, self.step)
        near = self.nth(min(max(round(index), 0), self.count - 1))
        return (near,) if math.isclose(near, value, rel_tol=1e-9, abs_tol=1e-12) else None


def number(
    kind: str, name: str, low: Any, high: Any, step: Any = None, sampling: str | None = "linear", **more: Any
) -> HyperParameter:
    """A range of numbers, both ends included. `more` is `default` and `conditions`."""
    who = f"hyperparameter {name!r}"
    sampling = (sampling or "linear").lower()
    if sampling not in SAMPLINGS:
        raise unknown_name("sampling", sampling, SAMPLINGS)
    low, high = (_as_number(kind, who, what, value) for what, value in (("lower bound", low), ("upper bound", high)))
    step = None if step is None else _as_number(kind, who, "step", step)
    if low > high:
        raise ArgumentError(
            "the range is empty", who=who, expected="low ≤ high", got=f"{low} > {high}", fix=f"from {high} to {low}?"
        )
    if sampling != "linear" and low <= 0:
        raise ArgumentError(
            "logarithms need numbers above zero",
            who=who,
            expected="low > 0",
            got=low,
            fix="raise the lower bound, or sample linearly",
        )
    least = 0 if sampling == "linear" else 1
    if step is not None and step <= least:
        what = "is added" if least == 0 else "is multiplied where the sampling is logarithmic"
        raise ArgumentError(f"the step {what}", who=who, expected=f"step > {least}", got=step, fix="leave it out")
    if kind == "int" and step is None and sampling == "linear":
        step = 1
    default = more.get("default")
    made = HyperParameter(
        name,
        kind,
        low,
        high,
        step,
        sampling,
        default=low if default is None else plain(default),
        conditions=more.get("conditions", ()),
    )
    if not isinstance(made.default, int | float) or not low <= made.default <= high:
        raise ArgumentError(
            "the default is out of its space",
            who=who,
            expected=made.describe(),
            got=repr(default),
            fix=f"default={min(max(made.default, low), high) if isinstance(made.default, int | float) else low}",
        )
    return made


def options(
    kind: str,
    name: str,
    choices: Sequence[Any],
    ordered: bool | None = None,
    default: Any = None,
    conditions: Conditions = (),
) -> HyperParameter:
    """A list of values: numbers, strings, truths, None, or sequences of these. Integers among floats become floats."""
    who = f"hyperparameter {name!r}"
    found = plain(list(choices), who)
    if not found:
        raise ArgumentError(
            "there is nothing to choose",
            who=who,
            expected="at least one value",
            got="none",
            fix="give the values, such as [64, 128]; a hyperparameter without any is left out",
        )
    is_numeric = all(isinstance(value, int | float) and not isinstance(value, bool) for value in found)
    if is_numeric and any(isinstance(value, float) for value in found):
        found = tuple(map(float, found))
    for index, value in enumerate(found):
        if any(_same(value, other) for other in found[:index]):
            raise ArgumentError("a value stands twice among the choices", who=who, got=repr(value), fix="leave one out")
    if ordered and not is_numeric:
        raise ArgumentError(
            "only numbers have an order",
            who=who,
            expected="ordered=False",
            got=f"{found}",
            fix="ordered=False, or numbers for choices",
        )
    first = found[0] if default is None else plain(default)
    first = float(first) if is_numeric and isinstance(found[0], float) and isinstance(first, int) else first
    if not any(_same(first, value) for value in found):
        expected = f"one of {', '.join(map(repr, found))}"
        raise ArgumentError(
            "the default is none of the choices",
            who=who,
            expected=expected,
            got=repr(default),
            fix=f"default={found[0]!r}, or add {default!r} to the choices",
        )
    is_ordered = is_numeric if ordered is None else ordered
    return HyperParameter(name, kind, choices=found, ordered=is_ordered, default=first, conditions=conditions)


def plain(value: Any, who: str = "") -> Any:
    """`value` made of Python's own numbers and strings, sequences as tuples.

    Raises: KindError if JSON could not hold it.
    """
    if hasattr(value, "dtype") and hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return tuple(plain(item, who) for item in value)
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    raise KindError(
        "a hyperparameter's value must be one that a file can hold",
        who=who,
        expected="a finite number, a string, a truth, None, or a list of these",
        got=f"{value!r} ({type(value).__name__})",
        fix="choose among names, and look the object up where the model is made",
    )


def as_json(value: Any) -> Any:
    """`value` with lists in place of tuples."""
    return [as_json(item) for item in value] if isinstance(value, list | tuple) else value


def tidy(value: float) -> float:
    """Without the digits that repeated addition leaves behind: 0.30000000000000004 is 0.3."""
    return float(f"{value:.12g}")


def _same(one: Any, other: Any) -> bool:
    return json.dumps(one) == json.dumps(other) or (type(one) is not bool and type(other) is not bool and one == other)


def _as_number(kind: str, who: str, what: str, value: Any) -> Any:
    value = plain(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise KindError(
            f"the {what} must be a number",
            who=who,
            expected="a number",
            got=f"{value!r} ({type(value).__name__})",
            fix=f"write {value} without quotes"
            if str(value).replace(".", "", 1).isdigit()
            else "give a number, or choices for values that are none",
        )
    if kind == "float":
        return float(value)
    if value != int(value):
        raise ArgumentError(
            f"the {what} must be an integer", who=who, got=value, fix="use a float's range for numbers with a fraction"
        )
    return int(value)
