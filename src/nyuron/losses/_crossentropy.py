"""Cross-entropies: −ln of the probability that the model gives to what was true.

The training room takes a final softmax or sigmoid off the network and asks for `with_logits()`, so that saturated
examples keep a gradient. `logits_activation` names the activation that this works for.
"""

from __future__ import annotations

from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from nyuron.core import Array, Scalar, ShapeError, module, replace, static
from nyuron.losses._loss import Elementwise, Loss
from nyuron.losses._reduce import EPSILON


class TakesLogits:
    """A loss of probabilities that can be had of logits instead: `from_logits` says which."""

    from_logits: bool
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
class BinaryCrossentropy(TakesLogits, Elementwise):
    """``−mean(y ln p + (1−y) ln(1−p))``; label smoothing draws y towards ½.

    Shapes: y and p (batch, …, d) -> (batch, …).
    Source: keras.losses.BinaryCrossentropy.
    Example:
        >>> round(float(BinaryCrossentropy()(np.array([[1.0]]), np.array([[0.5]]))), 4)
        0.6931
    """

    from_logits: bool = static(False)
    label_smoothing: Scalar = 0.0
    axis: int = static(-1)

    logits_activation = "sigmoid"

    def per_example(self, y_true: Array, y_pred: Array) -> Array:
        y = _smooth(y_true, self.label_smoothing, 2)
        return jnp.mean(_binary(y, y_pred, self.from_logits), axis=self.axis)


@module
class CategoricalCrossentropy(TakesLogits, Elementwise):
    """``−Σ y ln p`` for one-hot targets; label smoothing draws y towards uniform.

    Shapes: y and p (batch, …, classes) -> (batch, …).
    Source: keras.losses.CategoricalCrossentropy.
    Example:
        >>> round(float(CategoricalCrossentropy()(np.array([[0.0, 1.0]]), np.array([[0.5, 0.5]]))), 4)
        0.6931
    """

    from_logits: bool = static(False)
    label_smoothing: Scalar = 0.0
    axis: int = static(-1)

    def per_example(self, y_true: Array, y_pred: Array) -> Array:
        y = _smooth(y_true, self.label_smoothing, y_pred.shape[self.axis])
        return -jnp.sum(y * _log_probabilities(y_pred, self.from_logits, self.axis), axis=self.axis)


def class_labels(y_true: Array, y_pred: Array, who: str, axis: int = -1) -> Array:
    """Integer labels without a last axis of size 1: one axis less than the prediction.

    Raises: ShapeError if they are none.
    """
    classes_away = y_pred.shape[:axis] + y_pred.shape[axis:][1:]
    if y_true.ndim == y_pred.ndim and y_true.shape[-1] == 1:
        y_true = y_true[..., 0]
    if y_true.shape != classes_away:
        raise ShapeError(
            "targets must be integers, one axis less than the prediction",
            who=who,
            expected=f"targets of shape {classes_away}",
            got=f"{y_true.shape}",
            fix="for one-hot targets use categorical_crossentropy and categorical_accuracy",
        )
    return y_true.astype(jnp.int32)


