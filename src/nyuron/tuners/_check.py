"""What `tune` refuses before a trial is begun."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from nyuron.core import ArgumentError, nearest

MODES = {"auto": "auto", "minimize": "min", "maximize": "max", "min": "min", "max": "max"}
"""What the user may say of the direction, and what it means for a figure."""
_OF_METHOD = {
    "hyperband": ("max_epochs", "factor", "hyperband_iterations"),
    "pbt": ("interval", "quantile", "resample"),
}


def check_search(
    method: str,
    methods: Collection[str],
    direction: str,
    data: Any,
    timeout: float | None,
    numbers: Mapping[str, tuple[Any, int]],
) -> None:
    """Raise ArgumentError for what no search can be; `numbers` are whole ones, each with its least."""
    if method not in methods:
        guess = nearest(str(method), methods)
        raise ArgumentError(
            "there is no such method",
            who="tune",
            expected=", ".join(methods),
            got=repr(method),
            fix=f"method={guess or 'random'!r}",
        )
    if direction not in MODES:
        raise ArgumentError(
            "there is no such direction",
            who="tune",
            expected=", ".join(MODES),
            got=repr(direction),
            fix="direction='minimize'",
        )
    for name, (value, least) in numbers.items():
        if not is_whole(value) or value < least:
            raise ArgumentError(
                f"{name} cannot be used",
                who="tune",
                expected=f"a whole number, {least} or more",
                got=repr(value),
                fix=f"{name}={max(least, 1)}",
            )
    if timeout is not None and not timeout > 0:
        raise ArgumentError(
            "no trial ends in no time",
            who="tune",
            expected="seconds above 0, or None",
            got=f"timeout={timeout!r}",
            fix="timeout=600",
        )
    if not isinstance(data, tuple | list) or len(data) not in (2, 3):
        raise ArgumentError(
            "the data must be a pair",
            who="tune",
            expected="(x, y) or (x, y, sample_weight)",
            got=type(data).__name__,
            fix="nyuron.tune(build, space, (x, y))",
        )


def check_schedule(method: str, schedule: Mapping[str, Any], known: Collection[str]) -> None:
    """Raise ArgumentError for an argument that the method does not have; `known` are those of every method."""
    own = _OF_METHOD.get(method, ())
    for name in schedule:
        if name not in own:
            guess = nearest(name, [*known, *own])
            raise ArgumentError(
                f"there is no argument {name!r}",
                who=f"tune(method={method!r})",
                expected=", ".join(own) or "no argument of this method's own",
                got=f"{name}={schedule[name]!r}",
                fix=f"did you mean {guess!r}?" if guess else "leave it out",
            )


def is_whole(value: Any) -> bool:
    """Whether it is an integer, Python's or NumPy's."""
    return hasattr(value, "__index__") and not isinstance(value, bool)
