"""The contract that every loss keeps, and how its values are averaged."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from nyuron.core import Array, Configurable, label, module, static


@module
class Loss(Configurable):
    """A number per example that training makes small: ``per_example(y, ŷ)``, then a reduction.

    'sum_over_batch_size' divides by the number of values (not by Σ sample_weight); with a mask, by how many count.
    'sum', 'mean_with_sample_weight' (divides by Σ weights) and 'none' exist as in Keras.

    Source: keras.losses.Loss.
    """

    reduction: str = static("sum_over_batch_size", kw_only=True)
    name: str | None = label(default=None, kw_only=True)

    def per_example(self, y_true: Array, y_pred: Array) -> Array:
        """One value per example: the last axis is averaged over (or consumed)."""
        raise NotImplementedError

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None, mask: Any = None) -> Array:
        values = self.per_example(jnp.asarray(y_true), jnp.asarray(y_pred))
        return reduce_values(values, sample_weight, mask, self.reduction)


def reduce_values(values: Array, sample_weight: Any, mask: Any, reduction: str) -> Array:
    """Weighted values to a number, by the rules that `Loss` states."""
    raise NotImplementedError
