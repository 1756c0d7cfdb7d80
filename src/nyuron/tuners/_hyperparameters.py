"""KerasTuner's `hp`: hyperparameters are declared where the model is made, and have their values there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

from nyuron.core import ArgumentError, StateError, nearest
from nyuron.tuners._hyperparameter import Conditions, HyperParameter, number, options, plain


class HyperParameters:
    """What a builder `build(hp)` gets: it declares each hyperparameter and returns its value in this trial.

    A value that was set before (`hp.values["units"] = 64`) is returned as it is; otherwise the default is. What stands
    in a `conditional_scope` whose condition does not hold is declared, and is None.

    Differs from Keras: the integers and floats of a Choice may be mixed, choices may be lists and None; `hp["typo"]`
    raises a ValueError; steps of floats reach the upper bound (KerasTuner stops at 0.2 of 0, 0.1, 0.2, 0.3); configs
    have the form of a search's file.
    Source: keras_tuner.HyperParameters.
    Example:
        >>> hp = nyuron.tuners.HyperParameters()
        >>> hp.Int("units", 32, 128, step=2, sampling="log")
        32
        >>> [found.values() for found in hp.space]
        [[32, 64, 128]]
    """

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        """What is active, by name."""
        self.space: list[HyperParameter] = []
        """What was declared, in order: parents stand before what depends on them."""
        self._scopes: list[str] = []
        self._conditions: list[tuple[str, tuple[Any, ...]]] = []

    def Int(
        self,
        name: str,
        min_value: int,
        max_value: int,
        step: int | None = None,
        sampling: str | None = "linear",
        default: int | None = None,
        parent_name: str | None = None,
        parent_values: Any = None,
    ) -> Any:
        """An integer from `min_value` to `max_value`, both included; the step is multiplied where sampling is "log".

        Source: keras_tuner.HyperParameters.Int.
        """
        bounds = (min_value, max_value, step, sampling, default)
        return self._declare("int", name, bounds, parent_name, parent_values)

    def Float(
        self,
        name: str,
        min_value: float,
        max_value: float,
        step: float | None = None,
        sampling: str | None = "linear",
        default: float | None = None,
        parent_name: str | None = None,
        parent_values: Any = None,
    ) -> Any:
        """A number from `min_value` to `max_value`, sampled "linear", "log" or "reverse_log".

        Source: keras_tuner.HyperParameters.Float.
        """
        bounds = (min_value, max_value, step, sampling, default)
        return self._declare("float", name, bounds, parent_name, parent_values)

    def Choice(
        self,
        name: str,
        values: Sequence[Any],
        ordered: bool | None = None,
        default: Any = None,
        parent_name: str | None = None,
        parent_values: Any = None,
    ) -> Any:
        """One of `values`, the first when there is no default. Numbers are ordered unless `ordered=False`.

        Source: keras_tuner.HyperParameters.Choice.
        """
        return self._declare("choice", name, (values, ordered, default), parent_name, parent_values)

    def Boolean(
        self, name: str, default: bool = False, parent_name: str | None = None, parent_values: Any = None
    ) -> Any:
        """True or False.

        Source: keras_tuner.HyperParameters.Boolean.
        """
        return self._declare("boolean", name, ((False, True), False, default), parent_name, parent_values)

    def Fixed(self, name: str, value: Any, parent_name: str | None = None, parent_values: Any = None) -> Any:
        """A value that is recorded and never varied.

        Source: keras_tuner.HyperParameters.Fixed.
        """
        return self._declare("fixed", name, ([value], False, None), parent_name, parent_values)

    @contextmanager
    def name_scope(self, name: str) -> Iterator[None]:
        """Within the block names begin with `name/`."""
        self._scopes.append(str(name))
        try:
            yield
        finally:
            self._scopes.pop()

    @contextmanager
    def conditional_scope(self, parent_name: str, parent_values: Any) -> Iterator[None]:
        """Within the block hyperparameters are active only where the parent has one of these values.

        The block itself always runs, so that it can declare them.
        Raises: ArgumentError if there is no such parent under the conditions that hold here.
        """
        parent = self._named(parent_name)
        if not self._declared(parent, tuple(self._conditions)):
            raise ArgumentError(
                "a condition on a hyperparameter that is not declared",
                who=f"conditional_scope({parent!r})",
                expected=f"one of {', '.join({found.name: 0 for found in self.space}) or 'none yet'}",
                got=repr(parent),
                fix=self._suggestion(parent) or "declare the parent before the scope, under the same conditions",
            )
        if not isinstance(parent_values, list | tuple):
            parent_values = [parent_values]
        self._conditions.append((parent, plain(parent_values)))
        try:
            yield
        finally:
            self._conditions.pop()

    def is_active(self, hyperparameter: HyperParameter | str) -> bool:
        """Whether the conditions hold for the present values; of a name, whether they do for any that has it."""
        if isinstance(hyperparameter, HyperParameter):
            return hyperparameter.is_active(self.values)
        return any(found.is_active(self.values) for found in self.space if found.name == hyperparameter)

    def get(self, name: str) -> Any:
        """The present value.

        Raises: ArgumentError if there is no such hyperparameter, StateError if it is inactive.
        """
        name = self._named(name)
        if name in self.values:
            return self.values[name]
        if any(found.name == name for found in self.space):
            raise StateError(
                "inactive: its conditions do not hold",
                who=f"hyperparameter {name!r}",
                expected=" or ".join(
                    " and ".join(f"{parent} in {list(allowed)}" for parent, allowed in found.conditions)
                    for found in self.space
                    if found.name == name
                ),
                got=f"{self.values}",
                fix=f"ask only where they hold: `if hp.is_active({name!r}):`, or declare it without a parent",
            )
        raise ArgumentError(
            "no such hyperparameter",
            who=f"hyperparameter {name!r}",
            expected=f"one of {', '.join(self.values) or 'none yet'}",
            got=repr(name),
            fix=self._suggestion(name) or "declare it first",
        )

    def __getitem__(self, name: str) -> Any:
        return self.get(name)

    def __contains__(self, name: str) -> bool:
        return self._named(name) in self.values

    def get_config(self) -> dict[str, Any]:
        """As JSON takes it."""
        return {"space": [found.to_config() for found in self.space], "values": dict(self.values)}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> HyperParameters:
        """What `get_config` gave."""
        made = cls()
        made.space = [HyperParameter.from_config(found) for found in config["space"]]
        made.values = {name: plain(value) for name, value in config["values"].items()}
        return made

    def copy(self) -> HyperParameters:
        """One with the same space and values, that changes alone."""
        return type(self).from_config(self.get_config())

    def _declare(
        self, kind: str, name: str, arguments: tuple[Any, ...], parent_name: str | None, parent_values: Any
    ) -> Any:
        with self.conditional_scope(parent_name, parent_values) if parent_name else nullcontext():
            name, conditions = self._named(name), tuple(self._conditions)
            if any(parent == name for parent, _ in conditions):
                raise ArgumentError(
                    "a hyperparameter cannot be its own condition",
                    who=f"hyperparameter {name!r}",
                    expected="another hyperparameter's name",
                    got=f"{conditions}",
                    fix="leave parent_name out, or name another hyperparameter",
                )
            found = self._declared(name, conditions)
            if found is None:
                if kind in ("int", "float"):
                    low, high, step, sampling, default = arguments
                    found = number(kind, name, low, high, step, sampling, default=default, conditions=conditions)
                else:
                    values, ordered, default = arguments
                    found = options(kind, name, values, ordered, default, conditions)
                self.space.append(found)
            return self._value(found) if found.is_active(self.values) else None

    def _value(self, found: HyperParameter) -> Any:
        return self.values.setdefault(found.name, found.default)

    def _declared(self, name: str, conditions: Conditions) -> HyperParameter | None:
        same = [found for found in self.space if found.name == name and found.conditions == conditions]
        return same[0] if same else None

    def _named(self, name: str) -> str:
        return "/".join([*self._scopes, str(name)])

    def _suggestion(self, name: str) -> str | None:
        guess = nearest(name, [found.name for found in self.space])
        return f"did you mean {guess!r}?" if guess else None
