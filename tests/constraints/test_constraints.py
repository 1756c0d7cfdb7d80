"""Every constraint: Keras's values, bounds that hold, populations, configs, docstrings."""

import inspect
import json

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nyuron import constraints, core
from nyuron.core import KindError, UnknownNameError
from oracle import keras_oracle

CASES = [
    ("Constraint", {}),
    ("NonNeg", {}),
    ("MaxNorm", {}),
    ("MaxNorm", {"max_value": 0.5, "axis": 1}),
    ("MaxNorm", {"max_value": 0.5, "axis": [0, 1]}),
    ("UnitNorm", {}),
    ("UnitNorm", {"axis": -1}),
    ("UnitNorm", {"axis": (0, 1)}),
    ("MinMaxNorm", {}),
    ("MinMaxNorm", {"min_value": 0.5, "max_value": 0.7, "rate": 0.3, "axis": 1}),
    ("MinMaxNorm", {"min_value": 3.0, "max_value": 4.0}),
]
CLASSES = ["Constraint", "NonNeg", "MaxNorm", "UnitNorm", "MinMaxNorm"]
MATRICES = arrays(np.float32, (4, 3), elements=st.floats(-1e3, 1e3, width=32))


def test_nothing_of_keras_is_missing():
    assert {name for name in dir(keras.constraints) if not name.startswith("_")} <= set(constraints.__all__)


@pytest.mark.parametrize("name", CLASSES)
def test_defaults_are_keras(name):
    def defaults(cls):
        return [
            (p.name, p.default) for p in inspect.signature(cls).parameters.values() if p.name not in ("args", "kwargs")
        ]

    assert defaults(getattr(constraints, name)) == defaults(getattr(keras.constraints, name))


@pytest.mark.parametrize("zero", [False, True])
@pytest.mark.parametrize(("name", "options"), CASES)
def test_values_are_keras(name, options, zero, rng):
    w = jnp.asarray(rng.normal(size=(5, 3)) * (not zero), "float32")
    ours = getattr(constraints, name)(**options)
    y = ours(w)
    with keras_oracle():
        theirs = getattr(keras.constraints, name)(**options)(w)
    assert y.dtype == w.dtype
    np.testing.assert_allclose(y, theirs, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(jax.jit(lambda rule, w: rule(w))(ours, w), y, rtol=1e-6)


@pytest.mark.parametrize("dtype", ["float64", "bfloat16"])
@pytest.mark.parametrize(("name", "options"), CASES)
def test_precision_is_kept(name, options, dtype, rng):
    with jax.enable_x64(True):
        w = jnp.asarray(rng.normal(size=(5, 3)), dtype)
        assert getattr(constraints, name)(**options)(w).dtype == dtype


@settings(deadline=None, max_examples=30)
@given(MATRICES)
def test_bounds_hold(w):
    def norms(w):
        return np.linalg.norm(w, axis=0)

    assert (np.asarray(constraints.NonNeg()(w)) >= 0).all()
    assert (norms(constraints.MaxNorm(2.0)(w)) <= 2.0 + 1e-5).all()
    nonzero = norms(w) > 1e-2
    np.testing.assert_allclose(norms(constraints.UnitNorm()(w))[nonzero], 1, rtol=1e-4)
    bounded = norms(constraints.MinMaxNorm(0.5, 2.0)(w))[nonzero]
    assert ((bounded >= 0.5 - 1e-4) & (bounded <= 2.0 + 1e-4)).all()


@settings(deadline=None, max_examples=30)
@given(MATRICES)
def test_projecting_twice_changes_nothing_more(w):
    for rule in (constraints.NonNeg(), constraints.MaxNorm(2.0)):
        once = rule(w)
        np.testing.assert_allclose(rule(once), once, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("cls", "fields"),
    [
        (constraints.MaxNorm, {"max_value": [0.1, 0.5, 2.0]}),
        (constraints.MinMaxNorm, {"min_value": [0.1, 0.5, 2.0], "max_value": [0.2, 1.0, 3.0], "rate": [0.1, 1.0, 0.5]}),
    ],
)
def test_a_stack_is_a_population(cls, fields, rng):
    w = jnp.asarray(rng.normal(size=(4, 3)), "float32")
    members = [cls(**{name: values[i] for name, values in fields.items()}) for i in range(3)]
    stacked = jax.tree.map(lambda *leaves: jnp.stack([jnp.asarray(v) for v in leaves]), *members)
    together = jax.jit(jax.vmap(lambda rule: rule(w)))(stacked)
    np.testing.assert_allclose(together, [rule(w) for rule in members], rtol=1e-6)


@pytest.mark.parametrize(("name", "options"), CASES)
def test_configs_round_trip(name, options, rng):
    w = jnp.asarray(rng.normal(size=(5, 3)), "float32")
    rule = getattr(constraints, name)(**options)
    for again in (
        core.from_config(json.loads(json.dumps(core.to_config(rule)))),
        constraints.deserialize(json.loads(json.dumps(constraints.serialize(rule)))),
        constraints.get(keras.constraints.serialize(getattr(keras.constraints, name)(**options))),
    ):
        assert type(again) is type(rule)
        assert again.get_config() == rule.get_config()
        hash(jax.tree.structure(again))
        np.testing.assert_array_equal(again(w), rule(w))


@pytest.mark.parametrize(
    "name", ["max_norm", "MaxNorm", "non_neg", "NonNeg", "unit_norm", "min_max_norm", "constraint"]
)
def test_names_are_keras(name):
    assert type(constraints.get(name)).__name__ == type(keras.constraints.get(name)).__name__


def test_get_of_other_things():
    assert constraints.get(None) is None
    assert isinstance(constraints.get(constraints.NonNeg), constraints.NonNeg)
    rule = constraints.MaxNorm(3)
    assert constraints.get(rule) is rule
    with pytest.raises(UnknownNameError, match="did you mean 'max_norm'"):
        constraints.get("max_nrom")
    with pytest.raises(KindError, match=r"as a constraint(.|\n)*fix:"):
        constraints.get(2.0)


class Ball(constraints.Constraint):
    """As a Keras user writes it."""

    def __init__(self, radius):
        self.radius = radius

    def __call__(self, w):
        return jnp.clip(w, -self.radius, self.radius)

    def get_config(self):
        return {"radius": self.radius}


def test_users_own_are_taken_and_equal_ones_share_a_program():
    traces = []

    @jax.jit
    def run(rule, w):
        traces.append(1)
        return rule(w)

    for radius in (1.0, 1.0, 2.0):
        np.testing.assert_array_equal(run(constraints.get(Ball(radius)), jnp.array([-9.0, 0.5])), [-radius, 0.5])
    assert len(traces) == 2
    np.testing.assert_array_equal(run(constraints.get(jnp.abs), jnp.array([-9.0])), [9.0])


def test_users_own_round_trip():
    rule = constraints.get(Ball(1.0))
    for write, read in ((core.to_config, core.from_config), (constraints.serialize, constraints.deserialize)):
        with core.custom_objects({"Ball": Ball}):
            again = read(json.loads(json.dumps(write(rule))))
        np.testing.assert_array_equal(again(jnp.array([-9.0])), [-1.0])


@pytest.mark.parametrize("name", [*CLASSES, "CustomConstraint"])
def test_docstring_is_complete(name):
    for part in ("Shapes:", "Source:", "Example:", ">>>"):
        assert part in getattr(constraints, name).__doc__
