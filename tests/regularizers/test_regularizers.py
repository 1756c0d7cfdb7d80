"""Every regularizer: Keras's values and gradients, populations, configs, docstrings."""

import inspect
import json

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest
from jax.test_util import check_grads

from nyuron import core, regularizers
from nyuron.core import ArgumentError, KindError, ShapeError, UnknownNameError
from oracle import keras_oracle

CASES = [
    ("L1", {}),
    ("L1", {"l1": 0.3}),
    ("L1", {"l1": None}),
    ("L2", {}),
    ("L2", {"l2": 0.3}),
    ("L2", {"l2": None}),
    ("L1L2", {}),
    ("L1L2", {"l1": 0.1, "l2": 0.2}),
    ("L1L2", {"l1": None, "l2": 0.2}),
    ("OrthogonalRegularizer", {}),
    ("OrthogonalRegularizer", {"factor": 0.5, "mode": "columns"}),
]
CLASSES = ["L1", "L2", "L1L2", "OrthogonalRegularizer", "Regularizer"]


def test_nothing_of_keras_is_missing():
    assert {name for name in dir(keras.regularizers) if not name.startswith("_")} <= set(regularizers.__all__)


@pytest.mark.parametrize("name", CLASSES)
def test_defaults_are_keras(name):
    def defaults(cls):
        return [
            (p.name, p.default) for p in inspect.signature(cls).parameters.values() if p.name not in ("args", "kwargs")
        ]

    assert defaults(getattr(regularizers, name)) == defaults(getattr(keras.regularizers, name))


