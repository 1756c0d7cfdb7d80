"""Which form of a kernel is taken."""

from __future__ import annotations

import jax

from nyuron.kernels._sequence import are_kernels_plain


def is_own_faster() -> bool:
    """Whether our own forms are taken: on CPU, where XLA's are slow inside compiled loops; elsewhere XLA's are best."""
    return jax.default_backend() == "cpu" and not are_kernels_plain()
