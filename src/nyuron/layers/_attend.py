"""Who may look at whom, and how much: masks, softmax and heads, shared by the attention layers."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from nyuron import activations
from nyuron.core import Array, Key, Params
from nyuron.layers._dense import as_rows


def pair_mask(
    sizes: tuple[int, int],
    *,
    queries: Array | None = None,
    sources: tuple[Array | None, ...] = (),
    pairs: Array | None = None,
    is_causal: bool = False,
    window: int | None = None,
) -> Array | None:
    """True where a query may look at a source, all rules joined by "and"; None where there is no rule.

    `queries` (batch, T) and each of `sources` (batch, S) mark steps that count; `pairs` (T, S), (batch, T, S) or
    (batch, heads, T, S) is the caller's own.
    With `is_causal`, query t sees the sources 0 … t; with `window`, those nearer than that.
    """
    rules = [source.astype(bool)[:, None, :] for source in sources if source is not None]
    if queries is not None:
        rules.append(queries.astype(bool)[:, :, None])
    t, s = jnp.arange(sizes[0])[:, None], jnp.arange(sizes[1])[None, :]
    if is_causal:
        rules.append((t >= s)[None])
    if window is not None:
        rules.append((jnp.abs(t - s) < window)[None])
    if pairs is not None and pairs.ndim > 3:
        rules = [rule[:, None] for rule in rules]
    if pairs is not None:
        rules.append(pairs.astype(bool))
    joined = None
    for rule in rules:
        joined = rule if joined is None else joined & rule
    return joined


def softmax(scores: Array, mask: Array | None) -> Array:
    """Softmax of the last axis over the places that `mask` lets through; zeros where it lets none through."""
    if mask is None:
        return activations.softmax(scores, -1)
    low = jnp.asarray(-3e4 if scores.dtype == jnp.float16 else -1e9, scores.dtype)
    return jnp.where(mask, activations.softmax(jnp.where(mask, scores, low), -1), 0)


# Heads. A projection's kernel is (features, heads, size), its bias (heads, size), as in Keras.


def init_projection(layer: Any, key: Key, inputs: tuple[int, ...], outputs: tuple[int, ...]) -> Params:
    """Kernel and bias of an affine map from axes of these sizes to axes of those."""
    kernel_key, bias_key = jax.random.split(key)
    params = {"kernel": layer.kernel_initializer((*inputs, *outputs), key=kernel_key)}
    if layer.use_bias:
        params["bias"] = layer.bias_initializer(outputs, key=bias_key)
    return params


def project(x: Array, *projections: Params) -> tuple[Array, ...]:
    """(batch, T, heads, size) of each projection, all by one matrix product."""
    shapes = [p["kernel"].shape[1:] for p in projections]
    widths = [math.prod(shape) for shape in shapes]
    kernels = [p["kernel"].reshape(-1, width) for p, width in zip(projections, widths, strict=True)]
    y = jnp.matmul(as_rows(x), kernels[0] if len(kernels) == 1 else jnp.concatenate(kernels, 1))
    if "bias" in projections[0]:
        y = y + jnp.concatenate([p["bias"].reshape(-1) for p in projections])
    parts = jax.lax.split(y, widths, axis=-1) if len(widths) > 1 else (y,)
    return tuple(part.reshape(*x.shape[:-1], *shape) for part, shape in zip(parts, shapes, strict=True))


def project_inputs(params: Params, query: Array, value: Array, key: Array) -> tuple[Array, Array, Array]:
    """Queries, keys and values by heads; inputs that are the same array share one matrix product."""
    q, k, v = params["query"], params["key"], params["value"]
    if query is value and key is value:
        queries, keys, values = project(query, q, k, v)
    elif key is value:
        (queries,), (keys, values) = project(query, q), project(value, k, v)
    else:
        (queries,), (keys,), (values,) = project(query, q), project(key, k), project(value, v)
    return queries, keys, values


def attend(
    queries: Array, keys: Array, values: Array, mask: Array | None, thin: Callable[[Array], Array]
) -> tuple[Array, Array]:
    """``softmax(Q Kᵀ / √d) V`` of each head, and the softmax. `thin` is dropout of the latter.

    Shapes: queries (batch, T, heads, d), keys (batch, S, groups, d), values (batch, S, groups, e), mask (…, T, S);
    heads are a multiple of groups, and so many of them in turn share a key and a value
    -> (batch, T, heads, e), (batch, heads, T, S).
    """
    batch, steps, heads, size = queries.shape
    sources, groups = keys.shape[1:3]
    scaled = (queries * jnp.asarray(size**-0.5, queries.dtype)).transpose(0, 2, 1, 3)
    rows = scaled.reshape(batch, groups, heads // groups * steps, size)
    scores = jnp.matmul(rows, keys.transpose(0, 2, 3, 1)).reshape(batch, heads, steps, sources)
    weights = softmax(scores, mask)
    mixed = jnp.matmul(thin(weights).reshape(batch, groups, -1, sources), values.transpose(0, 2, 1, 3))
    return mixed.reshape(batch, heads, steps, values.shape[-1]).transpose(0, 2, 1, 3), weights


def project_output(params: Params, x: Array) -> Array:
    """(batch, T, heads, size) -> (batch, T, …) by a kernel (heads, size, …)."""
    kernel = params["kernel"]
    outputs = kernel.shape[2:]
    y = jnp.matmul(x.reshape(-1, x.shape[-2] * x.shape[-1]), kernel.reshape(kernel.shape[0] * kernel.shape[1], -1))
    if "bias" in params:
        y = y + params["bias"].reshape(-1)
    return y.reshape(*x.shape[:-2], *outputs)


def nested_penalty(layer: Any, params: Params) -> Array | float:
    """Σ of `kernel_regularizer` over every kernel in a tree of parameters, and so on for every weight's name."""
    total: Any = 0.0
    for name, weight in params.items():
        rule = getattr(layer, f"{name}_regularizer", None)
        if isinstance(weight, dict):
            total = total + nested_penalty(layer, weight)
        elif rule is not None:
            total = total + rule(weight)
    return total


def nested_constrain(layer: Any, params: Params) -> Params:
    """A tree of parameters with `kernel_constraint` applied to every kernel, and so on for every weight's name."""
    new = {}
    for name, weight in params.items():
        rule = getattr(layer, f"{name}_constraint", None)
        new[name] = (
            nested_constrain(layer, weight) if isinstance(weight, dict) else weight if rule is None else rule(weight)
        )
    return new
