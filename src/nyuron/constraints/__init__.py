"""Where weights are put back after every update."""

from nyuron.constraints._constraint import Constraint, CustomConstraint
from nyuron.constraints._get import deserialize, get, serialize
from nyuron.constraints._non_neg import NonNeg, non_neg
from nyuron.constraints._norms import MaxNorm, MinMaxNorm, UnitNorm, max_norm, min_max_norm, unit_norm

__all__ = [
    "Constraint",
    "CustomConstraint",
    "MaxNorm",
    "MinMaxNorm",
    "NonNeg",
    "UnitNorm",
    "deserialize",
    "get",
    "max_norm",
    "min_max_norm",
    "non_neg",
    "serialize",
    "unit_norm",
]
