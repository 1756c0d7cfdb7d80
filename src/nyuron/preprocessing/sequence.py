"""Sequences of various lengths to one array."""

from nyuron.utils import pad_sequences

__all__ = ["pad_sequences"]
