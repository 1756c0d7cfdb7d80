"""Scaling of inputs: by given numbers, or to mean 0 and variance 1 of data."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from nyuron.core import ArgumentError, Array, DataError, Key, Params, Shape, State, module, static
from nyuron.layers._axes import as_axes, check_sizes, per_axis, positions
from nyuron.layers._call import Call
from nyuron.layers._layer import Layer


def _as_array(value: Any) -> Any:
    return np.asarray(value, np.float32) if isinstance(value, list | tuple) else value


@module
class Rescaling(Layer):
    """``y = x · scale + offset``.

    Shapes: x (batch, …) -> same; scale and offset are numbers, or arrays that broadcast.
    Units: Rescaling(1/255) takes images of 0..255 to 0..1.
    Source: keras.layers.Rescaling.
    Example:
        >>> Rescaling(0.5, offset=-1.0)(jnp.array([[2, 4]])).tolist()
        [[0.0, 1.0]]
    """

    scale: Any
    offset: Any = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("scale", "offset"):
            object.__setattr__(self, name, _as_array(getattr(self, name)))

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        return x * jnp.asarray(self.scale, x.dtype) + jnp.asarray(self.offset, x.dtype), state


@module
class Normalization(Layer):
    """``y = (x − mean) / max(√variance, 10⁻⁷)``, or with `invert` the way back.

    Mean and variance are given, or taken from data by `adapt`; until then they are 0 and 1.

    Shapes: x (batch, …) -> same; mean and variance have the sizes of `axis`, and are numbers for axis=None.
    Raises: ArgumentError if only one of mean and variance is given; ShapeError if a size along `axis` is unknown or has
        changed.
    Source: keras.layers.Normalization.
    Example:
        >>> layer = Normalization()
        >>> layer.adapt(np.array([[1.0], [3.0]]))
        >>> layer(jnp.array([[1.0], [5.0]])).tolist()
        [[-1.0], [3.0]]
    """

    axis: Any = static(-1)
    mean: Any = None
    variance: Any = None
    invert: bool = static(False)

    keeps_shape = True

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "axis", as_axes(self.axis))
        for name in ("mean", "variance"):
            object.__setattr__(self, name, _as_array(getattr(self, name)))
        if (self.mean is None) != (self.variance is None):
            raise ArgumentError(
                "mean and variance belong together",
                who=self.described(),
                expected="both, or neither",
                got=f"mean={self.mean}, variance={self.variance}",
                fix="give both, or leave both out and call adapt(data)",
            )

    def check_shapes(self, *shapes: Shape) -> None:
        check_sizes(self, shapes[0], self.axis)

    def init(self, key: Key, shape: Shape) -> tuple[Params, State]:
        if self.mean is not None:
            return {}, {}
        sizes = tuple(shape[a] for a in positions(self.axis, len(shape)))
        return {}, {
            "mean": jnp.zeros(sizes, "float32"),
            "variance": jnp.ones(sizes, "float32"),
            "count": jnp.zeros((), "int32"),
        }

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        shape = per_axis(x.shape, positions(self.axis, x.ndim))
        given = (self.mean, self.variance) if self.mean is not None else (state["mean"], state["variance"])
        mean, variance = (self._spread(value, shape, x) for value in given)
        scale = jnp.maximum(jnp.sqrt(variance), 1e-7)
        return (x * scale + mean if self.invert else (x - mean) / scale), state

    def _spread(self, value: Any, shape: tuple[int, ...], x: Array) -> Array:
        value = jnp.asarray(value, x.dtype)
        if value.ndim == 0:
            return value
        # A mean with fewer axes than `axis` belongs to the last of them.
        kept = positions(self.axis, x.ndim)[-value.ndim :]
        sizes = dict(zip(kept, value.shape, strict=True))
        return value.reshape(tuple(sizes.get(i, 1) for i in range(len(shape))))

    def adapt(self, data: Any) -> None:
        """Take mean and variance from data: an array or table, or an iterable of batches.

        They become part of the layer's state, which a model saves with its weights.

        Raises: DataError if there are no data, or some are not numbers; ArgumentError if mean and variance were given.
        """
        if self.mean is not None:
            raise ArgumentError(
                "mean and variance are given already",
                who=self.described(),
                got="adapt()",
                fix="leave mean= and variance= out",
            )
        count, mean, squares = 0, np.zeros(()), np.zeros(())
        for batch in _batches(data):
            batch = batch[:, None] if batch.ndim == 1 and self.axis is not None else batch
            if not self.slot.is_built:
                self.build_for((None, *batch.shape[1:]))
            self.check_shapes((None, *batch.shape[1:]))
            kept = positions(self.axis, batch.ndim)
            others = tuple(i for i in range(batch.ndim) if i not in kept)
            n = math.prod(batch.shape[i] for i in others)
            if n == 0:
                continue
            # Chan et al. 1979: figures of two samples joined without a second pass.
            new, total = batch.mean(others), count + n
            squares = squares + batch.var(others) * n + np.square(new - mean) * (count * n / total)
            mean, count = mean + (new - mean) * (n / total), total
        if count == 0 or not np.all(np.isfinite(squares)):
            raise DataError(
                "there are no data to adapt to" if count == 0 else "the data have values that are not finite",
                who=self.described(),
                expected="rows of finite numbers",
                got="none" if count == 0 else "NaN or infinity",
                fix="pass the training inputs" if count == 0 else "leave out or fill missing values first",
            )
        old = self.slot.state
        self.slot.state = {
            "mean": jnp.asarray(mean, "float32").reshape(old["mean"].shape),
            "variance": jnp.asarray(squares / count, "float32").reshape(old["variance"].shape),
            "count": jnp.asarray(count, "int32"),
        }


def _batches(data: Any) -> Iterator[np.ndarray]:
    """The whole as one batch, or the batches of an iterable; of tuples (x, y) the first part."""
    if isinstance(data, np.ndarray | jax.Array | list | tuple) or hasattr(data, "__array__"):
        yield np.asarray(data, np.float64)
        return
    for batch in data:
        yield np.asarray(batch[0] if isinstance(batch, tuple) else batch, np.float64)
