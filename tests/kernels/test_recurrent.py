"""The recurrent kernels against their plain references: values and gradients."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.test_util import check_grads

from nyuron import kernels

T, B, F, H = 4, 3, 2, 5
GATES = {"lstm": 4, "gru": 3, "simple_rnn": 1}
names = pytest.mark.parametrize("name", GATES)


def arguments(name: str, dtype: Any = np.float32, members: tuple[int, ...] = (), biased: bool = True) -> list[Any]:
    rng = np.random.default_rng(len(name))
    n = GATES[name] * H
    bias = (2, n) if name == "gru" else (n,)
    shapes = [(T, B, F), (F, n), (H, n), bias, *[(B, H)] * (2 if name == "lstm" else 1)]
    drawn = [jnp.asarray(rng.normal(size=(*members, *shape)).astype(dtype)) for shape in shapes]
    return drawn if biased else [a if i != 3 else None for i, a in enumerate(drawn)]


def mask_for(members: tuple[int, ...] = ()) -> Any:
    return jnp.asarray(np.random.default_rng(1).random((*members, T, B)) < 0.6)


def both(name: str) -> tuple[Any, Any]:
    return getattr(kernels, name), getattr(kernels, f"{name}_reference")


@names
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("is_masked", [False, True])
@pytest.mark.parametrize("is_backwards", [False, True])
@pytest.mark.parametrize("every", [False, True])
def test_values_and_gradients_are_the_references(
    name: str, dtype: Any, is_masked: bool, is_backwards: bool, every: bool
) -> None:
    with jax.enable_x64(dtype is np.float64):
        given = arguments(name, dtype)
        options = (mask_for() if is_masked else None, is_backwards, every)
        fast, plain = both(name)
        found, wanted = fast(*given, *options), plain(*given, *options)
        assert (found[0] is not None) == every
        assert all(a.dtype == dtype for a in found if a is not None)
        pulls = [
            np.random.default_rng(i).normal(size=a.shape).astype(dtype) for i, a in enumerate(jax.tree.leaves(wanted))
        ]

        def loss(function: Any) -> Any:
            def of(*given: Any) -> Any:
                outputs = jax.tree.leaves(function(*given, *options))
                return sum(jnp.sum(a * p) for a, p in zip(outputs, pulls, strict=True))

            return jax.jit(jax.grad(of, tuple(range(len(given)))))

        close = 1e-10 if dtype is np.float64 else 2e-5
        grads = loss(fast)(*given), loss(plain)(*given)
        jax.tree.map(
            lambda a, b: np.testing.assert_allclose(a, b, rtol=close, atol=close), (found, grads[0]), (wanted, grads[1])
        )


@names
def test_gradients_equal_finite_differences(name: str) -> None:
    with jax.enable_x64(True):
        given = arguments(name, np.float64)
        mask = mask_for()
        check_grads(lambda *a: both(name)[0](*a, mask), given, order=1, modes=["rev"])


@names
def test_members_side_by_side(name: str) -> None:
    members = (2, 3)
    given, mask = arguments(name, members=members), mask_for(members)
    found = both(name)[0](*given, mask)
    grads = jax.jit(jax.grad(lambda *a: jnp.sum(both(name)[0](*a, mask)[1]), (0, 1, 2)))(*given)
    plain = jax.jit(both(name)[1])
    slopes = jax.jit(jax.grad(lambda mask, *a: jnp.sum(both(name)[1](*a, mask)[1]), (1, 2, 3)))
    for at in np.ndindex(members):
        one = [a[at] for a in given]
        wanted = plain(*one, mask[at])
        jax.tree.map(lambda a, b: np.testing.assert_allclose(a[at], b, rtol=1e-5, atol=1e-6), found, wanted)  # noqa: B023
        alone = slopes(mask[at], *one)
        jax.tree.map(lambda a, b: np.testing.assert_allclose(a[at], b, rtol=1e-4, atol=1e-5), grads, alone)  # noqa: B023


@names
def test_without_bias(name: str) -> None:
    given = arguments(name, biased=False)
    found, wanted = (function(*given) for function in both(name))
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6), found, wanted)
    grads = [jax.jit(jax.grad(lambda *a: jnp.sum(f(*a)[1]), (1, 2)))(*given) for f in both(name)]  # noqa: B023
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5), *grads)


@names
def test_plain_kernels_have_forward_derivatives(name: str) -> None:
    given = arguments(name)
    function = both(name)[0]
    with kernels.plain_kernels():
        found = jax.jacfwd(lambda r: function(given[0], given[1], r, *given[3:])[1])(given[2])
    wanted = jax.jacrev(lambda r: function(given[0], given[1], r, *given[3:])[1])(given[2])
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)
    with pytest.raises(TypeError, match="forward-mode"):
        jax.jacfwd(lambda r: function(given[0], given[1], r, *given[3:])[1])(given[2])
