"""Every activation: Keras's values and gradients, extreme inputs, populations, docstrings."""

import inspect

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest
from jax.test_util import check_grads

from nyuron import activations
from nyuron.core import ShapeError
from oracle import keras_oracle

OURS = {"step", "maxout"}
ALIASES = {"swish", "hard_swish", "heaviside"}
NAMES = sorted(
    name
    for name in activations.__all__
    if inspect.isfunction(getattr(activations, name)) and name not in {"get", "serialize", "deserialize"}
)
KERAS = [name for name in NAMES if name not in OURS | ALIASES]
WHOLE = {"softmax", "log_softmax", "sparsemax", "glu", "maxout", "threshold"}
ELEMENTWISE = [name for name in NAMES if name not in WHOLE | ALIASES]
OPTIONS = [
    ("relu", {"negative_slope": 0.1}),
    ("relu", {"max_value": 1.5}),
    ("relu", {"max_value": 6}),
    ("relu", {"threshold": 0.7}),
    ("relu", {"negative_slope": 0.2, "max_value": 2.0, "threshold": 0.5}),
    ("relu", {"negative_slope": 0.2, "max_value": 2.0}),
    ("leaky_relu", {"negative_slope": 0.05}),
    ("elu", {"alpha": 0.5}),
    ("celu", {"alpha": 2.0}),
    ("gelu", {"approximate": True}),
    ("soft_shrink", {"threshold": 1.0}),
    ("hard_shrink", {"threshold": 1.0}),
    ("squareplus", {"b": 1.0}),
    ("softmax", {"axis": 0}),
    ("softmax", {"axis": (0, 1)}),
    ("log_softmax", {"axis": 0}),
    ("glu", {"axis": 0}),
]


def arguments(name):
    return {"threshold": 0.5, "default_value": -1.0} if name == "threshold" else {}


def compare(name, options, x):
    ours, theirs = getattr(activations, name), getattr(keras.activations, name)
    weights = np.arange(1, x.size + 1, dtype=x.dtype) / x.size  # so that softmax has a gradient

    def summed(function, x):
        y = function(x, **options)
        return jnp.sum(y * weights[: y.size].reshape(y.shape)), y

    (_, value), slope = jax.value_and_grad(lambda x: summed(ours, x), has_aux=True)(x)
    with keras_oracle():
        (_, their_value), their_slope = jax.value_and_grad(lambda x: summed(theirs, x), has_aux=True)(x)
    assert value.dtype == x.dtype
    np.testing.assert_allclose(value, their_value, rtol=2e-6, atol=1e-6)
    np.testing.assert_allclose(slope, their_slope, rtol=2e-6, atol=1e-6)


def test_nothing_of_keras_is_missing():
    assert {name for name in dir(keras.activations) if not name.startswith("_")} <= set(activations.__all__)


@pytest.mark.parametrize("name", KERAS)
def test_defaults_are_keras(name):
    def defaults(function):
        return [(p.name, p.default) for p in inspect.signature(function).parameters.values()]

    assert defaults(getattr(activations, name)) == defaults(getattr(keras.activations, name))


@pytest.mark.parametrize("name", [n for n in KERAS if n != "sparsemax"])
def test_values_and_gradients_are_keras(name, rng):
    compare(name, arguments(name), jnp.asarray(rng.normal(0, 3, (4, 6)), "float32"))


@pytest.mark.parametrize(("name", "options"), OPTIONS)
def test_options_are_keras(name, options, rng):
    compare(name, options, jnp.asarray(rng.normal(0, 3, (4, 6)), "float32"))


@pytest.mark.parametrize("name", ["relu", "leaky_relu", "elu", "selu", "celu", "softplus", "tanh"])
def test_gradient_at_the_corner_is_keras(name):
    compare(name, {}, jnp.zeros((1, 2)))


