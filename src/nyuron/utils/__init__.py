"""Keras's small helpers."""

from nyuron.core import set_random_seed
from nyuron.utils._arrays import normalize, pad_sequences, to_categorical

__all__ = ["normalize", "pad_sequences", "set_random_seed", "to_categorical"]
