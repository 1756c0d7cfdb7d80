"""The contract that every loss keeps."""

from __future__ import annotations

from typing import Any, ClassVar

import jax.numpy as jnp

from nyuron.core import Array, Configurable, StateError, label, module, static
from nyuron.losses._reduce import match_ranks, reduce_values


@module
class Loss(Configurable):
    """A number per example that training makes small: ``per_example(y, ŷ)``, then a reduction.

    'sum_over_batch_size' divides by the number of values (not by Σ sample_weight); with a mask, by how many count.
    'sum', 'mean_with_sample_weight' (divides by Σ weights) and 'none' exist as in Keras. A subclass of the user's
    defines `call(y_true, y_pred)`, as in Keras.

    Source: keras.losses.Loss.
    """

    reduction: str = static("sum_over_batch_size", kw_only=True)
    name: str | None = label(default=None, kw_only=True)
    dtype: Any = label(default=None, kw_only=True)

    matches_ranks: ClassVar[bool] = True
    """Whether targets must have the prediction's shape; else the loss compares labels with classes."""

    def per_example(self, y_true: Array, y_pred: Array) -> Array:
        """One value per example: the last axis is averaged over, or consumed."""
        raise StateError(
            "the loss does not say what it computes", who=repr(self), fix="define call(self, y_true, y_pred)"
        )

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None, mask: Any = None) -> Array:
        y_true, y_pred = jnp.asarray(y_true), jnp.asarray(y_pred)
        if not jnp.issubdtype(y_pred.dtype, jnp.inexact):
            y_pred = y_pred.astype(jnp.float32)
        if self.matches_ranks:
            y_true, y_pred = match_ranks(y_true, y_pred)
            y_true = y_true.astype(y_pred.dtype)
        return reduce_values(self.per_example(y_true, y_pred), sample_weight, mask, self.reduction)