@pytest.mark.parametrize(("name", "options"), CASES)
def test_values_and_gradients_are_keras(name, options, rng):
    w = jnp.asarray(rng.normal(size=(5, 3)), "float32")
    ours, theirs = getattr(regularizers, name)(**options), getattr(keras.regularizers, name)(**options)
    value, slope = jax.value_and_grad(ours)(w)
    with keras_oracle():
        their_value, their_slope = jax.value_and_grad(theirs)(w)
    np.testing.assert_allclose(value, their_value, rtol=1e-5, atol=1e-8)
    np.testing.assert_allclose(slope, their_slope, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(jax.jit(lambda rule, w: rule(w))(ours, w), value, rtol=1e-6)


@pytest.mark.parametrize(("name", "options"), CASES)
def test_gradients_are_finite_differences(name, options, rng):
    with jax.enable_x64(True):
        w = jnp.asarray(rng.normal(size=(5, 3)))
        rule = getattr(regularizers, name)(**options)
        assert rule(w).dtype == jnp.float64
        check_grads(rule, (w,), order=1, modes=["rev"], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("cls", "fields"),
    [
        (regularizers.L1, {"l1": [0.0, 0.1, 1.0]}),
        (regularizers.L2, {"l2": [0.0, 0.1, 1.0]}),
        (regularizers.L1L2, {"l1": [0.0, 0.1, 1.0], "l2": [1.0, 0.0, 0.2]}),
        (regularizers.OrthogonalRegularizer, {"factor": [0.0, 0.1, 1.0]}),
    ],
)
def test_a_stack_is_a_population(cls, fields, rng):
    w = jnp.asarray(rng.normal(size=(4, 3)), "float32")
    members = [cls(**{name: values[i] for name, values in fields.items()}) for i in range(3)]
    stacked = jax.tree.map(lambda *leaves: jnp.stack([jnp.asarray(v) for v in leaves]), *members)
    together = jax.jit(jax.vmap(lambda rule: rule(w)))(stacked)
    np.testing.assert_allclose(together, [rule(w) for rule in members], rtol=1e-6)


def test_strength_does_not_recompile():
    traces = []

    @jax.jit
    def run(rule, w):
        traces.append(1)
        return rule(w)

    for strength in (0.1, 0.2, 0.3):
        np.testing.assert_allclose(run(regularizers.L2(strength), jnp.ones(2)), 2 * strength, rtol=1e-6)
    assert len(traces) == 1


@pytest.mark.parametrize("size", [(1, 4), (4, 1)])
def test_orthogonality_of_one_vector_is_zero(size):
    mode = "rows" if size[0] == 1 else "columns"
    assert float(regularizers.OrthogonalRegularizer(mode=mode)(jnp.ones(size))) == 0.0


def test_zero_rows_have_a_finite_gradient():
    slope = jax.grad(regularizers.OrthogonalRegularizer(1.0))(jnp.zeros((3, 2)))
    assert np.isfinite(slope).all()


@pytest.mark.parametrize(("name", "options"), CASES)
def test_configs_round_trip(name, options, rng):
    w = jnp.asarray(rng.normal(size=(5, 3)), "float32")
    rule = getattr(regularizers, name)(**options)
    for again in (
        core.from_config(json.loads(json.dumps(core.to_config(rule)))),
        regularizers.deserialize(json.loads(json.dumps(regularizers.serialize(rule)))),
        type(rule).from_config(rule.get_config()),
    ):
        assert type(again) is type(rule)
        assert again.get_config() == rule.get_config()
        np.testing.assert_array_equal(again(w), rule(w))


@pytest.mark.parametrize(("name", "options"), CASES)
def test_configs_are_keras(name, options):
    ours, theirs = getattr(regularizers, name)(**options), getattr(keras.regularizers, name)(**options)
    assert ours.get_config() == pytest.approx(theirs.get_config()) or "mode" in ours.get_config()
    again = regularizers.get(keras.regularizers.serialize(theirs))
    assert type(again) is type(ours)
    for field, value in ours.get_config().items():
        assert again.get_config()[field] == (value if isinstance(value, str) else pytest.approx(value))


def test_names_are_keras():
    for name in ("l1", "l2", "L1", "L2", "L1L2", "l1l2", "OrthogonalRegularizer", "orthogonal_regularizer"):
        assert type(regularizers.get(name)).__name__ == type(keras.regularizers.get(name)).__name__
    assert isinstance(regularizers.get("l1_l2"), regularizers.L1L2)
    assert regularizers.get(None) is None
    assert isinstance(regularizers.get(regularizers.L2), regularizers.L2)
    rule = regularizers.L2(0.5)
    assert regularizers.get(rule) is rule


def test_an_unknown_name_suggests_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean 'orthogonal_regularizer'"):
        regularizers.get("ortogonal_regularizer")


@pytest.mark.parametrize("thing", [0.01, [0.1], {}])
def test_what_is_no_regularizer_is_refused(thing):
    with pytest.raises((KindError, core.FileFormatError), match=r"regularizer(.|\n)*fix:"):
        regularizers.get(thing)


@pytest.mark.parametrize("strength", [-0.1, float("nan"), float("inf")])
@pytest.mark.parametrize("name", ["L1", "L2", "L1L2", "OrthogonalRegularizer"])
def test_bad_strengths_are_refused_where_a_layer_takes_them(name, strength):
    with pytest.raises(ArgumentError, match=rf"{name}\((.|\n)*finite and ≥ 0"):
        regularizers.get(getattr(regularizers, name)(strength))


def test_orthogonality_refuses_what_it_cannot_take():
    with pytest.raises(ShapeError, match=r"\(rows, columns\)(.|\n)*\(3,\)"):
        regularizers.OrthogonalRegularizer()(jnp.ones(3))
    with pytest.raises(ArgumentError, match="'rows' or 'columns'"):
        regularizers.get(regularizers.OrthogonalRegularizer(mode="diagonal"))


class Cubes(regularizers.Regularizer):
    """As a Keras user writes it."""

    def __init__(self, strength):
        self.strength = strength

    def __call__(self, x):
        return self.strength * jnp.sum(jnp.abs(x) ** 3)

    def get_config(self):
        return {"strength": self.strength}


def test_users_own_are_taken_and_equal_ones_share_a_program():
    traces = []

    @jax.jit
    def run(rule, w):
        traces.append(1)
        return rule(w)

    w = jnp.array([1.0, -2.0])
    for strength, expected in ((0.5, 4.5), (0.5, 4.5), (2.0, 18.0)):
        assert float(run(regularizers.get(Cubes(strength)), w)) == expected
    assert len(traces) == 2
    assert float(run(regularizers.get(lambda w: 2.0 * jnp.max(w)), w)) == 2.0


def test_users_own_round_trip():
    rule = regularizers.get(Cubes(0.5))
    for write, read in ((core.to_config, core.from_config), (regularizers.serialize, regularizers.deserialize)):
        with core.custom_objects({"Cubes": Cubes}):
            again = read(json.loads(json.dumps(write(rule))))
        assert float(again(jnp.array([1.0, -2.0]))) == 4.5


def test_users_modules_keep_their_leaves():
    @core.module
    class Scaled(regularizers.Regularizer):
        strength: float = 0.5

        def __call__(self, x):
            return self.strength * jnp.sum(x)

    rule = regularizers.get(Scaled())
    assert isinstance(rule, Scaled) and jax.tree.leaves(rule) == [0.5]


@pytest.mark.parametrize("name", [*CLASSES, "CustomRegularizer"])
def test_docstring_is_complete(name):
    for part in ("Shapes:", "Source:", "Example:", ">>>"):
        assert part in getattr(regularizers, name).__doc__


def test_repr_says_what_was_chosen():
    assert repr(regularizers.L2()) == "L2()"
    assert repr(regularizers.L1L2(l2=0.5)) == "L1L2(l2=0.5)"
