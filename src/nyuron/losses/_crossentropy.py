"""Cross-entropies: −ln of the probability that the model gives to what was true.

The training room takes a final softmax or sigmoid off the network and asks for `with_logits()`, so that saturated
examples keep a gradient. `logits_activation` names the activation that this works for.
"""

from __future__ import annotations

from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from nyuron.core import Array, Scalar, ShapeError, module, replace, static
from nyuron.losses._loss import Loss
from nyuron.losses._reduce import EPSILON


@module
class Crossentropy(Loss):
    """What the cross-entropies share: probabilities, or logits (`from_logits`)."""

    from_logits: bool = static(False)

    logits_activation: ClassVar[str] = "softmax"

    def with_logits(self) -> Any:
        """The same loss of the values before the activation."""
        return replace(self, from_logits=True)


def _smooth(y_true: Array, amount: Any, classes: int) -> Array:
    amount = jnp.asarray(amount, y_true.dtype)
    return y_true * (1.0 - amount) + amount / classes


def _log_probabilities(y_pred: Array, from_logits: bool, axis: int) -> Array:
    if from_logits:
        return jax.nn.log_softmax(y_pred, axis=axis)
    p = y_pred / jnp.sum(y_pred, axis=axis, keepdims=True)
    return jnp.log(jnp.clip(p, EPSILON, 1.0 - EPSILON))


def _binary(y_true: Array, y_pred: Array, from_logits: bool) -> Array:
    if from_logits:
        return jnp.maximum(y_pred, 0.0) - y_pred * y_true + jnp.log1p(jnp.exp(-jnp.abs(y_pred)))
    p = jnp.clip(y_pred, EPSILON, 1.0 - EPSILON)
    return -(y_true * jnp.log(p) + (1.0 - y_true) * jnp.log1p(-p))


@module
class BinaryCrossentropy(Crossentropy):
    """``−mean(y ln p + (1−y) ln(1−p))``; label smoothing draws y towards ½.

    Source: keras.losses.BinaryCrossentropy.
    """

    label_smoothing: Scalar = 0.0
    axis: int = static(-1)

    logits_activation = "sigmoid"

    def per_example(self, y_true: Array, y_pred: Array) -> Array:
        y = _smooth(y_true, self.label_smoothing, 2)
        return jnp.mean(_binary(y, y_pred, self.from_logits), axis=self.axis)


@module
class CategoricalCrossentropy(Crossentropy):
    """``−Σ y ln p`` for one-hot targets; label smoothing draws y towards uniform.

    Source: keras.losses.CategoricalCrossentropy.
    """

    label_smoothing: Scalar = 0.0
    axis: int = static(-1)

    def per_example(self, y_true: Array, y_pred: Array) -> Array:
        y = _smooth(y_true, self.label_smoothing, y_pred.shape[self.axis])
        return -jnp.sum(y * _log_probabilities(y_pred, self.from_logits, self.axis), axis=self.axis)


@module
class SparseCategoricalCrossentropy(Crossentropy):
    """``−ln p[y]`` for integer targets; targets equal to `ignore_class` count nothing.

    Shapes: y (batch, …) or (batch, …, 1); p (batch, …, classes).
    Source: keras.losses.SparseCategoricalCrossentropy.
    """

    ignore_class: int | None = static(None)
    axis: int = static(-1)

    matches_ranks = False

    def per_example(self, y_true: Array, y_pred: Array) -> Array:
        if y_true.ndim == y_pred.ndim and y_true.shape[-1] == 1:
            y_true = y_true[..., 0]
        if y_true.ndim != y_pred.ndim - 1:
            raise ShapeError(
                "targets must be integers, one axis less than the prediction",
                who="SparseCategoricalCrossentropy",
                expected=f"targets of shape {y_pred.shape[:-1]}",
                got=f"{y_true.shape}",
                fix="for one-hot targets use categorical_crossentropy",
            )
        labels = y_true.astype(jnp.int32)
        ignored = None if self.ignore_class is None else labels == self.ignore_class
        safe = labels if ignored is None else jnp.where(ignored, 0, labels)
        logs = _log_probabilities(y_pred, self.from_logits, self.axis)
        chosen = jnp.take_along_axis(logs, jnp.expand_dims(safe, self.axis), axis=self.axis, mode="clip")
        values = -jnp.squeeze(chosen, self.axis)
        return values if ignored is None else jnp.where(ignored, 0.0, values)

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None, mask: Any = None) -> Array:
        if self.ignore_class is not None:
            labels = jnp.asarray(y_true)
            labels = labels[..., 0] if labels.ndim == jnp.ndim(y_pred) else labels
            counts = labels.astype(jnp.int32) != self.ignore_class
            mask = counts if mask is None else jnp.logical_and(mask, counts)
        return super().__call__(y_true, y_pred, sample_weight, mask)


@module
class BinaryFocalCrossentropy(Crossentropy):
    """Binary cross-entropy times ``(1 − p_t)^γ``, so that easy examples weigh less; optionally balanced by α.

    Source: keras.losses.BinaryFocalCrossentropy; Lin et al. 2017, eq. 5.
    """

    apply_class_balancing: bool = static(False)
    alpha: Scalar = 0.25
    gamma: Scalar = 2.0
    label_smoothing: Scalar = 0.0
    axis: int = static(-1)

    logits_activation = "sigmoid"

    def per_example(self, y_true: Array, y_pred: Array) -> Array:
        y = _smooth(y_true, self.label_smoothing, 2)
        p = jax.nn.sigmoid(y_pred) if self.from_logits else y_pred
        entropy = _binary(y, y_pred, self.from_logits)
        right = y * p + (1.0 - y) * (1.0 - p)
        values = jnp.power(1.0 - right, self.gamma) * entropy
        if self.apply_class_balancing:
            values = values * (y * self.alpha + (1.0 - y) * (1.0 - self.alpha))
        return jnp.mean(values, axis=self.axis)


@module
class CategoricalFocalCrossentropy(Crossentropy):
    """``−Σ α (1−p)^γ y ln p`` for one-hot targets.

    Source: keras.losses.CategoricalFocalCrossentropy; Lin et al. 2017, eq. 5.
    """

    alpha: Scalar = 0.25
    gamma: Scalar = 2.0
    label_smoothing: Scalar = 0.0
    axis: int = static(-1)

    def per_example(self, y_true: Array, y_pred: Array) -> Array:
        y = _smooth(y_true, self.label_smoothing, y_pred.shape[self.axis])
        logs = _log_probabilities(y_pred, self.from_logits, self.axis)
        p = jnp.exp(logs)
        return -jnp.sum(jnp.power(1.0 - p, self.gamma) * self.alpha * y * logs, axis=self.axis)
