"""Numbers as the bins that they fall into."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from nyuron.core import ArgumentError, Array, DataError, Params, Shape, State, StateError, module, static
from nyuron.layers._call import Call
from nyuron.layers._encode import encode, encoded_shape
from nyuron.layers._images import check_choice
from nyuron.layers._layer import Layer
from nyuron.layers._normalization import _batches


@module
class Discretization(Layer):
    """Bin k for ``boundaries[k − 1] ≤ x < boundaries[k]``; the first and last bins are open.

    The boundaries are given, or taken from data by `adapt`: quantiles that part them into `num_bins` bins of about equal
    size. They are part of the layer's config, and so of saved models.

    `output_mode`: 'int' gives the bin's number, 'one_hot', 'multi_hot' and 'count' vectors as CategoryEncoding does.

    Shapes: x (batch, …) -> same for 'int'; else as CategoryEncoding, with as many values as bins.
    Raises: ArgumentError unless one of bin_boundaries and num_bins is given; StateError before `adapt`.
    Source: keras.layers.Discretization.
    Example:
        >>> Discretization([0.0, 1.0])(jnp.array([[-1.0, 0.5, 1.0]])).tolist()
        [[0, 1, 2]]
    """

    bin_boundaries: Any = None
    num_bins: Any = static(None)
    epsilon: float = static(0.01)
    output_mode: str = static("int")

    passes_mask = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.bin_boundaries is None and self.num_bins is None:
            raise ArgumentError(
                "neither boundaries nor their number is given",
                who="Discretization",
                expected="bin_boundaries or num_bins",
                got="None",
                fix="Discretization(num_bins=4), then adapt(data)",
            )
        if self.bin_boundaries is not None:
            self._take(self.bin_boundaries)

    def _take(self, boundaries: Any) -> None:
        boundaries = np.asarray(boundaries, np.float32).reshape(-1)
        if np.any(np.diff(boundaries) < 0):
            raise ArgumentError(
                "the boundaries do not rise",
                who="Discretization",
                expected="rising numbers",
                got=boundaries.tolist()[:8],
                fix="sorted(bin_boundaries)",
            )
        object.__setattr__(self, "bin_boundaries", boundaries)

    def check_shapes(self, *shapes: Shape) -> None:
        check_choice(self, "output_mode", ("int", "one_hot", "multi_hot", "count"))

    @property
    def _depth(self) -> int:
        return self.num_bins if self.bin_boundaries is None else self.bin_boundaries.shape[-1] + 1

    def compute_output_shape(self, *shapes: Shape) -> Shape:
        return encoded_shape(shapes[0], self.output_mode, self._depth)

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        if self.bin_boundaries is None:
            raise StateError(
                "the boundaries are not known yet",
                who=self.described(),
                expected="adapt(data) first",
                got="no data so far",
                fix="layer.adapt(training_inputs)",
            )
        # A comparison with every boundary: a binary search is a loop, and slower for as few as there are.
        boundaries = jnp.asarray(self.bin_boundaries, x.dtype)
        above = x[..., None] >= boundaries
        bins = jnp.sum(above | jnp.isnan(x)[..., None], axis=-1, dtype=jnp.int32)
        if self.output_mode == "int":
            return bins, state
        return encode(bins, self.output_mode, boundaries.shape[-1] + 1, x.dtype), state

    def adapt(self, data: Any, steps: int | None = None) -> None:
        """Take the boundaries from data: an array, or an iterable of batches, of which `steps` are read.

        Raises: ArgumentError if boundaries were given; DataError if there are no data.
        """
        if self.num_bins is None:
            raise ArgumentError(
                "the boundaries are given already", who=self.described(), got="adapt()", fix="num_bins= instead"
            )
        summary = np.zeros((2, 0), np.float32)
        for number, batch in enumerate(_batches(data)):
            if steps is not None and number >= steps:
                break
            values = np.asarray(batch, np.float32)
            summary = _merged(_summary(values[~np.isnan(values)], self.epsilon), summary, self.epsilon)
        if summary.shape[1] == 0:
            raise DataError(
                "there are no data to adapt to", who=self.described(), got="none", fix="pass the training inputs"
            )
        self._take(_compressed(summary, 1.0 / self.num_bins)[0, :-1])


def _summary(values: np.ndarray, epsilon: float) -> np.ndarray:
    """Values at even ranks, with the number of values that each stands for."""
    values = np.sort(values.reshape(-1))
    step = max(values.size * epsilon, 1)
    kept = values[int(step - 1) :: int(step)]
    return np.stack([kept, np.full_like(kept, step)])


def _merged(one: np.ndarray, other: np.ndarray, epsilon: float) -> np.ndarray:
    both = np.concatenate((one, other), axis=1)
    return _compressed(both[:, np.argsort(both[0])], epsilon)


def _compressed(summary: np.ndarray, epsilon: float) -> np.ndarray:
    """The summary at 1/ε even shares of the weight, interpolated."""
    if summary.shape[1] * epsilon < 1:
        return summary
    shares = epsilon + np.arange(0.0, 1.0, epsilon)
    weights = summary[1].cumsum()
    values = np.interp(shares, weights / weights[-1], summary[0])
    weights = np.interp(shares, weights / weights[-1], weights)
    return np.stack((values, np.diff(weights, prepend=0))).astype(np.float32)
