"""The contract that every metric keeps, and Keras's stateful face of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import jax.numpy as jnp

from nyuron.core import Array, Configurable, State, label, module, snake_case
from nyuron.losses import match_ranks, weights_like


class Box:
    """Where an instance keeps its sums between calls of the stateful face."""

    state: Any = None
    sized: Any = None


@module
class Metric(Configurable):
    """A figure over any number of batches, kept as sums so that batches, devices and members add up exactly::

        init() -> state                       zeros
        update(state, y, ŷ, weight) -> state  weight None, or one per value
        result(state) -> value

    Sums are float32: counts are exact up to 2²⁴ values of weight 1 in steps of 1.

    The stateful face is Keras's: `update_state`, `result()`, `reset_state`, and calling the metric. A subclass of the
    user's may instead have `add_weight`, `update_state` and `result`, as in Keras.

    Source: keras.metrics.Metric.
    """

    name: str | None = label(default=None, kw_only=True)
    dtype: Any = label(default=None, kw_only=True)
    box: Box = label(init=False, default_factory=Box, repr=False)

    mutable_attributes = ("name",)
    default_name: ClassVar[str | None] = None
    """Its name, where that is not the class's in snake_case."""

    def __post_init__(self) -> None:
        if self.name is None:
            object.__setattr__(self, "name", self.default_name or snake_case(type(self).__name__))

    def sized(self, y_shape: Sequence[int | None], pred_shape: Sequence[int | None]) -> Any:
        """This metric for data of these shapes, where its sums depend on them.

        Raises: ArgumentError for options that cannot be used.
        """
        return self

    def init(self) -> State:
        """Sums before the first batch."""
        raise NotImplementedError

    def update(self, state: State, y_true: Array, y_pred: Array, weight: Array | None = None) -> State:
        """Sums after one more batch."""
        raise NotImplementedError

    def compute(self, state: State) -> Any:
        """The figure that the sums stand for."""
        raise NotImplementedError

    # The stateful face.

    def add_weight(self, *arguments: Any, **options: Any) -> Any:
        """A sum of a Keras-style metric: `add_weight(shape, initializer, name=…)`."""
        from nyuron.metrics._custom import add_weight

        return add_weight(self, *arguments, **options)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch."""
        y, p = jnp.asarray(y_true), jnp.asarray(y_pred)
        if self.box.sized is None:
            self.box.sized = self.sized(y.shape, p.shape)
        state = self.box.sized.init() if self.box.state is None else self.box.state
        weight = None if sample_weight is None else jnp.asarray(sample_weight, jnp.float32)
        self.box.state = self.update(state, y, p, weight)

    def result(self, state: State = None) -> Any:
        """The figure of `state`, or of what `update_state` has added."""
        if state is None:
            state = (self.box.sized or self).init() if self.box.state is None else self.box.state
        return self.compute(state)

    def reset_state(self) -> None:
        """Forget all batches."""
        self.box.state = None

    def __call__(self, *batch: Any, sample_weight: Any = None) -> Any:
        self.update_state(*batch, sample_weight=sample_weight)
        return self.result()


def total_and_count(values: Array, weight: Array | None) -> tuple[Array, Array]:
    """Σ w·value and Σ w, in float32."""
    values = values.astype(jnp.float32)
    if weight is None:
        return jnp.sum(values), jnp.asarray(values.size, jnp.float32)
    weight = weights_like(values, weight)
    if weight.ndim > values.ndim:
        weight = jnp.mean(weight, axis=tuple(range(values.ndim, weight.ndim)))
    return jnp.sum(values * weight), jnp.sum(jnp.broadcast_to(weight, values.shape))


@module
class MeanOfValues(Metric):
    """A weighted mean of one value per example; a subclass says which value."""

    def values(self, y_true: Array, y_pred: Array) -> Array:
        """One value per example."""
        raise NotImplementedError

    def init(self) -> State:
        return jnp.zeros((), jnp.float32), jnp.zeros((), jnp.float32)

    def update(self, state: State, y_true: Array, y_pred: Array, weight: Array | None = None) -> State:
        total, count = total_and_count(self.values(y_true, y_pred), weight)
        return state[0] + total, state[1] + count

    def compute(self, state: State) -> Any:
        return state[0] / jnp.where(state[1] == 0, 1.0, state[1])


def matched(y_true: Array, y_pred: Array) -> tuple[Array, Array]:
    """Both of one rank and dtype."""
    y_true, y_pred = match_ranks(y_true, y_pred)
    return y_true.astype(y_pred.dtype), y_pred
