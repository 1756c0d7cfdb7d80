"""The variable that `add_weight` hands to users' Keras-style classes."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from nyuron.core._types import Array


class Weight:
    """A named array in a user's layer or metric: reads as an array, `assign` replaces it.

    Inside a compiled run it stands for the run's own value; outside, for the last one that the run left.

    Source: keras.Variable.
    """

    __array_priority__ = 100

    def __init__(self, value: Array, name: str, trainable: bool, regularizer: Any = None, constraint: Any = None):
        self.value = value
        self.name = name
        self.trainable = trainable
        self.regularizer = regularizer
        self.constraint = constraint

    @property
    def shape(self) -> tuple[int, ...]:
        return self.value.shape

    @property
    def dtype(self) -> Any:
        return self.value.dtype

    @property
    def ndim(self) -> int:
        return self.value.ndim

    def assign(self, value: Any) -> Weight:
        """Replace the value."""
        self.value = jnp.asarray(value, self.value.dtype)
        return self

    def assign_add(self, value: Any) -> Weight:
        return self.assign(self.value + value)

    def assign_sub(self, value: Any) -> Weight:
        return self.assign(self.value - value)

    def numpy(self) -> np.ndarray:
        return np.asarray(self.value)

    def __jax_array__(self) -> Array:
        return self.value

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.asarray(self.value, dtype)

    def __getitem__(self, index: Any) -> Array:
        return self.value[index]

    def __len__(self) -> int:
        return len(self.value)

    def __getattr__(self, name: str) -> Any:
        if name == "value":
            raise AttributeError(name)
        return getattr(self.value, name)

    def __repr__(self) -> str:
        return f"<Weight {self.name} shape={self.shape} trainable={self.trainable}>"


def _forward(name: str) -> Any:
    def operator(self: Weight, *others: Any) -> Any:
        return getattr(self.value, name)(*(o.value if isinstance(o, Weight) else o for o in others))

    return operator


for _name in (
    *(
        f"__{side}{op}__"
        for op in ("add", "sub", "mul", "truediv", "pow", "matmul", "floordiv", "mod")
        for side in ("", "r")
    ),
    *(f"__{op}__" for op in ("neg", "abs", "lt", "le", "gt", "ge", "float", "int")),
):
    setattr(Weight, _name, _forward(_name))
