"""Running somebody else's code beside ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import jax


@contextmanager
def keras_oracle() -> Iterator[None]:
    """Within the block dtypes promote as usual: Keras, Optax and the like do not run under strict promotion."""
    with jax.numpy_dtype_promotion("standard"):
        yield
