"""Errors that say who, what, expected, got, and the edit that repairs it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class NyuronError(Exception):
    """Root of every error that Nyuron raises on purpose.

    The message follows one template, so that the last line tells the repair::

        Dense(units=10, name='dense'): the last axis of the input has the wrong size
          expected: (*batch, 784)
          got:      (32, 28, 28) float32
          fix:      put Flatten() before this layer
    """

    def __init__(
        self, what: str, *, who: str = "", expected: object = None, got: object = None, fix: object = None
    ) -> None:
        lines = [f"{who}: {what}" if who else what]
        for label, value in (("expected", expected), ("got", got), ("fix", fix)):
            if value is not None:
                lines.append(f"  {label + ':':<9} {value}")
        super().__init__("\n".join(lines))


class ShapeError(NyuronError, ValueError):
    """An array's shape does not fit."""


class ArgumentError(NyuronError, ValueError):
    """An argument has a value that cannot be used."""


class KindError(NyuronError, TypeError):
    """An argument has a type or dtype that cannot be used."""


class UnknownNameError(NyuronError, ValueError):
    """A name stands for nothing here; the nearest one that does is suggested."""


class StateError(NyuronError, RuntimeError):
    """Something is used before it is ready: an unbuilt or uncompiled model."""


class DataError(NyuronError, ValueError):
    """The data cannot be trained on as they are."""


class FileFormatError(NyuronError, ValueError):
    """A file is corrupt, foreign, or of a version that cannot be read."""


class MissingPackageError(NyuronError, ImportError):
    """An optional package is needed and not installed."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like `name`, or None when nothing is near."""
    by_lower = {candidate.lower(): candidate for candidate in known}
    found = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.55)
    return by_lower[found[0]] if found else None


def unknown_name(kind: str, name: object, known: Iterable[str]) -> UnknownNameError:
    """The error for a name that is none of `known`, with the nearest suggestion."""
    known = sorted(set(known))
    guess = nearest(str(name), known)
    return UnknownNameError(
        f"unknown {kind} {name!r}",
        expected=f"one of {', '.join(known)}" if len(known) <= 40 else f"one of {len(known)} known names",
        got=repr(name),
        fix=f"did you mean {guess!r}?" if guess else f"see dir() of the room for every {kind}",
    )


def suggestion(argument: str, given: object, allowed: Iterable[object]) -> str:
    """The edit that gives `argument` an allowed value: the one most like `given`, or else each of them."""
    allowed = list(allowed)
    guess = nearest(given, [value for value in allowed if isinstance(value, str)]) if isinstance(given, str) else None
    if guess is not None:
        return f"did you mean {argument}={guess!r}?"
    return " or ".join(f"{argument}={value!r}" for value in allowed)
