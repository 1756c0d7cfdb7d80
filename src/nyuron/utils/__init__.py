"""Keras's small helpers."""

from nyuron.core import set_random_seed
from nyuron.utils._normalize import normalize
from nyuron.utils._pad_sequences import pad_sequences
from nyuron.utils._split_dataset import split_dataset
from nyuron.utils._to_categorical import to_categorical

__all__ = ["normalize", "pad_sequences", "set_random_seed", "split_dataset", "to_categorical"]
