"""Users' own metrics: functions, and Keras-style classes with `add_weight` and `update_state`."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from nyuron import initializers
from nyuron.core import Array, State, Weight, module, static, to_config
from nyuron.core._lookup import Held
from nyuron.metrics._metric import MeanOfValues, Metric


@module
class FunctionMetric(MeanOfValues):
    """The mean of what a function ``f(y_true, y_pred)`` of the user's returns.

    Source: keras.metrics.MeanMetricWrapper.
    """

    function: Any = static(None)

    def values(self, y_true: Array, y_pred: Array) -> Array:
        if y_true.ndim + 1 == y_pred.ndim and y_pred.shape[-1] == 1:
            y_true = y_true[..., None]
        return jnp.asarray(self.function(y_true, y_pred))

    def get_config(self) -> dict[str, Any]:
        return {"function": to_config(getattr(self.function, "value", self.function)), "name": self.name}


@module
class CustomMetric(Metric):
    """A Keras-style metric seen as `init`, `update` and `result`: its weights are the state.

    Source: keras.metrics.Metric (subclassing).
    """

    body: Any = static(None)

    def _weights(self) -> list[Weight]:
        return [v for v in vars(self.body.value).values() if isinstance(v, Weight)]

    def init(self) -> State:
        return tuple(w.initial for w in self._weights())  # type: ignore[attr-defined]

    def update(self, state: State, y_true: Array, y_pred: Array, weight: Array | None = None) -> State:
        weights = self._weights()
        before = [w.value for w in weights]
        try:
            for w, value in zip(weights, state, strict=True):
                w.value = value
            self.body.value.update_state(y_true, y_pred, weight)
            return tuple(w.value for w in weights)
        finally:
            for w, value in zip(weights, before, strict=True):
                w.value = value

    def compute(self, state: State) -> Any:
        weights = self._weights()
        before = [w.value for w in weights]
        try:
            for w, value in zip(weights, state, strict=True):
                w.value = value
            return jnp.asarray(type(self.body.value).result(self.body.value))
        finally:
            for w, value in zip(weights, before, strict=True):
                w.value = value


def add_weight(
    self: Any, shape: Any = (), initializer: Any = "zeros", dtype: Any = None, name: str | None = None, **options: Any
) -> Weight:
    """A sum of the user's metric. Source: keras.metrics.Metric.add_weight."""
    del options
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    value = initializers.get(initializer)(shape, dtype=dtype or "float32")
    weight = Weight(value, name or "sum", trainable=False)
    weight.initial = value  # type: ignore[attr-defined]
    return weight


def wrap(thing: Any) -> Metric:
    """A user's function or Keras-style metric as a description."""
    if hasattr(thing, "update_state"):
        return CustomMetric(body=Held(thing), name=getattr(thing, "name", None))
    try:
        hash(thing)
    except TypeError:
        thing = Held(thing)
    return FunctionMetric(function=thing, name=getattr(thing, "__name__", None))
