"""The contract that every loss keeps."""

from __future__ import annotations

from typing import Any, ClassVar

import jax.numpy as jnp
import numpy as np

from nyuron.core import Array, Configurable, StateError, label, module, snake_case, static
from nyuron.losses._reduce import match_ranks, reduce_values, same_rank


@module
class Loss(Configurable):
    """A number per example that training makes small: ``per_example(y, ŷ)``, then a reduction.

    'sum_over_batch_size' divides by the number of values (not by Σ sample_weight); with a mask, by how many count.
    'sum', 'mean_with_sample_weight' (divides by Σ weights) and 'none' exist as in Keras. A subclass of the user's
    defines `call(y_true, y_pred)`, as in Keras. With a `dtype`, targets and predictions are cast to it first.

    Shapes: y and ŷ (batch, …, d); sample_weight (batch,), (batch, 1) or of the values' shape; mask likewise.
    Raises: ShapeError if targets, predictions or weights do not fit each other; ArgumentError for an unknown reduction.
    Differs from Keras: reduction, name and dtype are given by keyword; weights (batch,) always belong to the examples,
        where Keras would broadcast them along the last axis.
    Source: keras.losses.Loss.
    Example:
        >>> class Cubic(Loss):
        ...     def call(self, y_true, y_pred):
        ...         return abs(y_true - y_pred) ** 3
        >>> float(Cubic()(np.zeros(2), np.full(2, 2.0)))
        8.0
    """

    reduction: str | None = static("sum_over_batch_size", kw_only=True)
    name: str | None = label(default=None, kw_only=True)
    dtype: Any = static(None, kw_only=True)

    default_name: ClassVar[str | None] = None
    """The name of an instance that is given none; the class's in snake case when this is None."""

    def __post_init__(self) -> None:
        if self.name is None:
            object.__setattr__(self, "name", self.default_name or snake_case(type(self).__name__))
        if self.dtype is not None and not isinstance(self.dtype, str):
            object.__setattr__(self, "dtype", np.dtype(self.dtype).name)

    def call(self, y_true: Array, y_pred: Array) -> Array:
        """One value per example; what a subclass of the user's defines."""
        return self.per_example(y_true, y_pred)

    def prepared(self, y_true: Array, y_pred: Array) -> tuple[Array, Array]:
        """Targets and predictions as `per_example` wants them: of one rank where that is possible, of one dtype."""
        y_true, y_pred = same_rank(y_true, y_pred)
        return y_true.astype(y_pred.dtype), y_pred

    def per_example(self, y_true: Array, y_pred: Array) -> Array:
        """One value per example: the last axis is averaged over, or consumed."""
        if type(self).call is Loss.call:
            raise StateError(
                "the loss does not say what it computes",
                who=type(self).__name__,
                fix="define call(self, y_true, y_pred) in it",
            )
        return jnp.asarray(self.call(y_true, y_pred))

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None, mask: Any = None) -> Array:
        y_true, y_pred = jnp.asarray(y_true), jnp.asarray(y_pred)
        if self.dtype is not None:
            y_pred = y_pred.astype(self.dtype)
        elif not jnp.issubdtype(y_pred.dtype, jnp.inexact):
            y_pred = y_pred.astype(jnp.float32)
        return reduce_values(self.values(y_true, y_pred), sample_weight, mask, self.reduction)

    def values(self, y_true: Array, y_pred: Array) -> Array:
        """One value per example, before weights and reduction."""
        return self.call(*self.prepared(y_true, y_pred))


@module
class Elementwise(Loss):
    """A loss whose targets have the prediction's shape."""

    def prepared(self, y_true: Array, y_pred: Array) -> tuple[Array, Array]:
        y_true, y_pred = match_ranks(y_true, y_pred, who=type(self).__name__)
        return y_true.astype(y_pred.dtype), y_pred
