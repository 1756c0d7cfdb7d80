"""Names as Keras gives them: dense, dense_1, dense_2 …"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

_given: Counter[str] = Counter()


def snake_case(name: str) -> str:
    """'BatchNormalization' → 'batch_normalization', 'PReLU' → 'p_re_lu', as in Keras."""
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def unique_name(prefix: str) -> str:
    """'dense' the first time, then 'dense_1', 'dense_2' …"""
    number = _given[prefix]
    _given[prefix] += 1
    return f"{prefix}_{number}" if number else prefix


def clear_names() -> None:
    """Begin counting again."""
    _given.clear()


@contextmanager
def counting_anew() -> Iterator[None]:
    """Within the block names are counted from the beginning, as in a new process."""
    before = Counter(_given)
    clear_names()
    try:
        yield
    finally:
        clear_names()
        _given.update(before)
