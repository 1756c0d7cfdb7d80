"""Means of losses and of numbers, as metrics."""

from __future__ import annotations

from typing import Any, ClassVar

import jax.numpy as jnp

from nyuron import losses
from nyuron.core import Array, Scalar, State, module, static
from nyuron.metrics._metric import MeanOfValues, Metric, matched, total_and_count


@module
class Mean(Metric):
    """``Σ w v / Σ w`` of the values that it is given.

    Source: keras.metrics.Mean.
    """

    def init(self) -> State:
        return jnp.zeros((), jnp.float32), jnp.zeros((), jnp.float32)

    def update(self, state: State, y_true: Array, y_pred: Array | None = None, weight: Array | None = None) -> State:
        total, count = total_and_count(jnp.asarray(y_true), weight)
        return state[0] + total, state[1] + count

    def update_state(self, values: Any, sample_weight: Any = None) -> None:  # type: ignore[override]
        weight = None if sample_weight is None else jnp.asarray(sample_weight, jnp.float32)
        self.box.state = self.update(self.box.state or self.init(), jnp.asarray(values), None, weight)

    def compute(self, state: State) -> Any:
        return state[0] / jnp.where(state[1] == 0, 1.0, state[1])


@module
class Sum(Mean):
    """``Σ w v`` of the values that it is given.

    Source: keras.metrics.Sum.
    """

    def compute(self, state: State) -> Any:
        return state[0]


@module
class LossMean(MeanOfValues):
    """The mean of a loss's values, without a reduction of its own."""

    loss_name: ClassVar[str] = ""

    def loss(self) -> Any:
        """The loss whose values are averaged."""
        return losses.get(self.loss_name)

    def values(self, y_true: Array, y_pred: Array) -> Array:
        return self.loss().values(y_true, y_pred)


@module
class MeanOfLoss(LossMean):
    """The mean of the values of any loss, the user's own too."""

    of: losses.Loss

    def loss(self) -> Any:
        return self.of


def _of_loss(name: str, loss: str, default_name: str | None = None) -> type[LossMean]:
    doc = f"The mean of `losses.{loss}`.\n\n    Source: keras.metrics.{name}.\n    "
    made = type(
        name, (LossMean,), {"__doc__": doc, "__module__": __name__, "loss_name": loss, "default_name": default_name}
    )
    return module(made)


MeanSquaredError = _of_loss("MeanSquaredError", "MeanSquaredError")
MeanAbsoluteError = _of_loss("MeanAbsoluteError", "MeanAbsoluteError")
MeanAbsolutePercentageError = _of_loss("MeanAbsolutePercentageError", "MeanAbsolutePercentageError")
MeanSquaredLogarithmicError = _of_loss("MeanSquaredLogarithmicError", "MeanSquaredLogarithmicError")
LogCoshError = _of_loss("LogCoshError", "LogCosh", "logcosh")
KLDivergence = _of_loss("KLDivergence", "KLDivergence")
Poisson = _of_loss("Poisson", "Poisson")
Hinge = _of_loss("Hinge", "Hinge")
SquaredHinge = _of_loss("SquaredHinge", "SquaredHinge")
CategoricalHinge = _of_loss("CategoricalHinge", "CategoricalHinge")


@module
class CosineSimilarity(MeanOfValues):
    """``Σ y/‖y‖ · ŷ/‖ŷ‖`` along `axis`, averaged: 1 for equal directions.

    Source: keras.metrics.CosineSimilarity.
    """

    axis: int = static(-1)

    def values(self, y_true: Array, y_pred: Array) -> Array:
        return -losses.CosineSimilarity(axis=self.axis).values(y_true, y_pred)


@module
class BinaryCrossentropy(LossMean):
    """The mean of `losses.BinaryCrossentropy`.

    Source: keras.metrics.BinaryCrossentropy.
    """

    from_logits: bool = static(False)
    label_smoothing: Scalar = 0.0

    def loss(self) -> Any:
        return losses.BinaryCrossentropy(from_logits=self.from_logits, label_smoothing=self.label_smoothing)


@module
class CategoricalCrossentropy(LossMean):
    """The mean of `losses.CategoricalCrossentropy`.

    Source: keras.metrics.CategoricalCrossentropy.
    """

    from_logits: bool = static(False)
    label_smoothing: Scalar = 0.0
    axis: int = static(-1)

    def loss(self) -> Any:
        return losses.CategoricalCrossentropy(
            from_logits=self.from_logits, label_smoothing=self.label_smoothing, axis=self.axis
        )


@module
class SparseCategoricalCrossentropy(LossMean):
    """The mean of `losses.SparseCategoricalCrossentropy`.

    Source: keras.metrics.SparseCategoricalCrossentropy.
    """

    from_logits: bool = static(False)
    axis: int = static(-1)

    def loss(self) -> Any:
        return losses.SparseCategoricalCrossentropy(from_logits=self.from_logits, axis=self.axis)


@module
class RootMeanSquaredError(MeanOfValues):
    """``√(Σ w (y−ŷ)² / Σ w)`` over all values.

    Source: keras.metrics.RootMeanSquaredError.
    """

    def values(self, y_true: Array, y_pred: Array) -> Array:
        y_true, y_pred = matched(y_true, y_pred)
        return jnp.square(y_pred - y_true)

    def compute(self, state: State) -> Any:
        return jnp.sqrt(state[0] / jnp.where(state[1] == 0, 1.0, state[1]))
