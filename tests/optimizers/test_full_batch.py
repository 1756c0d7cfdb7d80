"""The full-batch methods against SciPy, on functions whose minimum it finds from the same start."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.optimize import least_squares, minimize

from nyuron.optimizers import LBFGS, LevenbergMarquardt, Newton, NonlinearCG

METHODS = [LBFGS(), NonlinearCG(), Newton(), LevenbergMarquardt()]
T = np.linspace(0, 3, 40)
SEEN = 2.5 * np.exp(-1.3 * T) + 0.5 + 0.01 * np.random.default_rng(0).normal(size=40)


class Curve:
    """Fit a exp(−b t) + c."""

    start = np.array([1.0, 0.5, 0.0])

    def residuals(self, params):
        a, b, c = params["w"]
        return a * jnp.exp(-b * jnp.asarray(T)) + c - jnp.asarray(SEEN)

    def value(self, params):
        return jnp.sum(self.residuals(params) ** 2)


class Valley(Curve):
    """Rosenbrock's function, as a sum of squares."""

    start = np.array([-1.2, 1.0])

    def residuals(self, params):
        x, y = params["w"]
        return jnp.stack([10.0 * (y - x**2), 1.0 - x])


def solve(method, problem, steps):
    with jax.enable_x64(True):

        @jax.jit
        def run(method, params):
            def goes_on(carry):
                return ~carry[1]["converged"] & (carry[1]["iterations"] < steps)

            def once(carry):
                return method.step(problem, carry[1], carry[0])

            return jax.lax.while_loop(goes_on, once, (params, method.init(params)))

        params, state = run(method, {"w": jnp.asarray(problem.start)})
        return np.asarray(params["w"]), jax.device_get(state)


@pytest.mark.parametrize("method", METHODS, ids=lambda m: type(m).__name__)
@pytest.mark.parametrize("problem", [Curve(), Valley()], ids=lambda p: type(p).__name__)
def test_finds_the_minimum_that_scipy_finds(method, problem):
    w, state = solve(method, problem, 400)
    with jax.enable_x64(True):
        expected = least_squares(
            lambda w: np.asarray(problem.residuals({"w": w})), problem.start, xtol=1e-14, ftol=1e-14
        )
    np.testing.assert_allclose(w, expected.x, rtol=1e-4, atol=1e-5)
    assert state["converged"] and state["gradient_norm"] < 1e-5 and state["iterations"] < 400


def test_takes_about_as_many_steps_as_scipy():
    with jax.enable_x64(True):
        value = jax.jit(lambda w: Valley().value({"w": w}))
        scipys = minimize(lambda w: float(value(w)), Valley.start, jac=lambda w: np.asarray(jax.grad(value)(w))).nit
    assert solve(LBFGS(), Valley(), 400)[1]["iterations"] < 2 * scipys


@pytest.mark.parametrize("method", METHODS, ids=lambda m: type(m).__name__)
def test_stops_at_once_at_a_minimum_and_stays(method):
    problem = Valley()
    problem.start = np.array([1.0, 1.0])
    w, state = solve(method, problem, 400)
    np.testing.assert_array_equal(w, [1.0, 1.0])
    assert state["iterations"] == 1


@pytest.mark.parametrize("method", METHODS, ids=lambda m: type(m).__name__)
def test_the_state_is_plain_arrays(method):
    state = method.init({"w": jnp.ones(3)})
    kinds = {type(node) for node in jax.tree.leaves(state, is_leaf=lambda n: isinstance(n, tuple))}
    assert all(issubclass(kind, jax.Array) for kind in kinds)
