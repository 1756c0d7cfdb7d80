"""The losses as plain functions ``f(y_true, y_pred)``: one value per example."""

from __future__ import annotations

from typing import Any

from nyuron.core import Array, register
from nyuron.losses._get import CLASSES


def _values(name: str, y_true: Any, y_pred: Any, options: dict[str, Any]) -> Array:
    return CLASSES[name](**options, reduction="none")(y_true, y_pred)


@register
def binary_crossentropy(y_true: Any, y_pred: Any, **options: Any) -> Array:
    """One value per example; see `BinaryCrossentropy`. Source: keras.losses.binary_crossentropy."""
    return _values("BinaryCrossentropy", y_true, y_pred, options)


@register
def binary_focal_crossentropy(y_true: Any, y_pred: Any, **options: Any) -> Array:
    """One value per example; see `BinaryFocalCrossentropy`. Source: keras.losses.binary_focal_crossentropy."""
    return _values("BinaryFocalCrossentropy", y_true, y_pred, options)


@register
def categorical_crossentropy(y_true: Any, y_pred: Any, **options: Any) -> Array:
    """One value per example; see `CategoricalCrossentropy`. Source: keras.losses.categorical_crossentropy."""
    return _values("CategoricalCrossentropy", y_true, y_pred, options)


@register
def categorical_focal_crossentropy(y_true: Any, y_pred: Any, **options: Any) -> Array:
    """One value per example; see `CategoricalFocalCrossentropy`. Source: keras.losses.categorical_focal_crossentropy."""
    return _values("CategoricalFocalCrossentropy", y_true, y_pred, options)


@register
def categorical_hinge(y_true: Any, y_pred: Any, **options: Any) -> Array:
    """One value per example; see `CategoricalHinge`. Source: keras.losses.categorical_hinge."""
    return _values("CategoricalHinge", y_true, y_pred, options)


@register
def cosine_similarity(y_true: Any, y_pred: Any, **options: Any) -> Array:
    """One value per example; see `CosineSimilarity`. Source: keras.losses.cosine_similarity."""
    return _values("CosineSimilarity", y_true, y_pred, options)


@register
def dice(y_true: Any, y_pred: Any, **options: Any) -> Array:
    """One minus the overlap of two regions; see `Dice`. Source: keras.losses.dice."""
    return _values("Dice", y_true, y_pred, options)


@register
def hinge(y_true: Any, y_pred: Any, **options: Any) -> Array:
    """One value per example; see `Hinge`. Source: keras.losses.hinge."""
    return _values("Hinge", y_true, y_pred, options)


@register
def huber(y_true: Any, y_pred: Any, **options: Any) -> Array:
    """One value per example; see `Huber`. Source: keras.losses.huber."""
    return _values("Huber", y_true, y_pred, options)


@register
def kl_divergence(y_true: Any, y_pred: Any, **options: Any) -> Array:
    """One value per example; see `KLDivergence`. Source: keras.losses.kl_divergence."""
    return _values("KLDivergence", y_true, y_pred, options)


@register
def log_cosh(y_true: Any, y_pred: Any, **options: Any) -> Array:
    """One value per example; see `LogCosh`. Source: keras.losses.log_cosh."""
    return _values("LogCosh", y_true, y_pred, options)


@register
def mean_absolute_error(y_true: Any, y_pred: Any, **options: Any) -> Array:
    """One value per example; see `MeanAbsoluteError`. Source: keras.losses.mean_absolute_error."""
    return _values("MeanAbsoluteError", y_true, y_pred, options)


@register
def mean_absolute_percentage_error(y_true: Any, y_pred: Any, **options: Any) -> Array:
    """One value per example; see `MeanAbsolutePercentageError`. Source: keras.losses.mean_absolute_percentage_error."""
    return _values("MeanAbsolutePercentageError", y_true, y_pred, options)


@register
def mean_squared_error(y_true: Any, y_pred: Any, **options: Any) -> Array:
    """One value per example; see `MeanSquaredError`. Source: keras.losses.mean_squared_error."""
    return _values("MeanSquaredError", y_true, y_pred, options)


@register
def mean_squared_logarithmic_error(y_true: Any, y_pred: Any, **options: Any) -> Array:
    """One value per example; see `MeanSquaredLogarithmicError`. Source: keras.losses.mean_squared_logarithmic_error."""
    return _values("MeanSquaredLogarithmicError", y_true, y_pred, options)


@register
def poisson(y_true: Any, y_pred: Any, **options: Any) -> Array:
    """One value per example; see `Poisson`. Source: keras.losses.poisson."""
    return _values("Poisson", y_true, y_pred, options)


@register
def sparse_categorical_crossentropy(y_true: Any, y_pred: Any, **options: Any) -> Array:
    """One value per example; see `SparseCategoricalCrossentropy`. Source: keras.losses.sparse_categorical_crossentropy."""
    return _values("SparseCategoricalCrossentropy", y_true, y_pred, options)


@register
def squared_hinge(y_true: Any, y_pred: Any, **options: Any) -> Array:
    """One value per example; see `SquaredHinge`. Source: keras.losses.squared_hinge."""
    return _values("SquaredHinge", y_true, y_pred, options)


@register
def tversky(y_true: Any, y_pred: Any, **options: Any) -> Array:
    """One minus the weighted overlap of two regions; see `Tversky`. Source: keras.losses.tversky."""
    return _values("Tversky", y_true, y_pred, options)
