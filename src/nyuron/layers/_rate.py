"""A dropout rate inside another layer: nothing is drawn where it is known to be 0."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from nyuron.core import ArgumentError, Array
from nyuron.layers._call import Call
from nyuron.layers._noise import keeps


@jax.tree_util.register_pytree_node_class
class Never(float):
    """The rate 0 as part of a description's structure, not as one of its numbers.

    A compiled program is given its numbers as arguments, so it could not leave out drawing for a plain 0.
    """

    def tree_flatten(self) -> tuple[tuple[()], None]:
        """No leaves."""
        return (), None

    @classmethod
    def tree_unflatten(cls, aux: None, children: tuple[()]) -> Never:
        """The same 0."""
        return cls()

    __hash__ = float.__hash__

    def __eq__(self, other: object) -> bool:
        return float(self) == other


def as_rate(rate: Any) -> Any:
    """`Never` for the number 0, the rate itself otherwise."""
    return Never() if isinstance(rate, int | float) and rate == 0 else rate


def check_rate(layer: Any, name: str = "dropout") -> None:
    """Raise ArgumentError for a rate outside 0 … 1."""
    rate = getattr(layer, name)
    if isinstance(rate, int | float) and not 0 <= rate <= 1:
        raise ArgumentError(
            f"{name} cannot be used",
            who=layer.described(),
            expected=f"0 ≤ {name} ≤ 1",
            got=rate,
            fix=f"{type(layer).__name__}(…, {name}=0.1)",
        )


def drop(x: Array, rate: Any, call: Call, place: int, seed: Any = None) -> Array:
    """In training each value is 0 with probability `rate`, and ``x / (1 − rate)`` otherwise.

    `place` sets the draws of one layer apart.
    """
    if not call.training or isinstance(rate, Never):
        return x
    key = jax.random.fold_in(call.need_key("dropout"), place)
    kept = keeps(key if seed is None else jax.random.fold_in(key, seed), rate, x.shape)
    share = 1.0 - jnp.asarray(rate, x.dtype)
    # With rate 1 nothing is kept, and 1/0 would make the gradient NaN.
    return jnp.where(kept, x / jnp.where(share > 0, share, 1), 0)
