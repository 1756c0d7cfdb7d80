"""Why a loss is not finite: the first place in the network where a value is not."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from nyuron.core import Params, State, fold, key_of
from nyuron.layers import Call, join_frozen
from nyuron.train._task import Batch, Task


class NonFiniteLossWarning(UserWarning):
    """Training stopped because the loss is NaN or infinite."""


def is_finite(tree: Any) -> bool:
    """Whether every floating-point array of a tree is finite."""
    leaves = [leaf for leaf in jax.tree.leaves(tree) if jnp.issubdtype(leaf.dtype, jnp.inexact)]
    return all(bool(jnp.all(jnp.isfinite(leaf))) for leaf in leaves)


def first_non_finite(
    task: Task, params: Params, frozen: Params, layers: State, batch: Batch, key: Any, epoch: int, step: int
) -> tuple[int | None, str]:
    """The first layer (its place among the network's layers) with a value that is not finite, and which kind of value.

    Looks at the batch, then layer by layer at weights and outputs; None when only the loss itself overflows.
    """
    if not is_finite(batch[0]):
        return None, "the input"
    whole = join_frozen(params, frozen)
    found: list[tuple[int, str]] = []

    def watch(place: int, value: Any) -> Any:
        layer = task.graph.steps[place].layer
        if not found and not is_finite(whole[layer]):
            found.append((layer, "weights"))
        if not found and not is_finite(value):
            found.append((layer, "output"))
        return value

    call = Call(key=fold(key_of(key), epoch, step), training=True)
    task.graph.forward(whole, layers, *batch[0], call=call, watch=watch)
    if found:
        return found[0]
    if not is_finite(batch[1]):
        return None, "the target"
    return None, "the loss"
