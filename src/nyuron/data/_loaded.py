"""What the three folder loaders share: one data set, or one for training and one for validation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nyuron.data._batched import Batched
from nyuron.data._labelled import Labelled


def said(verbose: bool, text: str) -> None:
    """Tell how many files there are, as Keras does."""
    if verbose:
        print(text)  # noqa: T201


def in_parts(
    found: Labelled,
    validation_split: float | None,
    subset: str | None,
    verbose: bool,
    make: Callable[[Labelled], Batched],
) -> Any:
    """The data set of the files; of the part that is asked for; or of both."""
    count = len(found.names)
    classes = "" if found.class_names is None else f" belonging to {len(found.class_names)} classes"
    said(verbose, f"Found {count} files{classes}.")
    if subset is None:
        return make(found)
    parts = []
    for part in ("training", "validation") if subset == "both" else (subset,):
        chosen = found.part(validation_split, part)
        said(verbose, f"Using {len(chosen.names)} files for {part}.")
        parts.append(make(chosen))
    return tuple(parts) if subset == "both" else parts[0]
