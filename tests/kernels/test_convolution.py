"""Convolution and pooling: our forms against XLA's, values and gradients."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.test_util import check_grads

from nyuron import kernels
from nyuron.kernels import Window, _chunks, _reference

CONVOLUTIONS = {
    "valid": (Window.of(3, 2), (5, 7, 6, 3), 4),
    "same": (Window.of((3, 2), 2, padding="same"), (5, 6, 7, 3), 4),
    "strided": (Window.of(3, 2, (2, 3), "same"), (4, 9, 8, 2), 3),
    "strided-rest": (Window.of(2, 2, 3), (4, 9, 7, 2), 3),
    "dilated": (Window.of(2, 2, dilation=(2, 3), padding="same"), (4, 7, 8, 2), 3),
    "both": (Window.of(2, 2, strides=2, dilation=3), (4, 10, 9, 2), 3),
    "causal": (Window.of(3, 1, padding="causal", dilation=2), (4, 9, 3), 2),
    "series": (Window.of(5, 1, 2), (4, 12, 1), 2),
    "volumes": (Window.of((2, 3, 2), 3, (1, 2, 1), "same"), (3, 4, 5, 4, 2), 2),
    "pointwise": (Window.of(1, 2), (6, 5, 4, 3), 2),
    "many-places": (Window.of(6, 2, padding="same"), (2, 8, 8, 2), 3),
    "many-places-strided": (Window.of(6, 2, 2, padding="same", dilation=(1, 2)), (2, 9, 12, 2), 3),
    "pads": (Window.of(3, 2, padding=((2, 0), (1, 3))), (2, 5, 6, 2), 3),
}
POOLS = {
    "plain": (Window.of(2, 2, 2), (3, 7, 6, 4)),
    "same": (Window.of((2, 3), 2, (2, 3), "same"), (3, 7, 7, 4)),
    "overlapping": (Window.of(3, 2, (1, 2), "same"), (3, 6, 7, 2)),
    "sparse": (Window.of((2, 1), 2, (3, 2)), (3, 8, 5, 2)),
    "series": (Window.of(3, 1, 2), (3, 8, 2)),
    "volumes": (Window.of(2, 3, 2, "same"), (2, 4, 5, 3, 2)),
    "large": (Window.of(9, 2, 3, "same"), (2, 12, 11, 1)),
}


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces of two or so, so that the batch is divided."""
    monkeypatch.setattr(_chunks, "BYTES", 2**12)


def drawn(*shapes: tuple[int, ...], dtype: Any = jnp.float64) -> list[jax.Array]:
    rng = np.random.default_rng(3)
    return [jnp.asarray(rng.normal(size=shape), dtype) for shape in shapes]


def agree(ours: Any, plain: Any, *arguments: jax.Array, rtol: float = 1e-10) -> None:
    """Values and all gradients, compiled."""
    pull = drawn(jax.eval_shape(plain, *arguments).shape, dtype=arguments[0].dtype)[0]

    def both(f: Any) -> Any:
        def loss(arguments: Any) -> Any:
            y = f(*arguments)
            return jnp.sum(y * pull), y

        return jax.jit(jax.grad(loss, has_aux=True))(arguments)

    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=rtol, atol=rtol), both(ours), both(plain))


@pytest.mark.parametrize(
    "name, activation, pool",
    [
        *((name, "relu", 2) for name in CONVOLUTIONS),
        *((name, None, None) for name in ("valid", "strided-rest", "both")),
        *((name, "relu", None) for name in ("same", "volumes")),
        *((name, None, 3) for name in ("dilated", "series")),
    ],
)
def test_conv_is_xlas(name: str, activation: str | None, pool: int | None) -> None:
    window, shape, filters = CONVOLUTIONS[name]
    after = None if pool is None else Window.of(pool, window.rank, strides=2, padding="same")
    with jax.enable_x64(True):
        x, kernel, bias = drawn(shape, (*window.size, shape[-1], filters), (filters,))
        options = {"window": window, "activation": activation, "pool": after}
        agree(
            lambda x, w, b: kernels.conv(x, w, b, **options),
            lambda x, w, b: _reference.conv(x, w, b, **options),
            x, kernel, bias,
        )  # fmt: skip


