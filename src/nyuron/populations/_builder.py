"""Whether a builder can be called as a population calls it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from nyuron.core import ArgumentError, KindError, nearest
from nyuron.models import Model


def check_builder(build: Callable[..., Any], values: Mapping[str, Any]) -> None:
    """Raise KindError for what is no function that makes a model, ArgumentError if it does not take these values."""
    if isinstance(build, Model) or not callable(build):
        raise KindError(
            "a builder makes a model",
            who="build",
            expected="a function that returns a new compiled model each time",
            got=f"{type(build).__name__}, a model" if isinstance(build, Model) else repr(build)[:60],
            fix="def build(): …; return model",
        )
    try:
        signature = inspect.signature(build)
    except ValueError:  # written in C
        return
    try:
        signature.bind(**values)
    except TypeError as error:
        known = list(signature.parameters)
        stray = next((name for name in values if name not in known), None)
        guess = None if stray is None else nearest(stray, known)
        raise ArgumentError(
            f"the builder cannot be called with these hyperparameters: {error}",
            who=f"{getattr(build, '__name__', 'build')}()",
            expected=", ".join(known) or "no argument",
            got=", ".join(values) or "none",
            fix=f"did you mean {guess!r}?" if guess else "give each argument without a default a value, and no other",
        ) from error
