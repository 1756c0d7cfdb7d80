"""Standardising numeric columns by what the training part holds."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from nyuron.core import Configurable, DataError, ShapeError, StateError, module
from nyuron.data._rows import check_finite


@module
class Standardizer(Configurable):
    """Each feature to mean 0 and standard deviation 1: ``z = (x − μ) / σ``; a constant feature becomes 0.

    Fit it on the training part only: what the test part holds must not leak into what is learned. A description, so it
    may be an argument of a compiled function, be stacked, and be written to JSON.

    Shapes: x (rows, …, features) -> the same; μ, σ (features,), or () for x (rows,).
    Raises: DataError if the training part has no rows or holds NaN; ShapeError if the features differ in number.
    Source: sklearn.preprocessing.StandardScaler (standard deviation over n, not n − 1).
    Example:
        >>> scaler = Standardizer.fit(np.array([[1.0, 5.0], [3.0, 5.0]]))
        >>> scaler.transform(np.array([[2.0, 5.0], [5.0, 6.0]])).tolist()
        [[0.0, 0.0], [3.0, 1.0]]
    """

    mean: Any = None
    scale: Any = None

    @classmethod
    def fit(cls, x: Any) -> Standardizer:
        """The standardizer of these rows."""
        x = np.asarray(x)
        if x.ndim == 0 or x.size == 0:
            raise DataError(
                "there are no rows",
                who="Standardizer.fit()",
                expected="(rows, …, features)",
                got=x.shape,
                fix="pass the training rows, such as Standardizer.fit(x_train) with x_train of shape (rows, features)",
            )
        check_finite(x, "Standardizer.fit(x)")
        dtype = x.dtype if x.dtype == np.float64 else np.float32
        flat = x.reshape(-1) if x.ndim == 1 else x.reshape(-1, x.shape[-1])
        mean, scale = flat.mean(axis=0, dtype=np.float64), flat.std(axis=0, dtype=np.float64)
        # Rounding leaves a constant column a standard deviation of about 1e-16 times its value.
        scale = np.where(scale > 1e-12 * np.abs(mean), scale, 1.0)
        return cls(np.asarray(mean, dtype), np.asarray(scale, dtype))

    def transform(self, x: Any) -> Any:
        """z from x: NumPy from NumPy, JAX from JAX."""
        x = self._checked(x)
        return (x - self._like(self.mean, x)) / self._like(self.scale, x)

    def inverse(self, z: Any) -> Any:
        """x from z."""
        z = self._checked(z)
        return z * self._like(self.scale, z) + self._like(self.mean, z)

    def _checked(self, x: Any) -> Any:
        if self.mean is None:
            raise StateError("the standardizer knows no data", who="Standardizer()", fix="Standardizer.fit(x_train)")
        x = x if hasattr(x, "dtype") else np.asarray(x)
        features = np.shape(self.mean)
        if features and (not x.ndim or x.shape[-1] != features[0]):
            raise ShapeError(
                "the last axis has the wrong size",
                who="Standardizer",
                expected=f"(*rows, {features[0]})",
                got=tuple(x.shape),
                fix="pass the same columns as to fit(), in the same order",
            )
        return x if jnp.issubdtype(x.dtype, jnp.inexact) else x.astype(np.float32)

    def _like(self, constant: Any, x: Any) -> Any:
        return np.asarray(constant, x.dtype) if isinstance(x, np.ndarray) else jnp.asarray(constant, x.dtype)
