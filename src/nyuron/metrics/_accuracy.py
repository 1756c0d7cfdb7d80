"""How often a prediction is right."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from nyuron.core import Array, Scalar, module, static
from nyuron.metrics._metric import MeanOfValues, matched


@module
class Accuracy(MeanOfValues):
    """The share of predictions that equal the label.

    Source: keras.metrics.Accuracy.
    """

    def values(self, y_true: Array, y_pred: Array) -> Array:
        y_true, y_pred = matched(y_true, y_pred)
        return (y_true == y_pred).astype(jnp.float32)


@module
class BinaryAccuracy(MeanOfValues):
    """The share of values on the right side of `threshold`, averaged over the last axis.

    Source: keras.metrics.BinaryAccuracy.
    """

    threshold: Scalar = 0.5

    def values(self, y_true: Array, y_pred: Array) -> Array:
        y_true, y_pred = matched(y_true, y_pred)
        said = (y_pred > jnp.asarray(self.threshold, y_pred.dtype)).astype(y_pred.dtype)
        return jnp.mean((y_true == said).astype(jnp.float32), axis=-1)


@module
class CategoricalAccuracy(MeanOfValues):
    """The share of examples whose most probable class is the one-hot target's.

    Source: keras.metrics.CategoricalAccuracy.
    """

    def values(self, y_true: Array, y_pred: Array) -> Array:
        return (jnp.argmax(y_true, axis=-1) == jnp.argmax(y_pred, axis=-1)).astype(jnp.float32)


@module
class SparseCategoricalAccuracy(MeanOfValues):
    """The share of examples whose most probable class is the integer target.

    Source: keras.metrics.SparseCategoricalAccuracy.
    """

    def values(self, y_true: Array, y_pred: Array) -> Array:
        labels = _labels(y_true, y_pred)
        return (jnp.argmax(y_pred, axis=-1).astype(jnp.int32) == labels).astype(jnp.float32)


def _labels(y_true: Array, y_pred: Array) -> Array:
    squeezed = y_true[..., 0] if y_true.ndim == y_pred.ndim and y_true.shape[-1] == 1 else y_true
    return squeezed.astype(jnp.int32)


def _among_best(labels: Array, y_pred: Array, k: int) -> Array:
    own = jnp.take_along_axis(y_pred, labels[..., None], axis=-1, mode="clip")
    return (jnp.sum((y_pred > own).astype(jnp.int32), axis=-1) < k).astype(jnp.float32)


@module
class TopKCategoricalAccuracy(MeanOfValues):
    """The share of examples whose one-hot class is among the `k` most probable.

    Source: keras.metrics.TopKCategoricalAccuracy.
    """

    k: int = static(5)

    def values(self, y_true: Array, y_pred: Array) -> Array:
        return _among_best(jnp.argmax(y_true, axis=-1).astype(jnp.int32), y_pred, self.k)


@module
class SparseTopKCategoricalAccuracy(MeanOfValues):
    """The share of examples whose integer class is among the `k` most probable.

    Source: keras.metrics.SparseTopKCategoricalAccuracy.
    """

    k: int = static(5)

    def values(self, y_true: Array, y_pred: Array) -> Array:
        return _among_best(_labels(y_true, y_pred), y_pred, self.k)


def one_hot(labels: Array, classes: int) -> Array:
    """Rows with a 1 at the label."""
    return jax.nn.one_hot(labels.astype(jnp.int32), classes, dtype=jnp.float32)
