"""A penalty on weights that point the same way."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from nyuron.core import ArgumentError, Array, ShapeError, module, static
from nyuron.core._errors import suggestion
from nyuron.regularizers._regularizer import Regularizer, check_strength


@module
class OrthogonalRegularizer(Regularizer):
    """Mean absolute cosine between different rows (or columns): ``factor · Σ_{i<j} |cos(wᵢ, wⱼ)| / (n (n−1)/2)``.

    Shapes: x (rows, columns) -> ().
    Raises: ShapeError unless x has two axes; ArgumentError for a mode other than 'rows' and 'columns'.
    Source: keras.regularizers.OrthogonalRegularizer.
    Differs from Keras: a single row gives 0 where Keras divides zero by zero.
    Example:
        >>> float(OrthogonalRegularizer(1.0)(jnp.eye(3)))
        0.0
    """

    factor: Any = 0.01
    mode: str = static(default="rows")

    def __call__(self, x: Any) -> Array:
        self._check_mode()
        x = jnp.asarray(x)
        if x.ndim != 2:
            raise ShapeError(
                "only a matrix has rows and columns",
                who=repr(self),
                expected="(rows, columns)",
                got=x.shape,
                fix="leave this regularizer out of layers whose kernel is no matrix; L2(1e-4) fits every kernel",
            )
        rows = x if self.mode == "rows" else x.T
        squares = jnp.sum(jnp.square(rows), axis=1, keepdims=True)
        unit = rows / jnp.sqrt(jnp.maximum(squares, 1e-12))
        n = len(rows)
        cosines = jnp.where(jnp.eye(n, dtype=bool), 0, unit @ unit.T)
        return jnp.asarray(self.factor, x.dtype) * jnp.sum(jnp.abs(cosines)) / max(n * (n - 1), 1)

    def check(self) -> None:
        check_strength(self, "factor", self.factor)
        self._check_mode()

    def _check_mode(self) -> None:
        if self.mode not in ("rows", "columns"):
            raise ArgumentError(
                "unknown mode",
                who=repr(self),
                expected="'rows' or 'columns'",
                got=repr(self.mode),
                fix=suggestion("mode", self.mode, ("rows", "columns")),
            )


orthogonal_regularizer = OrthogonalRegularizer