@pytest.mark.parametrize("name", ["valid", "same", "strided", "both", "causal", "many-places-strided", "pads"])
@pytest.mark.parametrize("size, strides", [(2, 2), (2, 3), (3, 3)])
def test_outputs_that_no_pool_sees(name: str, size: int, strides: int) -> None:
    window, shape, filters = CONVOLUTIONS[name]
    pool = Window.of(size, window.rank, strides)
    if min(pool.output_sizes(window.output_sizes(shape[1:-1]))) < 1:
        pytest.skip("the pool is larger than what it lies on")
    with jax.enable_x64(True):
        x, kernel, bias = drawn(shape, (*window.size, shape[-1], filters), (filters,))
        options = {"window": window, "activation": "relu", "pool": pool}
        agree(
            lambda x, w, b: kernels.conv(x, w, b, **options),
            lambda x, w, b: _reference.conv(x, w, b, **options),
            x, kernel, bias,
        )  # fmt: skip


def test_outputs_that_no_pool_sees_are_not_computed() -> None:
    x, kernel = drawn((4, 9, 9, 3), (3, 3, 3, 5), dtype=jnp.float32)
    program = str(
        jax.make_jaxpr(lambda x, w: kernels.conv(x, w, window=Window.of(3, 2), pool=Window.of(2, 2, 2)))(x, kernel)
    )
    assert ",6,6,5]" in program
    assert ",7,7,5]" not in program


def test_conv_without_bias_in_float32() -> None:
    window, shape, filters = CONVOLUTIONS["same"]
    x, kernel = drawn(shape, (*window.size, shape[-1], filters), dtype=jnp.float32)
    agree(
        lambda x, w: kernels.conv(x, w, window=window),
        lambda x, w: _reference.conv(x, w, window=window),
        x, kernel, rtol=1e-4,
    )  # fmt: skip


def test_groups_are_xlas() -> None:
    window = Window.of(3, 2)
    with jax.enable_x64(True):
        x, kernel = drawn((3, 6, 6, 4), (3, 3, 2, 6))
        agree(
            lambda x, w: kernels.conv(x, w, window=window, groups=2),
            lambda x, w: _reference.conv(x, w, window=window, groups=2),
            x, kernel,
        )  # fmt: skip


@pytest.mark.parametrize("wanted", [(0,), (1,), (2,), (1, 2), (0, 2)])
def test_some_gradients_alone(wanted: tuple[int, ...]) -> None:
    window, shape, filters = CONVOLUTIONS["valid"]
    with jax.enable_x64(True):
        arguments = drawn(shape, (*window.size, shape[-1], filters), (filters,))

        def gradients(room: Any) -> Any:
            def loss(*a: Any) -> Any:
                return jnp.sum(room.conv(*a, window=window, activation="relu", pool=Window.of(2, 2, 2)) ** 2)

            return jax.grad(loss, wanted)(*arguments)

        for a, b in zip(gradients(kernels), gradients(_reference), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-10)


def test_an_input_without_gradient_costs_none() -> None:
    window = Window.of(3, 2)
    x, kernel = drawn((4, 8, 8, 3), (3, 3, 3, 5), dtype=jnp.float32)

    def loss(kernel: Any, x: Any) -> Any:
        return jnp.sum(kernels.conv(x, kernel, window=window))

    one = str(jax.make_jaxpr(jax.grad(loss))(kernel, x))
    two = str(jax.make_jaxpr(jax.grad(loss, (0, 1)))(kernel, x))
    assert "dot_general" in two
    assert "dot_general" not in one


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(
    "size, strides, dilation, extra", [(3, 1, 1, None), (3, 2, 1, 1), (2, 3, 1, None), (3, 1, 2, None), (4, 2, 1, None)]
)
def test_transposed_conv_is_xlas(size: int, strides: int, dilation: int, extra: int | None, padding: str) -> None:
    window = Window.of(size, 2, strides, padding, dilation)
    extra_pair = None if extra is None else (extra, extra)
    with jax.enable_x64(True):
        x, kernel, bias = drawn((4, 5, 4, 3), (size, size, 2, 3), (2,))
        options = {"window": window, "output_padding": extra_pair, "activation": "relu"}
        agree(
            lambda x, w, b: kernels.conv_transpose(x, w, b, **options),
            lambda x, w, b: _reference.conv_transpose(x, w, b, **options),
            x, kernel, bias,
        )  # fmt: skip