@pytest.mark.parametrize("name", [n for n in NAMES if n not in ALIASES])
def test_compiled_equals_eager(name, rng):
    x = jnp.asarray(rng.normal(0, 3, (4, 6)), "float32")
    function = getattr(activations, name)
    compiled = jax.jit(lambda x: function(x, **arguments(name)))
    np.testing.assert_allclose(compiled(x), function(x, **arguments(name)), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", [n for n in NAMES if n not in {*ALIASES, "threshold"}])
def test_gradients_are_finite_differences(name, rng):
    with jax.enable_x64(True):
        # Away from every corner: 0, ±½, ±1, ±3, 6.
        x = jnp.asarray(
            rng.choice([-4.3, -2.2, -0.8, -0.3, 0.2, 0.7, 2.1, 4.4, 7.5], (3, 4)) + rng.uniform(0, 0.05, (3, 4))
        )
        y = getattr(activations, name)(x)
        assert y.dtype == jnp.float64
        check_grads(getattr(activations, name), (x,), order=1, modes=["rev"], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", [n for n in ELEMENTWISE if n != "exponential"])
def test_extreme_inputs_stay_finite(name):
    function = getattr(activations, name)
    x = jnp.array([-3e38, -1e30, -1e20, -1e10, -1e4, -100, -20, 0, 20, 100, 1e4, 1e10, 1e20, 1e30, 3e38], "float32")
    assert np.isfinite(function(x)).all()
    assert np.isfinite(jax.vmap(jax.grad(function))(x)).all()


def test_extreme_inputs_of_approximate_gelu_stay_finite():
    x = jnp.array([-3e38, -1e20, -50, 50, 1e20, 3e38], "float32")
    np.testing.assert_allclose(activations.gelu(x, approximate=True), np.maximum(x, 0))
    slopes = jax.vmap(jax.grad(lambda x: activations.gelu(x, approximate=True)))(x)
    np.testing.assert_allclose(slopes, [0, 0, 0, 1, 1, 1])


def test_squareplus_vanishes_far_to_the_left():
    np.testing.assert_array_equal(activations.squareplus(jnp.array([-1e20, -1e30])), 0)


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "sparsemax"])
def test_extreme_scores_stay_finite(name):
    x = jnp.array([[1e30, 0.0, -1e30], [1e4, 1e4, -1e4], [-1e20, -1e20, -1e20]])
    function = getattr(activations, name)
    assert np.isfinite(function(x)).all()
    assert np.isfinite(jax.jacobian(function)(x)).all()


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_sparsemax_sums_to_one_along_its_axis(axis, rng):
    y = activations.sparsemax(jnp.asarray(rng.normal(0, 2, (4, 6)), "float32"), axis)
    np.testing.assert_allclose(y.sum(axis), 1, rtol=1e-6)
    assert (y >= 0).all() and (y == 0).any()


def test_sparsemax_is_the_nearest_distribution(rng):
    from scipy.optimize import minimize

    x = rng.normal(0, 1, 5)
    simplex = {"type": "eq", "fun": lambda p: p.sum() - 1}
    found = minimize(
        lambda p: ((p - x) ** 2).sum(), np.full(5, 0.2), bounds=[(0, 1)] * 5, constraints=simplex, tol=1e-12
    )
    np.testing.assert_allclose(activations.sparsemax(jnp.asarray(x, "float32")), found.x, atol=1e-5)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_nan_is_not_hidden(name):
    assert np.isnan(getattr(activations, name)(jnp.array(jnp.nan)))


@pytest.mark.parametrize("name", [n for n in ELEMENTWISE if n != "linear"])
def test_integers_are_taken(name):
    x = np.array([-2, 0, 3])
    y = getattr(activations, name)(x)
    assert y.dtype == jnp.float32
    np.testing.assert_allclose(y, getattr(activations, name)(jnp.asarray(x, "float32")))


@pytest.mark.parametrize(
    ("name", "setting", "values"),
    [
        ("relu", "negative_slope", [0.0, 0.1, 0.3]),
        ("relu", "max_value", [1.0, 2.0, 6.0]),
        ("relu", "threshold", [0.0, 0.5, 1.0]),
        ("leaky_relu", "negative_slope", [0.0, 0.1, 0.3]),
        ("elu", "alpha", [0.5, 1.0, 2.0]),
        ("celu", "alpha", [0.5, 1.0, 2.0]),
        ("soft_shrink", "threshold", [0.1, 0.5, 1.0]),
        ("hard_shrink", "threshold", [0.1, 0.5, 1.0]),
        ("squareplus", "b", [1.0, 2.0, 4.0]),
    ],
)
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_settings_may_be_a_population(name, setting, values, dtype, rng):
    x = jnp.asarray(rng.normal(0, 2, 20), dtype)
    function = getattr(activations, name)
    together = jax.vmap(lambda value: function(x, **{setting: value}))(jnp.array(values))
    assert together.dtype == dtype
    alone = jnp.stack([function(x, **{setting: value}) for value in values])
    np.testing.assert_allclose(
        together.astype("float32"), alone.astype("float32"), rtol=2e-2 if dtype == "bfloat16" else 1e-6
    )


def test_step_and_its_derivative():
    x = jnp.array([-1e-6, -0.0, 0.0, 1e-6])
    np.testing.assert_array_equal(activations.step(x), [0, 1, 1, 1])
    np.testing.assert_array_equal(jax.vmap(jax.grad(activations.step))(x), 0)
    assert activations.heaviside is activations.step


def test_maxout_takes_neighbours_along_an_axis(rng):
    x = rng.normal(size=(4, 6)).astype("float32")
    np.testing.assert_array_equal(activations.maxout(x, 3), np.stack([x[:, :3].max(1), x[:, 3:].max(1)], 1))
    np.testing.assert_array_equal(activations.maxout(x, 2, axis=0), np.stack([x[:2].max(0), x[2:].max(0)]))


@pytest.mark.parametrize(("name", "fix"), [("maxout", "6 units"), ("glu", "6 units")])
def test_an_axis_that_cannot_be_split_is_named(name, fix):
    with pytest.raises(ShapeError, match=rf"{name}\((.|\n)*got: +\(2, 5\)(.|\n)*{fix}"):
        getattr(activations, name)(jnp.ones((2, 5)))


@pytest.mark.parametrize("name", NAMES)
def test_docstring_is_complete(name):
    text = getattr(activations, name).__doc__
    for part in ("Shapes:", "Source:", "Example:", ">>>"):
        assert part in text
