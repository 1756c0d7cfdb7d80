"""How values per example become one number, and how targets and predictions are brought to one rank."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from nyuron.core import Array, ShapeError

EPSILON = 1e-7


def match_ranks(y_true: Array, y_pred: Array) -> tuple[Array, Array]:
    """(n,) against (n, 1) is squeezed or expanded, never broadcast to (n, n).

    Raises: ShapeError when the ranks differ in any other way, or sizes cannot be one.
    """
    if y_true.ndim == y_pred.ndim + 1 and y_true.shape[-1] == 1:
        if y_pred.ndim == 1:
            y_pred = y_pred[..., None]
        else:
            y_true = y_true[..., 0]
    elif y_pred.ndim == y_true.ndim + 1 and y_pred.shape[-1] == 1:
        if y_true.ndim == 1:
            y_true = y_true[..., None]
        else:
            y_pred = y_pred[..., 0]
    fits = y_true.ndim == y_pred.ndim and all(
        a == b or 1 in (a, b) for a, b in zip(y_true.shape[1:], y_pred.shape[1:], strict=True)
    )
    if not fits or y_true.shape[:1] != y_pred.shape[:1]:
        raise ShapeError(
            "targets and predictions differ in shape",
            who="loss",
            expected=f"targets of the prediction's shape {y_pred.shape}",
            got=f"targets of shape {y_true.shape}",
            fix="give the last layer as many units as the target has columns; for integer labels use a sparse loss",
        )
    return y_true, y_pred


def weights_like(values: Array, weight: Any) -> Array:
    """A weight of the rank of `values`: (n,) and (n, 1) stand for one weight per example."""
    weight = jnp.asarray(weight)
    weight = weight if jnp.issubdtype(weight.dtype, jnp.inexact) else weight.astype(values.dtype)
    if weight.ndim == values.ndim + 1 and weight.shape[-1] == 1:
        weight = weight[..., 0]
    return weight.reshape(weight.shape + (1,) * (values.ndim - weight.ndim)).astype(values.dtype)


def reduce_values(values: Array, sample_weight: Any, mask: Any, reduction: str) -> Array:
    """Weighted values to a number.

    'sum_over_batch_size' divides by the number of values, whatever they weigh; values that a mask takes out do not
    count. 'mean_with_sample_weight' divides by the sum of the weights.
    """
    weight = None if sample_weight is None else weights_like(values, sample_weight)
    if mask is not None:
        counts = weights_like(values, mask)
        if reduction in ("mean", "sum_over_batch_size"):
            counts = counts * (counts.size / (jnp.sum(counts) + EPSILON))
        weight = counts if weight is None else weight * counts
    if weight is not None:
        values = values * weight
    if reduction in ("none", None):
        return values
    total = jnp.sum(values)
    if reduction == "sum":
        return total
    if reduction == "mean_with_sample_weight" and weight is not None:
        return total / (jnp.sum(jnp.broadcast_to(weight, values.shape)) + EPSILON)
    return total / values.size
