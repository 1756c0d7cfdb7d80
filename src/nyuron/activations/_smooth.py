"""Smooth relatives of the rectifier."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from nyuron.activations._inputs import floating, like, rectifier_beyond
from nyuron.core import Array, ShapeError, register


@register
def softplus(x: Any) -> Array:
    """Smooth rectifier: ``φ(x) = log(1 + eˣ)``, ``φ′ = sigmoid(x)``.

    Shapes: x (…) -> (…).
    Source: keras.activations.softplus.
    Example:
        >>> round(float(softplus(0.0)), 4)
        0.6931
    """
    return jax.nn.softplus(floating(x))


@register
def sparse_plus(x: Any) -> Array:
    """Rectifier with a parabola for its corner: 0 for x ≤ −1, ``¼ (x + 1)²`` between, x for x ≥ 1.

    Shapes: x (…) -> (…).
    Source: keras.activations.sparse_plus.
    Example:
        >>> sparse_plus(jnp.array([-2.0, 0.0, 2.0])).tolist()
        [0.0, 0.25, 2.0]
    """
    return rectifier_beyond(2.0, jax.nn.sparse_plus, floating(x))


@register
def squareplus(x: Any, b: Any = 4) -> Array:
    """Algebraic softplus: ``φ(x) = ½ (x + √(x² + b))``.

    Shapes: x (…) -> (…).
    Source: Barron 2021; keras.activations.squareplus.
    Example:
        >>> float(squareplus(0.0))
        1.0
    """
    x = floating(x)
    return rectifier_beyond(1e12, lambda z: jax.nn.squareplus(z, like(x, b)), x)


@register
def exponential(x: Any) -> Array:
    """``φ(x) = eˣ``.

    Shapes: x (…) -> (…).
    Source: keras.activations.exponential.
    Example:
        >>> float(exponential(0.0))
        1.0
    """
    return jnp.exp(floating(x))


@register
def silu(x: Any) -> Array:
    """Sigmoid linear unit, or swish: ``φ(x) = x · sigmoid(x)``.

    Shapes: x (…) -> (…).
    Source: Ramachandran et al. 2017; keras.activations.silu.
    Example:
        >>> round(float(silu(1.0)), 4)
        0.7311
    """
    return jax.nn.silu(floating(x))


@register
def hard_silu(x: Any) -> Array:
    """Swish with a piecewise linear gate: ``φ(x) = x · clip(x/6 + ½, 0, 1)``.

    Shapes: x (…) -> (…).
    Source: Howard et al. 2019; keras.activations.hard_silu.
    Example:
        >>> hard_silu(jnp.array([-4.0, 0.0, 4.0])).tolist()
        [-0.0, 0.0, 4.0]
    """
    return jax.nn.hard_silu(floating(x))


@register
def gelu(x: Any, approximate: bool = False) -> Array:
    """Gaussian error linear unit: ``φ(x) = x · P(Z ≤ x)``, Z ~ N(0, 1); `approximate` takes a tanh for P.

    Shapes: x (…) -> (…).
    Source: Hendrycks & Gimpel 2016; keras.activations.gelu.
    Example:
        >>> round(float(gelu(1.0)), 4)
        0.8413
    """
    if not approximate:
        return jax.nn.gelu(floating(x), approximate=False)
    return rectifier_beyond(40.0, jax.nn.gelu, floating(x))


@register
def mish(x: Any) -> Array:
    """``φ(x) = x · tanh(softplus(x))``.

    Shapes: x (…) -> (…).
    Source: Misra 2019; keras.activations.mish.
    Example:
        >>> round(float(mish(1.0)), 4)
        0.8651
    """
    return jax.nn.mish(floating(x))


@register
def glu(x: Any, axis: int = -1) -> Array:
    """Gated linear unit: ``a · sigmoid(b)``, where a and b are the two halves of x.

    Shapes: x (…, 2 · units) -> (…, units), along `axis`.
    Raises: ShapeError if the axis has an odd size.
    Source: Dauphin et al. 2017; keras.activations.glu.
    Example:
        >>> glu(jnp.array([3.0, 0.0])).tolist()
        [1.5]
    """
    x = floating(x)
    if x.shape[axis] % 2:
        raise ShapeError(
            "the axis cannot be halved",
            who=f"glu(axis={axis})",
            expected="an even size",
            got=x.shape,
            fix=f"give the layer before it {x.shape[axis] + 1} units",
        )
    return jax.nn.glu(x, axis)


swish = silu
hard_swish = hard_silu
