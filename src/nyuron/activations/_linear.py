"""No bend at all."""

from __future__ import annotations

from typing import Any

from nyuron.core import register


@register
def linear(x: Any) -> Any:
    """The input itself: ``φ(x) = x``, ``φ′ = 1``.

    Shapes: x (…) -> (…).
    Source: keras.activations.linear.
    Example:
        >>> linear(3.0)
        3.0
    """
    return x
