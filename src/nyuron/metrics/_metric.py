"""The contract that every metric keeps."""

from __future__ import annotations

from typing import Any

from nyuron.core import Array, Configurable, State, label, module


@module
class Metric(Configurable):
    """A figure over any number of batches, kept as sums so that batches, devices and members add up exactly::

        init() -> state                      zeros
        update(state, y, ŷ, weight) -> state weight None or broadcastable to the values
        result(state) -> value

    Source: keras.metrics.Metric.
    """

    name: str | None = label(default=None, kw_only=True)

    def init(self) -> State:
        raise NotImplementedError

    def update(self, state: State, y_true: Array, y_pred: Array, weight: Array | None = None) -> State:
        raise NotImplementedError

    def result(self, state: State) -> Any:
        raise NotImplementedError
