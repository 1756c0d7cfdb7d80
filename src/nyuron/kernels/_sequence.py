"""What the recurrent kernels share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import jax
import jax.numpy as jnp

from nyuron.core import Array

_is_plain: ContextVar[bool] = ContextVar("nyuron_plain_kernels", default=False)


@contextmanager
def plain_kernels() -> Iterator[None]:
    """Within the block the recurrent kernels are their plain references, which have forward derivatives too."""
    token = _is_plain.set(True)
    try:
        yield
    finally:
        _is_plain.reset(token)


def are_kernels_plain() -> bool:
    """Whether the plain references are to be used."""
    return _is_plain.get()


def over_members(function: Callable[..., Any], x: Array, *others: Array | None) -> Any:
    """``function(x, *others)`` for each of x's leading member axes before (time, batch, features)."""
    if x.ndim == 3:
        return function(x, *others)
    each = [None if a is None else 0 for a in others]
    return jax.vmap(lambda x, *rest: over_members(function, x, *rest), (0, *each))(x, *others)


def project(x: Array, kernel: Array, bias: Array | None) -> Array:
    """``x W + b`` for all steps at once."""
    z = (x.reshape(-1, x.shape[-1]) @ kernel).reshape(*x.shape[:-1], kernel.shape[-1])
    return z if bias is None else z + bias


def projected(x: Array, kernel: Array, bias: Array | None, gates: int) -> tuple[Array, ...]:
    """``x W + b`` for all steps at once, each gate's part an array of its own."""
    biases = [None] * gates if bias is None else jnp.split(bias, gates, axis=-1)
    return tuple(project(x, k, b) for k, b in zip(jnp.split(kernel, gates, axis=-1), biases, strict=True))


def projection_gradients(x: Array, kernel: Array, bias: Array | None, deltas: Array) -> tuple[Array, Array, Any]:
    """Gradients of x, W and b from those of ``x W + b``."""
    dx = project(deltas, kernel.T, None)
    if bias is None:
        return dx, weight_gradient(x, deltas), None
    # A further column of ones: a sum over all steps and rows takes longer than a product.
    both = weight_gradient(jnp.concatenate([x, jnp.ones((*x.shape[:-1], 1), x.dtype)], axis=-1), deltas)
    return dx, both[:-1], both[-1]


def barrier(value: Any) -> Any:
    """The value, computed once and for itself: fused with what follows it would be computed for each use."""
    return jax.lax.optimization_barrier(value)


def sigmoid(x: Array) -> Array:
    """``1 / (1 + e^{−x})``, by a tanh: XLA on CPU has no faster way."""
    return 0.5 * jnp.tanh(0.5 * x) + 0.5


def apart(x: Array, function: Callable[[Array], Array]) -> tuple[Array, Array]:
    """x and ``function(x)``, each computed once."""
    x = barrier(x)
    return x, barrier(function(x))


def pick(counts: Array | None, new: Array, old: Any) -> Array:
    """`new` in the rows that count, else `old`."""
    return new if counts is None else jnp.where(counts[:, None], new, old)


def before(first: Array, outputs: Array, is_backwards: bool) -> Array:
    """For each step, by its place in time, the output before it."""
    if is_backwards:
        return jnp.concatenate([outputs[1:], first[None]])
    return jnp.concatenate([first[None], outputs[:-1]])


def weight_gradient(inputs: Array, deltas: Array) -> Array:
    """``Σ_t inputs_tᵀ deltas_t``, as one product over all steps."""
    return inputs.reshape(-1, inputs.shape[-1]).T @ deltas.reshape(-1, deltas.shape[-1])
