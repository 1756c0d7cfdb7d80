"""How values per example become one number, and how targets and predictions are brought to one rank."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from nyuron.core import ArgumentError, Array, ShapeError
from nyuron.core._errors import suggestion

EPSILON = 1e-7
REDUCTIONS = ("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none", None)


def same_rank(y_true: Array, y_pred: Array) -> tuple[Array, Array]:
    """A last axis of size 1 that only one of the two has is given to the other (batch,), or taken away.

    Source: keras.src.losses.loss.squeeze_or_expand_to_same_rank.
    """
    if y_true.ndim == y_pred.ndim + 1 and y_true.shape[-1] == 1:
        return (y_true, y_pred[..., None]) if y_pred.ndim == 1 else (y_true[..., 0], y_pred)
    if y_pred.ndim == y_true.ndim + 1 and y_pred.shape[-1] == 1:
        return (y_true[..., None], y_pred) if y_true.ndim == 1 else (y_true, y_pred[..., 0])
    return y_true, y_pred


def match_ranks(y_true: Array, y_pred: Array, who: str = "loss") -> tuple[Array, Array]:
    """(n,) against (n, 1) is squeezed or expanded, never broadcast to (n, n).

    Raises: ShapeError if the shapes differ in any other way.
    Differs from Keras: sizes are never broadcast either, (n, 1) against (n, 3) is an error.
    """
    y_true, y_pred = same_rank(y_true, y_pred)
    if y_true.shape != y_pred.shape:
        raise ShapeError(
            "targets and predictions differ in shape",
            who=who,
            expected=f"targets of the prediction's shape {y_pred.shape}",
            got=f"targets of shape {y_true.shape}",
            fix="give the last layer as many units as the target has columns; for integer labels use a sparse loss",
        )
    return y_true, y_pred


def weights_like(values: Array, weight: Any) -> Array:
    """A weight of the rank and dtype of `values`: (n,) and (n, 1) stand for one weight per example.

    Raises: ShapeError if the weight's shape does not fit.
    """
    given = weight = jnp.asarray(weight)
    while weight.ndim > values.ndim and weight.shape[-1] == 1:
        weight = weight[..., 0]
    weight = weight.reshape(weight.shape + (1,) * (values.ndim - weight.ndim)).astype(values.dtype)
    if weight.ndim > values.ndim or any(w not in (1, v) for w, v in zip(weight.shape, values.shape, strict=False)):
        raise ShapeError(
            "weights do not fit the values that they weigh",
            who="sample_weight",
            expected=f"shape {values.shape[:1]} for one per example, or {values.shape} for one per value"
            if values.ndim
            else "no weights: this loss gives one number for the whole batch",
            got=f"shape {given.shape}",
            fix="give one weight for each row of the targets" if values.ndim else "name an axis other than the batch's",
        )
    return weight


def reduce_values(values: Array, sample_weight: Any, mask: Any, reduction: str | None) -> Array:
    """Weighted values to a number.

    'sum_over_batch_size' divides by the number of values, whatever they weigh; values that a mask takes out do not
    count. 'mean_with_sample_weight' divides by the sum of the weights.

    Raises: ArgumentError for an unknown reduction.
    Source: keras.src.losses.loss.reduce_weighted_values.
    """
    if reduction not in REDUCTIONS:
        raise ArgumentError(
            "unknown reduction",
            who="loss",
            expected=f"one of {REDUCTIONS}",
            got=repr(reduction),
            fix=suggestion("reduction", reduction, REDUCTIONS),
        )
    values = jnp.asarray(values)
    weight = None if sample_weight is None else weights_like(values, sample_weight)
    if mask is not None:
        counts = weights_like(values, mask)
        if reduction in ("mean", "sum_over_batch_size"):
            counts = counts * (counts.size / jnp.maximum(jnp.sum(counts), 1.0))
        weight = counts if weight is None else weight * counts
    if weight is not None:
        values = values * weight
    if reduction in ("none", None):
        return values
    total = jnp.sum(values)
    if reduction == "sum":
        return total
    if reduction == "mean_with_sample_weight" and weight is not None:
        weights = jnp.sum(jnp.broadcast_to(weight, values.shape))
        return jnp.where(weights == 0, 0.0, total / jnp.where(weights == 0, 1.0, weights))
    return total / max(values.size, 1)
