"""The words that every signature uses."""

from __future__ import annotations

from typing import Any

import jax

Array = jax.Array
Scalar = float | jax.Array
"""A number that is a leaf: a Python float alone, an array of one value a member in a population."""
Key = jax.Array
Shape = tuple[int | None, ...]
"""Axis sizes, batch first; None where the size is not known before the data come."""
Params = Any
"""Trainable arrays: a dict of arrays for a layer, a tuple of those for a graph."""
State = Any
"""Arrays that a layer carries from step to step and that no gradient trains."""