@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_depthwise_conv_is_xlas(name: str) -> None:
    window, shape, multiplier = CONVOLUTIONS[name]
    with jax.enable_x64(True):
        x, kernel, bias = drawn(shape, (*window.size, shape[-1], multiplier), (shape[-1] * multiplier,))
        agree(
            lambda x, w, b: kernels.depthwise_conv(x, w, b, window=window, activation="relu"),
            lambda x, w, b: _reference.depthwise_conv(x, w, b, window=window, activation="relu"),
            x, kernel, bias,
        )  # fmt: skip


@pytest.mark.parametrize("kind", ["max_pool", "average_pool"])
@pytest.mark.parametrize("name", POOLS)
def test_pools_are_xlas(name: str, kind: str) -> None:
    window, shape = POOLS[name]
    with jax.enable_x64(True):
        (x,) = drawn(shape)
        agree(lambda x: getattr(kernels, kind)(x, window), lambda x: getattr(_reference, kind)(x, window), x)
        # Many equal values: the first one of a window gets the gradient.
        agree(lambda x: getattr(kernels, kind)(x, window), lambda x: getattr(_reference, kind)(x, window), jnp.round(x))


@pytest.mark.parametrize("mapped", [(0, 0), (0, None), (None, 0)])
def test_members_side_by_side(mapped: tuple) -> None:
    window, pool = Window.of(3, 2), Window.of(2, 2, 2)
    with jax.enable_x64(True):
        x, kernel = drawn((2, 4, 7, 6, 3), (2, 3, 3, 3, 4))
        x, kernel = (a if axis == 0 else a[0] for a, axis in zip((x, kernel), mapped, strict=True))

        def gradients(room: Any) -> Any:
            def loss(x: Any, w: Any) -> Any:
                return jnp.sum(room.conv(x, w, window=window, activation="relu", pool=pool) ** 2)

            return jax.jit(jax.vmap(jax.grad(loss, (0, 1)), mapped))(x, kernel)

        for a, b in zip(gradients(kernels), gradients(_reference), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-10)


def test_finite_differences() -> None:
    with jax.enable_x64(True):
        x, kernel, bias = drawn((3, 6, 6, 2), (3, 3, 2, 3), (3,))
        pool = Window.of(2, 2, 2)
        check_grads(
            lambda *a: kernels.conv(*a, window=Window.of(3, 2), activation="relu", pool=pool),
            (x, kernel, bias), order=1, modes=["rev"], eps=1e-6,
        )  # fmt: skip


def test_chunks_divide_any_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_chunks, "BYTES", 1000)
    assert [_chunks.chunk_size(128, b) for b in (1, 100, 334, 10_000)] == [128, 8, 2, 1]
    assert [_chunks.chunk_size(n, 100) for n in (97, 96, 6, 0)] == [1, 8, 6, 1]


def test_plain_kernels_have_forward_derivatives() -> None:
    x, kernel = drawn((2, 5, 5, 1), (3, 3, 1, 2), dtype=jnp.float32)
    with kernels.plain_kernels():
        jacobian = jax.jacfwd(lambda w: kernels.max_pool(kernels.conv(x, w, window=Window.of(3, 2)), Window.of(2, 2)))(
            kernel
        )
    assert jacobian.shape == (2, 2, 2, 2, 3, 3, 1, 2)
