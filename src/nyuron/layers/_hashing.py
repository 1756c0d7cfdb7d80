"""Texts and integers as bins, by a hash: a vocabulary that needs no learning."""

from __future__ import annotations

from typing import Any

import numpy as np

from nyuron.core import ArgumentError, Shape, module, static
from nyuron.layers._encode import encoded_shape
from nyuron.layers._host import HostLayer, as_texts
from nyuron.layers._images import check_choice
from nyuron.layers._string_lookup import as_key, bin_of


@module
class Hashing(HostLayer):
    """``hash(x) mod num_bins`` of texts or integers.

    The hash is FarmHash64 of the UTF-8 text (integers as their digits), as in Keras, and SipHash-2-4 with `salt`: the
    same on every machine. With `mask_value` bin 0 is kept for that value. `output_mode`: 'int', 'one_hot', 'multi_hot',
    'count'; the last three give float32 vectors.

    Works on the host, and gives NumPy arrays: at the head of a Sequential, or before a model.

    Differs from Keras: needs no TensorFlow; bins are int32.

    Shapes: x any -> same for 'int'; else as StringLookup, with num_bins values.
    Raises: ArgumentError for num_bins below 1, an unknown output mode, or a salt that is not one or two integers.
    Source: keras.layers.Hashing; google/farmhash; Weinberger et al. 2009.
    Example:
        >>> Hashing(num_bins=3)([["A"], ["B"], ["C"], ["D"], ["E"]]).ravel().tolist()
        [1, 0, 1, 1, 2]
    """

    num_bins: int = static()
    mask_value: Any = static(None)
    salt: Any = static(None)
    output_mode: str = static("int")

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "salt", as_key(self.salt, "Hashing"))
        check_choice(self, "output_mode", ("int", "one_hot", "multi_hot", "count"))
        if self.num_bins < 1:
            raise ArgumentError(
                "there must be a bin", who="Hashing", expected="num_bins ≥ 1", got=self.num_bins, fix="num_bins=100"
            )

    def compute_output_shape(self, *shapes: Shape) -> Shape:
        return encoded_shape(shapes[0], self.output_mode, self.num_bins)

    def on_host(self, x: Any, **named: Any) -> np.ndarray:
        bins = self._bins(x)
        if self.output_mode == "int":
            return bins
        if self.output_mode == "one_hot" and bins.ndim > 1 and bins.shape[-1] == 1:
            bins = bins[..., 0]
        hot = (bins[..., None] == np.arange(self.num_bins)).astype(np.float32)
        if self.output_mode == "one_hot":
            return hot
        axis = 1 if bins.ndim > 1 else 0
        return hot.max(axis) if self.output_mode == "multi_hot" else hot.sum(axis)

    def _bins(self, x: Any) -> np.ndarray:
        array = np.asarray(x)
        if array.dtype.kind in "fiub":
            values: Any = array.astype(np.int64)
            texts = [str(value) for value in values.reshape(-1).tolist()]
        else:
            values = as_texts(x, self.described())
            texts = values.reshape(-1).tolist()
        has_mask = self.mask_value is not None and self.num_bins > 1
        bins = self.num_bins - has_mask
        known: dict[str, int] = {}
        for text in texts:
            if text not in known:
                known[text] = bin_of(text, bins, self.salt) + has_mask
        done = np.array([known[text] for text in texts], np.int32).reshape(values.shape)
        return np.where(values == self.mask_value, 0, done).astype(np.int32) if has_mask else done
