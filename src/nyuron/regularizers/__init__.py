"""Penalties on weights or activities that are added to the loss."""

from nyuron.regularizers._get import deserialize, get, serialize
from nyuron.regularizers._norms import L1, L1L2, L2, l1, l1_l2, l2
from nyuron.regularizers._orthogonal import OrthogonalRegularizer, orthogonal_regularizer
from nyuron.regularizers._regularizer import CustomRegularizer, Regularizer

__all__ = [
    "L1",
    "L1L2",
    "L2",
    "CustomRegularizer",
    "OrthogonalRegularizer",
    "Regularizer",
    "deserialize",
    "get",
    "l1",
    "l1_l2",
    "l2",
    "orthogonal_regularizer",
    "serialize",
]
