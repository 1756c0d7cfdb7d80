"""Boolean operations of two inputs: all sixteen."""

from __future__ import annotations

import numpy as np

from nyuron.core import unknown_name
from nyuron.datasets._parts import Parts

OPERATIONS = {
    "false": (0, 0, 0, 0),
    "and": (0, 0, 0, 1),
    "a_and_not_b": (0, 0, 1, 0),
    "a": (0, 0, 1, 1),
    "not_a_and_b": (0, 1, 0, 0),
    "b": (0, 1, 0, 1),
    "xor": (0, 1, 1, 0),
    "or": (0, 1, 1, 1),
    "nor": (1, 0, 0, 0),
    "xnor": (1, 0, 0, 1),
    "not_b": (1, 0, 1, 0),
    "b_implies_a": (1, 0, 1, 1),
    "not_a": (1, 1, 0, 0),
    "a_implies_b": (1, 1, 0, 1),
    "nand": (1, 1, 1, 0),
    "true": (1, 1, 1, 1),
}
"""What each operation makes of (0, 0), (0, 1), (1, 0), (1, 1)."""
CLASS_NAMES = ("false", "true")
FEATURE_NAMES = ("a", "b")


def load_data(operation: str = "and") -> Parts:
    """The four pairs of inputs and what the operation makes of them. There are no others, so both parts are the same.

    Shapes: x (4, 2) of 0 and 1, y (4,) 0 or 1.
    Raises: UnknownNameError for a name that is none of the sixteen.
    Source: truth tables.
    Example:
        >>> load_data("xor")[0][1].tolist()
        [0, 1, 1, 0]
    """
    if operation not in OPERATIONS:
        raise unknown_name("operation", operation, OPERATIONS)
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
    y = np.array(OPERATIONS[operation], np.int32)
    return (x, y), (x.copy(), y.copy())
