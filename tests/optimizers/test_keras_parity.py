"""Optimizers against real Keras: a dozen steps on two variables; full-batch methods on Rosenbrock's valley."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nyuron import core
from nyuron import optimizers as O
from nyuron.optimizers import schedules as S
from nyuron.train import numbers_as_arrays
from oracle import keras_oracle

RNG = np.random.default_rng(0)
WEIGHTS = [RNG.normal(size=(3, 4)).astype("float32"), RNG.normal(size=(4,)).astype("float32")]
GRADS = [[RNG.normal(size=w.shape).astype("float32") * (3 if i % 2 else 0.1) for w in WEIGHTS] for i in range(12)]
FIRST = ["SGD", "RMSprop", "Adam", "AdamW", "Adagrad", "Adadelta", "Nadam", "Adamax", "Ftrl", "Lion", "Lamb"]
CASES = [
    *((n, {}) for n in FIRST),
    *((n, {"learning_rate": 0.1, "weight_decay": 0.1}) for n in FIRST),
    *((n, {"learning_rate": 0.1, "clipnorm": 0.5}) for n in FIRST),
    ("SGD", {"momentum": 0.9}),
    ("SGD", {"momentum": 0.9, "nesterov": True}),
    ("SGD", {"learning_rate": 0.1, "clipvalue": 0.2}),
    ("RMSprop", {"momentum": 0.5, "centered": True}),
    ("Adam", {"amsgrad": True}),
    ("Adam", {"global_clipnorm": 0.3}),
    ("Adam", {"learning_rate": 0.1, "gradient_accumulation_steps": 3}),
    ("Adam", {"learning_rate": 0.1, "use_ema": True, "ema_momentum": 0.9, "ema_overwrite_frequency": 4}),
    (
        "Ftrl",
        {"learning_rate": 0.1, "l1_regularization_strength": 0.01, "l2_regularization_strength": 0.1, "beta": 0.2},
    ),
]
SCHEDULES = [
    S.ExponentialDecay(0.1, 3, 0.5),
    S.ExponentialDecay(0.1, 3, 0.5, staircase=True),
    S.InverseTimeDecay(0.1, 3, 0.5),
    S.PiecewiseConstantDecay([3, 6], [0.1, 0.05, 0.01]),
    S.PolynomialDecay(0.1, 5),
    S.PolynomialDecay(0.1, 5, cycle=True, power=2.0),
    S.CosineDecay(0.1, 8, warmup_target=0.3, warmup_steps=3),
    S.CosineDecayRestarts(0.1, 3),
]


def run_ours(optimizer):
    params = [jnp.asarray(w) for w in WEIGHTS]
    state = optimizer.init(params)
    step = jax.jit(lambda o, g, s, p: o.update(g, s, p))
    for grads in GRADS:
        params, state = step(optimizer, [jnp.asarray(g) for g in grads], state, params)
    return params


def run_theirs(name, options):
    with keras_oracle():
        import keras

        optimizer = getattr(keras.optimizers, name)(**options)
        variables = [keras.Variable(w) for w in WEIGHTS]
        optimizer.build(variables)
        for grads in GRADS:
            optimizer.apply([jnp.asarray(g) for g in grads], variables)
        return [np.asarray(v) for v in variables]


@pytest.mark.parametrize(("name", "options"), CASES)
def test_a_dozen_steps(name, options):
    for a, b in zip(run_ours(getattr(O, name)(**options)), run_theirs(name, options), strict=True):
        np.testing.assert_allclose(a, b, atol=5e-6)


@pytest.mark.parametrize("schedule", SCHEDULES, ids=repr)
def test_schedules(schedule):
    with keras_oracle():
        import keras

        theirs = getattr(keras.optimizers.schedules, type(schedule).__name__).from_config(schedule.get_config())
        expected = [float(theirs(t)) for t in range(12)]
    np.testing.assert_allclose([float(schedule(t)) for t in range(12)], expected, rtol=1e-5)


@pytest.mark.parametrize("name", FIRST)
def test_a_stack_of_learning_rates_is_a_population(name):
    rates = [0.001, 0.01]
    params = [jnp.asarray(w) for w in WEIGHTS]
    grads = [jnp.asarray(g) for g in GRADS[0]]
    cls = getattr(O, name)

    def one(optimizer):
        return optimizer.update(grads, optimizer.init(params), params)[0]

    pair = [numbers_as_arrays(cls(learning_rate=rate)) for rate in rates]
    stacked = jax.vmap(one)(jax.tree.map(lambda *a: np.stack(a), *pair))
    for i, rate in enumerate(rates):
        for a, b in zip(stacked, one(cls(learning_rate=rate)), strict=True):
            np.testing.assert_allclose(a[i], b, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("name", FIRST)
def test_config_round_trip(name):
    optimizer = getattr(O, name)(learning_rate=0.02)
    assert core.from_config(core.to_config(optimizer)).get_config() == optimizer.get_config()


class Rosenbrock:
    def value(self, p):
        return jnp.sum(self.residuals(p) ** 2)

    def residuals(self, p):
        return jnp.stack([1 - p["a"], 10 * (p["b"] - p["a"] ** 2)])


@pytest.mark.parametrize("name", ["lbfgs", "cg", "lm", "newton"])
def test_full_batch_methods_reach_the_minimum_and_stop(name):
    method = core.replace(O.get(name), gradient_tolerance=2e-3)
    params = {"a": jnp.asarray(-1.2), "b": jnp.asarray(1.0)}

    def goes_on(carry):
        return ~carry[1]["converged"] & (carry[1]["iterations"] < 300)

    params, state = jax.jit(
        lambda p: jax.lax.while_loop(goes_on, lambda c: method.step(Rosenbrock(), c[1], c[0]), (p, method.init(p)))
    )(params)
    assert bool(state["converged"]) and int(state["iterations"]) < 300
    np.testing.assert_allclose([params["a"], params["b"]], [1.0, 1.0], atol=5e-3)


def test_unknown_name():
    with pytest.raises(core.UnknownNameError, match="did you mean 'adam'"):
        O.get("adm")