@module
class SparseCategoricalCrossentropy(TakesLogits, Loss):
    """``−ln p[y]`` for integer targets; targets equal to `ignore_class` count nothing.

    Shapes: y (batch, …) or (batch, …, 1); p (batch, …, classes) -> (batch, …).
    Raises: ShapeError if the targets have the prediction's rank (one-hot targets).
    Source: keras.losses.SparseCategoricalCrossentropy.
    Example:
        >>> round(float(SparseCategoricalCrossentropy()(np.array([1]), np.array([[0.5, 0.5]]))), 4)
        0.6931
    """

    from_logits: bool = static(False)
    ignore_class: int | None = static(None)
    axis: int = static(-1, kw_only=True)

    def prepared(self, y_true: Array, y_pred: Array) -> tuple[Array, Array]:
        return class_labels(y_true, y_pred, type(self).__name__, self.axis), y_pred

    def per_example(self, y_true: Array, y_pred: Array) -> Array:
        labels, y_pred = self.prepared(y_true, y_pred)
        ignored = None if self.ignore_class is None else labels == self.ignore_class
        safe = labels if ignored is None else jnp.where(ignored, 0, labels)
        logs = _log_probabilities(y_pred, self.from_logits, self.axis)
        chosen = jnp.take_along_axis(logs, jnp.expand_dims(safe, self.axis), axis=self.axis, mode="clip")
        values = -jnp.squeeze(chosen, self.axis)
        return values if ignored is None else jnp.where(ignored, 0.0, values)

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None, mask: Any = None) -> Array:
        if self.ignore_class is not None:
            labels = class_labels(jnp.asarray(y_true), jnp.asarray(y_pred), type(self).__name__, self.axis)
            counts = labels != self.ignore_class
            mask = counts if mask is None else jnp.logical_and(mask, counts)
        return super().__call__(y_true, y_pred, sample_weight, mask)


@module
class BinaryFocalCrossentropy(TakesLogits, Elementwise):
    """Binary cross-entropy times ``(1 − p_t)^γ``, so that easy examples weigh less; optionally balanced by α.

    Shapes: y and p (batch, …, d) -> (batch, …).
    Source: keras.losses.BinaryFocalCrossentropy; Lin et al. 2017, eq. 5.
    Example:
        >>> round(float(BinaryFocalCrossentropy()(np.array([[1.0]]), np.array([[0.5]]))), 4)
        0.1733
    """

    apply_class_balancing: bool = static(False)
    alpha: Scalar = 0.25
    gamma: Scalar = 2.0
    from_logits: bool = static(False)
    label_smoothing: Scalar = 0.0
    axis: int = static(-1)

    logits_activation = "sigmoid"

    def per_example(self, y_true: Array, y_pred: Array) -> Array:
        alpha, gamma = jnp.asarray(self.alpha, y_pred.dtype), jnp.asarray(self.gamma, y_pred.dtype)
        y = _smooth(y_true, self.label_smoothing, 2)
        p = jax.nn.sigmoid(y_pred) if self.from_logits else y_pred
        entropy = _binary(y, y_pred, self.from_logits)
        right = y * p + (1.0 - y) * (1.0 - p)
        values = _power(1.0 - right, gamma) * entropy
        if self.apply_class_balancing:
            values = values * (y * alpha + (1.0 - y) * (1.0 - alpha))
        return jnp.mean(values, axis=self.axis)


@module
class CategoricalFocalCrossentropy(TakesLogits, Elementwise):
    """``−Σ α (1−p)^γ y ln p`` for one-hot targets.

    Shapes: y and p (batch, …, classes) -> (batch, …).
    Source: keras.losses.CategoricalFocalCrossentropy; Lin et al. 2017, eq. 5.
    Example:
        >>> round(float(CategoricalFocalCrossentropy()(np.array([[0.0, 1.0]]), np.array([[0.5, 0.5]]))), 4)
        0.0433
    """

    alpha: Scalar = 0.25
    gamma: Scalar = 2.0
    from_logits: bool = static(False)
    label_smoothing: Scalar = 0.0
    axis: int = static(-1)

    def per_example(self, y_true: Array, y_pred: Array) -> Array:
        alpha, gamma = jnp.asarray(self.alpha, y_pred.dtype), jnp.asarray(self.gamma, y_pred.dtype)
        y = _smooth(y_true, self.label_smoothing, y_pred.shape[self.axis])
        logs = _log_probabilities(y_pred, self.from_logits, self.axis)
        return -jnp.sum(_power(1.0 - jnp.exp(logs), gamma) * alpha * y * logs, axis=self.axis)


def _power(base: Array, exponent: Array) -> Array:
    # Rounding may leave the base a little below 0, where a power with a real exponent is NaN; at 0 its slope is.
    return jnp.where(base > 0, jnp.power(jnp.where(base > 0, base, 1.0), exponent), 0.0)
